package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.inprocess.InProcessSocketAddress;
import io.tholepin.etcdprotocol.ServerObserver.CallType;
import io.tholepin.etcdprotocol.ServerObserver.Method;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlowCallsTest {
    private static final Method RANGE = new Method("etcdserverpb.KV", "Range", CallType.UNARY);

    private static final SocketAddress CALLER = new InetSocketAddress("127.0.0.1", 1);

    private final Logger logger = Logger.getLogger(SlowCalls.class.getName());
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(MessageFormat.format(line.getMessage(), line.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(handler);
    }

    private static SlowCalls.Spent millis(long millis) {
        return new SlowCalls.Spent(millis * 1_000_000, 20_000, 4_000_000);
    }

    @Test
    void aUnaryCallAboveTheLimitIsToldAndNothingElse() {
        SlowCalls slow = new SlowCalls(Duration.ofMillis(300));
        slow.ended(RANGE, CALLER, "OK", millis(300));
        slow.ended(new Method("etcdserverpb.Watch", "Watch", CallType.BIDI_STREAM), CALLER, "OK", millis(90_000));
        assertThat(lines).isEmpty();
        slow.ended(RANGE, CALLER, "OK", millis(1_301));
        assertThat(lines)
                .containsExactly(
                        "slow request: /etcdserverpb.KV/Range from /127.0.0.1:1 took 1301 ms (expected: at most"
                                + " 300), OK, 20000 bytes in, 4000000 bytes out");
        slow.ended(RANGE, new InProcessSocketAddress("x"), "OK", millis(301));
        assertThat(lines.getLast()).contains(" from the JSON gateway took 301 ms");
    }

    @Test
    void manyInASecondAreCounted() {
        SlowCalls slow = new SlowCalls(Duration.ZERO);
        for (int i = 0; i < 1_000; i++) {
            slow.ended(RANGE, CALLER, "OK", millis(1));
        }
        // Two seconds at most were begun.
        assertThat(lines).hasSizeBetween(SlowCalls.LINES_MAX, 2 * SlowCalls.LINES_MAX);
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            slow.ended(RANGE, CALLER, "OK", millis(1));
            return lines.stream().anyMatch(line -> line.endsWith(" more are not listed"));
        });
    }

    @Test
    void aServerTellsItsOwn() throws Exception {
        try (Served served = Served.with(config -> Served.withSlowRequest(config, Duration.ZERO))) {
            served.put("a", "1");
            await().atMost(Duration.ofSeconds(20)).until(() -> !lines.isEmpty());
            assertThat(lines.getFirst())
                    .startsWith("slow request: /etcdserverpb.KV/Put from /127.0.0.1:")
                    .contains("bytes in");
        }
    }
}
