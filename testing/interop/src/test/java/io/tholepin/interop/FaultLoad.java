package io.tholepin.interop;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tholepin.contracts.RegisterOperation.Action;
import io.tholepin.contracts.RegisterOperation.Cas;
import io.tholepin.contracts.RegisterOperation.Get;
import io.tholepin.contracts.RegisterOperation.Put;
import io.tholepin.etcdwire.etcdserverpb.Compare;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeRequest;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeResponse;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import io.tholepin.etcdwire.etcdserverpb.TxnResponse;
import io.tholepin.interop.FaultHistory.Asked;
import io.tholepin.interop.FaultHistory.End;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Clients that read and write a few keys without pause through every member, and write down what they saw. Every value is
 * written once only, so that it tells who wrote it.
 */
final class FaultLoad implements AutoCloseable {
    static final String PREFIX = "f/";

    private static final int KEYS = 6;
    private static final long PAUSE_MILLIS_MAX = 12;
    private static final Set<Status.Code> REFUSALS = Set.of(
            Status.Code.INVALID_ARGUMENT,
            Status.Code.FAILED_PRECONDITION,
            Status.Code.OUT_OF_RANGE,
            Status.Code.NOT_FOUND,
            Status.Code.PERMISSION_DENIED,
            Status.Code.RESOURCE_EXHAUSTED);

    private final EtcdCluster cluster;
    private final FaultHistory history;
    private final String round;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, String> lastSeen = Collections.synchronizedMap(new LinkedHashMap<>());
    private volatile boolean stop;

    FaultLoad(EtcdCluster cluster, FaultHistory history, String round) {
        this.cluster = cluster;
        this.history = history;
        this.round = round;
    }

    void start(int clients, Random seeds) {
        for (int i = 0; i < clients; i++) {
            int client = i;
            Random random = new Random(seeds.nextLong());
            threads.add(Thread.startVirtualThread(() -> work(client, random)));
        }
    }

    private void work(int client, Random random) {
        for (int i = 0; !stop; i++) {
            int member = random.nextInt(cluster.size());
            String key = PREFIX + random.nextInt(KEYS);
            String value = round + "-" + client + "-" + i;
            int dice = random.nextInt(100);
            if (dice < 30) {
                put(member, key, value);
            } else if (dice < 60) {
                get(member, key, false, 3);
            } else if (dice < 70) {
                get(member, key, true, 3);
            } else if (dice < 85) {
                cas(member, key, lastSeen.get(key), value);
            } else if (dice < 92) {
                two(member, key, PREFIX + random.nextInt(KEYS), value);
            } else {
                delete(member, key);
            }
            EtcdCluster.pause(random.nextLong(PAUSE_MILLIS_MAX));
        }
    }

    private KVGrpc.KVBlockingStub stub(int member, long seconds) {
        return KVGrpc.newBlockingStub(cluster.channel(member).open()).withDeadlineAfter(seconds, TimeUnit.SECONDS);
    }

    private void put(int member, String key, String value) {
        run(member, Map.of(key, value), key, new Put(value), false, 3, stub -> {
            PutRequest put = PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)).build();
            return new Said(stub.put(put).getHeader().getRevision(), true, new Put(value));
        });
        lastSeen.put(key, value);
    }

    private void delete(int member, String key) {
        Map<String, @Nullable String> writes = new LinkedHashMap<>();
        writes.put(key, null);
        run(member, writes, key, new Put(null), false, 3, stub -> {
            DeleteRangeResponse said =
                    stub.deleteRange(DeleteRangeRequest.newBuilder().setKey(utf8(key)).build());
            return new Said(said.getHeader().getRevision(), said.getDeleted() > 0, new Put(null));
        });
    }

    /** A read; {@code seconds} is how long it waits for the answer. */
    void get(int member, String key, boolean serializable, long seconds) {
        run(member, Map.of(), key, new Get(null), serializable, seconds, stub -> {
            RangeResponse said = stub.range(RangeRequest.newBuilder()
                    .setKey(utf8(key))
                    .setSerializable(serializable)
                    .build());
            String seen = said.getKvsCount() == 0 ? null : said.getKvs(0).getValue().toStringUtf8();
            if (seen != null) {
                lastSeen.put(key, seen);
            }
            return new Said(said.getHeader().getRevision(), false, new Get(seen));
        });
    }

    private void cas(int member, String key, @Nullable String expected, String value) {
        run(member, Map.of(key, value), key, new Cas(expected, value, null), false, 3, stub -> {
            Compare.Builder compare = Compare.newBuilder().setKey(utf8(key));
            if (expected == null) {
                compare.setTarget(Compare.CompareTarget.CREATE).setCreateRevision(0);
            } else {
                compare.setTarget(Compare.CompareTarget.VALUE).setValue(utf8(expected));
            }
            TxnResponse said = stub.txn(TxnRequest.newBuilder()
                    .addCompare(compare)
                    .addSuccess(putOp(key, value))
                    .build());
            return new Said(
                    said.getHeader().getRevision(), said.getSucceeded(), new Cas(expected, value, said.getSucceeded()));
        });
    }

    private void two(int member, String key, String other, String value) {
        if (key.equals(other)) {
            return;
        }
        Map<String, @Nullable String> writes = new LinkedHashMap<>();
        writes.put(key, value);
        writes.put(other, value);
        run(member, writes, key, new Put(value), false, 3, stub -> {
            TxnResponse said = stub.txn(TxnRequest.newBuilder()
                    .addSuccess(putOp(key, value))
                    .addSuccess(putOp(other, value))
                    .build());
            return new Said(said.getHeader().getRevision(), true, new Put(value));
        });
    }

    private record Said(long revision, boolean wrote, Action action) {}

    private interface Request {
        Said run(KVGrpc.KVBlockingStub stub);
    }

    private void run(
            int member,
            Map<String, @Nullable String> writes,
            String key,
            Action unanswered,
            boolean local,
            long seconds,
            Request request) {
        long called = history.now();
        try {
            Said said = request.run(stub(member, seconds));
            history.add(new Asked(
                    member, called, history.now(), End.DONE, writes, key, said.action(), local, said.revision(),
                    said.wrote(), ""));
        } catch (StatusRuntimeException e) {
            End end = REFUSALS.contains(e.getStatus().getCode()) ? End.REFUSED : End.UNKNOWN;
            history.add(new Asked(
                    member, called, history.now(), end, writes, key, unanswered, local, 0, false,
                    e.getStatus().getCode() + " " + e.getStatus().getDescription()));
            cluster.channel(member).hurry();
            EtcdCluster.pause(20);
        }
    }

    private static RequestOp putOp(String key, String value) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(utf8(key)).setValue(utf8(value)))
                .build();
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** Stops the clients and waits until none has a request under way. */
    @Override
    public void close() {
        stop = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
