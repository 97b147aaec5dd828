package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * "Nothing acknowledged is ever lost": SIGKILL under load, restart, and compare. Ten rounds in the ordinary build, a
 * hundred with {@code ./build -Plong verify}.
 */
class KillTest {
    private static final int ROUNDS = Boolean.getBoolean("tholepin.long") ? 100 : 6;
    private static final int WRITERS = 8;
    private static final int KEYS = 64;
    private static final String PATH = "/api/v1/namespaces/default/configmaps";
    private static final Pattern COUNTER = Pattern.compile("\"n\":\"(\\d+)\"");

    @TempDir
    Path folder;

    /** Highest acknowledged and highest attempted value of each object's counter. */
    private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();

    private final Map<String, Integer> attempted = new ConcurrentHashMap<>();

    /** Writes acknowledged in this round. */
    private final AtomicInteger total = new AtomicInteger();

    @Test
    void nothingAcknowledgedIsLostWhenTheProcessIsKilled() throws Exception {
        long seed = Long.getLong("tholepin.seed", System.nanoTime());
        System.out.println("KillTest seed " + seed + " (repeat with -Dtholepin.seed=" + seed + ")");
        Random random = new Random(seed);
        for (int round = 0; round < ROUNDS; round++) {
            try (Thole thole = Thole.up("--data-dir", folder.toString());
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                check(thole, round);
                AtomicBoolean killed = new AtomicBoolean();
                List<Future<?>> writers = new ArrayList<>();
                for (int w = 0; w < WRITERS; w++) {
                    int writer = w;
                    writers.add(threads.submit(() -> write(thole, writer, killed)));
                }
                int writes = 20 + random.nextInt(400);
                await().atMost(Duration.ofSeconds(60))
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> total.get() >= writes);
                total.set(0);
                killed.set(true);
                thole.kill();
                for (Future<?> writer : writers) {
                    writer.get();
                }
            }
        }
        try (Thole thole = Thole.up("--data-dir", folder.toString())) {
            check(thole, ROUNDS);
        }
        assertThat(acknowledged.values().stream().mapToInt(Integer::intValue).sum())
                .isGreaterThan(ROUNDS * 10);
    }

    /** Each writer owns its objects and counts them up, until the server is gone. */
    private void write(Thole thole, int writer, AtomicBoolean killed) {
        try {
            for (int i = 0; ; i++) {
                String name = "c" + writer + "-" + i % (KEYS / WRITERS);
                int next = attempted.merge(name, 1, Integer::sum);
                HttpResponse<String> response = acknowledged.containsKey(name) || exists(thole, name)
                        ? thole.send(thole.request(PATH + "/" + name)
                                .header("Content-Type", "application/json")
                                .PUT(java.net.http.HttpRequest.BodyPublishers.ofString(body(name, next))))
                        : thole.post(PATH, body(name, next));
                assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
                acknowledged.put(name, next);
                total.incrementAndGet();
            }
        } catch (UncheckedIOException broken) {
            // The server died with this write under way: its outcome is unknown, and may be either.
            assertThat(killed).as("killed when %s", broken).isTrue();
        }
    }

    private static boolean exists(Thole thole, String name) {
        return thole.get(PATH + "/" + name).statusCode() == 200;
    }

    private static String body(String name, int value) {
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name
                + "\"},\"data\":{\"n\":\"" + value + "\"}}";
    }

    private void check(Thole thole, int round) {
        acknowledged.forEach((name, value) -> {
            HttpResponse<String> response = thole.get(PATH + "/" + name);
            assertThat(response.statusCode())
                    .as("round %d: %s after %d", round, name, value)
                    .isEqualTo(200);
            Matcher counter = COUNTER.matcher(response.body());
            assertThat(counter.find()).as(response.body()).isTrue();
            assertThat(Integer.parseInt(counter.group(1)))
                    .as("round %d: %s", round, name)
                    .isBetween(value, attempted.get(name));
        });
    }
}
