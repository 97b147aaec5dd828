package io.tholepin.replica;

import static io.tholepin.replica.ReplicaStoreTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Kind;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The network falls apart, leaders change and members restart while clients write and read everywhere. Afterwards: what
 * was acknowledged is there at its revision, what was called failed is not, and no read went back in time.
 */
class ChaosTest {
    private static final int WRITERS = 4;
    private static final long SECONDS = Boolean.getBoolean("tholepin.long") ? 300 : 12;

    private enum Fate {
        DONE,
        NOTHING,
        UNKNOWN
    }

    private record Write(Fate fate, long revision) {}

    @TempDir
    Path folder;

    private final Map<String, Write> writes = new ConcurrentHashMap<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> violation = new AtomicReference<>();
    private final Map<String, ReplicaStore> members = new ConcurrentHashMap<>();

    @Test
    void nothingAcknowledgedIsLostAndNothingCalledFailedHappened() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (ReplicaCluster cluster = new ReplicaCluster(
                folder,
                3,
                config -> config.withCompaction(new ReplicaConfig.Compaction.None())
                        .withUpkeep(new ReplicaConfig.Upkeep(200, 1 << 20, Duration.ZERO, Duration.ZERO)))) {
            cluster.startAll();
            for (String name : List.of("m0", "m1", "m2")) {
                members.put(name, cluster.member(name));
            }
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int number = i;
                clients.add(client(() -> write(number, new Random(seed + number))));
            }
            clients.add(client(this::count));
            clients.add(client(() -> read(new Random(seed - 1))));
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            while (System.nanoTime() < until && violation.get() == null) {
                disturb(cluster, random);
            }
            cluster.heal();
            over.set(true);
            for (Thread client : clients) {
                assertThat(client.join(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(violation.get()).as("seed " + seed).isNull();
            cluster.awaitEqual();
            check(cluster, seed);
        }
    }

    private void disturb(ReplicaCluster cluster, Random random) throws Exception {
        List<ReplicaStore> all = cluster.members();
        ReplicaStore one = all.get(random.nextInt(all.size()));
        switch (random.nextInt(5)) {
            case 0, 1 -> {
                cluster.isolate(one);
                Thread.sleep(300 + random.nextInt(1_500));
                cluster.heal();
            }
            case 2 -> {
                String name = cluster.name(one);
                cluster.stop(name);
                Thread.sleep(random.nextInt(1_000));
                members.put(name, cluster.start(name));
            }
            case 3 ->
                ReplicaCluster.led(all).ifPresent(leader -> leader.cluster().moveLeader(one.memberId()));
            default ->
                one.cut(all.stream()
                        .filter(store -> store != one)
                        .limit(1)
                        .map(ReplicaStore::memberId)
                        .collect(java.util.stream.Collectors.toSet()));
        }
        Thread.sleep(200 + random.nextInt(800));
    }

    private void write(int number, Random random) throws InterruptedException {
        for (int i = 0; !over.get(); i++) {
            String key = "w" + number + "/" + i;
            Bytes bytes = Bytes.utf8(key);
            Txn once = new Txn(List.of(Compare.modRevisionIs(bytes, 0)), List.of(Op.Put.of(bytes, bytes)), List.of());
            writes.put(key, outcome(member(random), once));
            Thread.sleep(random.nextInt(5));
        }
    }

    private static Write outcome(ReplicaStore store, Txn txn) throws InterruptedException {
        try {
            TxnResult result = store.txn(txn).get(20, TimeUnit.SECONDS);
            // Written just once: nobody else has this key.
            return new Write(
                    result.succeeded() ? Fate.DONE : Fate.UNKNOWN, result.succeeded() ? result.revision() : -1);
        } catch (ExecutionException failed) {
            StoreException cause = Answers.cause(failed);
            return new Write(cause.kind() == Kind.UNKNOWN ? Fate.UNKNOWN : Fate.NOTHING, 0);
        } catch (java.util.concurrent.TimeoutException never) {
            throw new AssertionError("no outcome after 20 s", never);
        }
    }

    /** A counter that only rises: what was acknowledged is the least that a read begun afterwards may see. */
    private void count() throws InterruptedException {
        Random random = new Random(1);
        for (long i = 1; !over.get(); i++) {
            Txn txn = Txn.of(Op.Put.of(Bytes.utf8("counter"), Bytes.utf8(String.valueOf(i))));
            if (outcome(member(random), txn).fate() == Fate.DONE) {
                acknowledged.set(i);
            } else {
                // It may still come, over a later one: so the later ones wait until it cannot any more.
                Thread.sleep(8_000);
            }
        }
    }

    private void read(Random random) throws InterruptedException {
        while (!over.get()) {
            long least = acknowledged.get();
            try {
                RangeResult result = member(random)
                        .range(RangeRequest.of(KeyRange.key(Bytes.utf8("counter"))))
                        .get(20, TimeUnit.SECONDS);
                long seen = result.kvs().isEmpty() ? 0 : number(result.kvs().getFirst());
                if (seen < least) {
                    throw new AssertionError("read " + seen + " after " + least + " was acknowledged");
                }
                reads.incrementAndGet();
            } catch (ExecutionException | java.util.concurrent.TimeoutException unavailable) {
                // A read may fail.
            }
        }
    }

    private void check(ReplicaCluster cluster, long seed) throws Exception {
        Map<String, KeyValue> found = new HashMap<>();
        RangeRequest all = RangeRequest.of(KeyRange.prefix(Bytes.utf8("w")));
        for (KeyValue kv : await(cluster.leader().range(all)).kvs()) {
            found.put(text(kv.key()), kv);
        }
        for (ReplicaStore store : cluster.members()) {
            assertThat(await(store.maintenance().hashKv(0)))
                    .isEqualTo(await(cluster.leader().maintenance().hashKv(0)));
        }
        Map<Fate, Integer> fates = new HashMap<>();
        writes.forEach((key, write) -> {
            fates.merge(write.fate(), 1, Integer::sum);
            KeyValue kv = found.get(key);
            switch (write.fate()) {
                case DONE -> {
                    assertThat(kv == null ? 0 : kv.modRevision())
                            .as(key + ", seed " + seed)
                            .isEqualTo(write.revision());
                    assertThat(kv == null ? 0 : kv.version()).isEqualTo(1);
                }
                case NOTHING -> assertThat(kv).as(key + ", seed " + seed).isNull();
                case UNKNOWN ->
                    assertThat(write.revision())
                            .as(key + " was written twice, seed " + seed)
                            .isZero();
            }
        });
        System.getLogger("chaos").log(System.Logger.Level.INFO, "{0}, {1} reads", fates, reads);
        assertThat(fates.get(Fate.DONE)).isGreaterThan(100);
        assertThat(reads).hasValueGreaterThan(100);
    }

    private ReplicaStore member(Random random) {
        ReplicaStore store = members.get("m" + random.nextInt(3));
        return store == null ? member(random) : store;
    }

    private Thread client(Task task) {
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                task.run();
            } catch (Throwable failure) {
                violation.compareAndSet(null, failure);
            }
        });
    }

    @FunctionalInterface
    private interface Task {
        void run() throws Exception;
    }

    private static long number(KeyValue kv) {
        return Long.parseLong(text(kv.value()));
    }

    private static String text(Bytes bytes) {
        return new String(bytes.array(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
