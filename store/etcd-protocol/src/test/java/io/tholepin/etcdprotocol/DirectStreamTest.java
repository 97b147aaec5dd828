package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.etcdwire.mvccpb.Event;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watches over a network, whose responses go past gRPC's writer. */
class DirectStreamTest {
    private static final int WINDOW_BYTES = 64 * 1024;

    @TempDir
    private Path folder;

    /** Counts what a server says it sent on Watch calls. */
    private static final class Sent implements ServerObserver {
        private final AtomicInteger tellings = new AtomicInteger();
        private final AtomicInteger messages = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();

        @Override
        public void messagesSent(Method method, int count) {
            if (method.service().equals("etcdserverpb.Watch")) {
                tellings.incrementAndGet();
                messages.addAndGet(count);
            }
        }

        @Override
        public void bytesSent(long count) {
            bytes.addAndGet(count);
        }
    }

    @Test
    void everyMessageIsCountedAlthoughManyLeaveTogether() throws Exception {
        Sent sent = new Sent();
        try (Served served = new Served(config -> config, sent, SnapshotWriter.NONE, HttpHandler.NONE)) {
            WatchCall watch = WatchCall.open(served.channel);
            int watches = 300;
            long bytes = 0;
            for (int i = 0; i < watches; i++) {
                bytes += watch.created(key("a")).getSerializedSize();
            }
            bytes += served.kv().put(Served.putRequest("a", "1")).getSerializedSize();
            for (int i = 0; i < watches; i++) {
                bytes += watch.next().getSerializedSize();
            }
            assertThat(sent.messages).hasValue(2 * watches);
            assertThat(sent.tellings).hasValueLessThan(2 * watches);
            assertThat(sent.bytes).hasValue(bytes);
        }
    }

    @Test
    void quickAndSlowClientsOfOneConnectionGetEverythingAndTheCancelledNothingMore() throws Exception {
        SplittableRandom random = new SplittableRandom(20_261_127);
        try (Served served = Served.plain()) {
            ManagedChannel channel = narrow(served);
            List<WatchCall> quick = new ArrayList<>();
            List<WatchCall> slow = new ArrayList<>();
            List<WatchCall> cancelled = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                quick.add(watching(WatchCall.open(channel), Integer.MAX_VALUE));
                slow.add(watching(WatchCall.slow(channel), 1));
                cancelled.add(watching(WatchCall.slow(channel), 1));
            }
            int writes = 400;
            for (int i = 0; i < writes; i++) {
                served.put("a", "v".repeat(random.nextInt(20_000)));
                if (random.nextInt(4) == 0) {
                    slow.get(random.nextInt(slow.size())).take(1);
                }
                if (!cancelled.isEmpty() && random.nextInt(30) == 0) {
                    cancelled.removeLast().abandon();
                }
            }
            for (WatchCall call : quick) {
                assertThat(revisions(call.events(writes))).isEqualTo(upTo(writes));
            }
            cancelled.forEach(WatchCall::abandon);
            for (WatchCall call : slow) {
                call.take(Integer.MAX_VALUE);
                assertThat(revisions(call.events(writes))).isEqualTo(upTo(writes));
            }
            channel.shutdownNow();
        }
    }

    @Test
    void whatFollowsEventsDoesNotOvertakeThem() throws Exception {
        SplittableRandom random = new SplittableRandom(42);
        try (Served served = Served.plain()) {
            ManagedChannel channel = narrow(served);
            WatchCall watch = WatchCall.open(channel);
            Map<Long, Long> told = new HashMap<>();
            long id = watch.created(key("a")).getWatchId();
            told.put(id, 1L);
            long last = 1;
            for (int i = 0; i < 300; i++) {
                last = served.put("a", "v".repeat(random.nextInt(3_000)));
                switch (random.nextInt(4)) {
                    case 0 -> watch.requestProgress();
                    case 1 -> watch.create(key("a"));
                    case 2 -> watch.cancel(random.nextInt(1, 20));
                    default -> watch.sendNothing();
                }
            }
            while (told.getOrDefault(id, 0L) < last) {
                check(watch.next(), told);
            }
            channel.shutdownNow();
        }
    }

    /** Created before all else, nothing after canceled, events without a gap, and no progress beyond the events. */
    private static void check(WatchResponse response, Map<Long, Long> told) {
        long id = response.getWatchId();
        long revision = response.getHeader().getRevision();
        if (response.getCreated()) {
            assertThat(told).doesNotContainKey(id);
            told.put(id, revision);
        } else if (response.getCanceled()) {
            assertThat(told).containsKey(id);
            told.remove(id);
        } else if (response.getEventsCount() == 0) {
            assertThat(told.entrySet())
                    .filteredOn(watch -> id < 0 || watch.getKey() == id)
                    .allSatisfy(watch -> assertThat(revision).isLessThanOrEqualTo(watch.getValue()));
        } else {
            assertThat(told).containsKey(id);
            for (Event event : response.getEventsList()) {
                assertThat(event.getKv().getModRevision()).isEqualTo(told.getOrDefault(id, 0L) + 1);
                told.put(id, event.getKv().getModRevision());
            }
        }
    }

    @Test
    void aStreamThatEndsWhileItsClientIsSlowStillBringsWhatWasWritten() throws Exception {
        try (Served served = Served.plain()) {
            ManagedChannel channel = narrow(served);
            WatchCall slow = watching(WatchCall.slow(channel), 1);
            WatchCall quick = watching(WatchCall.open(channel), Integer.MAX_VALUE);
            for (int i = 0; i < 50; i++) {
                served.put("a", "v".repeat(10_000));
            }
            assertThat(quick.events(50)).hasSize(50);
            slow.halfClose();
            slow.take(Integer.MAX_VALUE);
            assertThat(slow.ended.get().getCode()).isEqualTo(Status.Code.OK);
            int arrived = slow.waiting();
            assertThat(arrived).isPositive();
            assertThat(revisions(slow.events(arrived)).getFirst()).isEqualTo(2);
            channel.shutdownNow();
        }
    }

    @Test
    void abandonedCallsLeaveNoWatchBehind() throws Exception {
        AtomicInteger watches = new AtomicInteger();
        ServerObserver observer = new ServerObserver() {
            @Override
            public void watches(int open) {
                watches.set(open);
            }
        };
        try (Served served = new Served(config -> config, observer, SnapshotWriter.NONE, HttpHandler.NONE)) {
            ManagedChannel channel = narrow(served);
            List<WatchCall> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                calls.add(watching(WatchCall.slow(channel), 1));
            }
            for (int i = 0; i < 30; i++) {
                served.put("a", "v".repeat(20_000));
            }
            calls.forEach(WatchCall::abandon);
            await().until(() -> watches.get() == 0);
            WatchCall next = watching(WatchCall.open(channel), Integer.MAX_VALUE);
            served.put("a", "after");
            assertThat(next.events(1).getFirst().getKv().getValue()).isEqualTo(utf8("after"));
            channel.shutdownNow();
        }
    }

    @Test
    void watchersOverTlsGetEverything() throws Exception {
        TestCertificates authority = new TestCertificates(folder, "authority");
        TestCertificates.Issued issued = authority.issue("server", "localhost");
        ServerTls tls = ServerTls.of(issued.certFile(), issued.keyFile());
        try (WholeServer server = new WholeServer(AuthConfig.DEFAULT, HttpConfig.DEFAULT, Optional.of(tls))) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(authority.authority())
                            .build())
                    .flowControlWindow(WINDOW_BYTES)
                    .build();
            WatchCall watch = watching(WatchCall.open(channel), Integer.MAX_VALUE);
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
            for (int i = 0; i < 100; i++) {
                var _ = kv.put(Served.putRequest("a", "v".repeat(5_000)));
            }
            assertThat(revisions(watch.events(100))).isEqualTo(upTo(100));
            channel.shutdownNow();
        }
    }

    /** One connection with small windows, so that few messages fill them. */
    private static ManagedChannel narrow(Served served) {
        return NettyChannelBuilder.forAddress("127.0.0.1", served.port())
                .usePlaintext()
                .flowControlWindow(WINDOW_BYTES)
                .build();
    }

    private static WatchCall watching(WatchCall call, int messages) throws InterruptedException {
        call.create(key("a"));
        if (messages == 1) {
            call.take(1);
        }
        assertThat(call.next().getCreated()).isTrue();
        return call;
    }

    private static WatchCreateRequest.Builder key(String key) {
        return WatchCreateRequest.newBuilder().setKey(utf8(key));
    }

    private static List<Long> revisions(List<Event> events) {
        return events.stream().map(event -> event.getKv().getModRevision()).toList();
    }

    private static List<Long> upTo(int writes) {
        return LongStream.range(2, 2 + writes).boxed().toList();
    }
}
