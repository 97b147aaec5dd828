package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.PutResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.SnapshotRequest;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import io.tholepin.etcdwire.etcdserverpb.TxnResponse;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls a server over gRPC as clients do, long enough that a training run of the JVM sees what is worth compiling. A
 * program of its own, so that the server's profile has nothing of a client in it. Of no use to anybody else.
 */
public final class Rehearsal {
    private static final Duration STEP = Duration.ofMillis(1_500);
    private static final int KEYS = 5_000;
    private static final int VALUE_BYTES = 300;
    private static final int LARGE_VALUE_BYTES = 4_096;
    private static final int TXN_OPS = 64;
    private static final int PAGE_KEYS = 100;
    private static final long SEED = 1_592_653_589L;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final KVGrpc.KVStub keys;

    private Rehearsal(ManagedChannel channel) {
        keys = KVGrpc.newStub(channel);
    }

    /** Calls the server at the port of this machine that the first argument names and that serves without TLS. */
    public static void main(String[] arguments) throws Exception {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(arguments[0]))
                .usePlaintext()
                .build();
        try {
            new Rehearsal(channel).perform();
            var chunks = MaintenanceGrpc.newBlockingStub(channel).snapshot(SnapshotRequest.getDefaultInstance());
            while (chunks.hasNext()) {
                chunks.next();
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private void perform() throws InterruptedException {
        repeat(8, (StreamObserver<TxnResponse> out) -> keys.txn(txn(), out));
        repeat(64, (StreamObserver<PutResponse> out) -> keys.put(put(number(), VALUE_BYTES), out));
        repeat(1, (StreamObserver<PutResponse> out) -> keys.put(put(number(), VALUE_BYTES), out));
        repeat(16, (StreamObserver<RangeResponse> out) -> keys.range(one(), out));
        repeat(4, (StreamObserver<RangeResponse> out) -> keys.range(page(), out));
        repeat(64, (StreamObserver<PutResponse> out) -> keys.put(put(number(), VALUE_BYTES), out));
    }

    /** Keeps {@code atOnce} calls under way for a while. */
    private static <T> void repeat(int atOnce, Consumer<StreamObserver<T>> call) throws InterruptedException {
        Semaphore free = new Semaphore(atOnce);
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        long end = System.nanoTime() + STEP.toNanos();
        while (System.nanoTime() < end) {
            free.acquire();
            call.accept(new StreamObserver<>() {
                @Override
                public void onNext(T answer) {}

                @Override
                public void onError(Throwable failure) {
                    failed.set(failure);
                    free.release();
                }

                @Override
                public void onCompleted() {
                    free.release();
                }
            });
        }
        free.acquire(atOnce);
        Throwable failure = failed.get();
        if (failure != null) {
            throw new IllegalStateException("a call failed", failure);
        }
    }

    private TxnRequest txn() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        int first = random.nextInt(KEYS - TXN_OPS);
        for (int i = 0; i < TXN_OPS; i++) {
            txn.addSuccess(RequestOp.newBuilder().setRequestPut(put(first + i, LARGE_VALUE_BYTES)));
        }
        return txn.build();
    }

    private PutRequest put(int number, int valueBytes) {
        byte[] value = new byte[valueBytes];
        random.nextBytes(value);
        return PutRequest.newBuilder()
                .setKey(key(number))
                .setValue(ByteString.copyFrom(value))
                .build();
    }

    private RangeRequest one() {
        return RangeRequest.newBuilder().setKey(key(number())).build();
    }

    private RangeRequest page() {
        int first = random.nextInt(KEYS - PAGE_KEYS);
        return RangeRequest.newBuilder()
                .setKey(key(first))
                .setRangeEnd(key(first + PAGE_KEYS))
                .build();
    }

    private int number() {
        return random.nextInt(KEYS);
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8(String.format("/rehearsal/%08d", number));
    }
}
