package io.tholepin.interop;

import io.tholepin.contracts.RegisterOperation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Clients of one round, each a thread that asks one member after another about a few keys or appends keys of its own,
 * and
 * writes down everything. Every value is written once. Thread-safe.
 */
final class FaultLoad implements AutoCloseable {
    /** Everything that the clients of all rounds write starts with this. */
    static final String ROOT = "f/";

    private static final int KEYS = 5;
    private static final int REGISTER_CLIENTS = 6;
    private static final int APPENDERS = 3;
    private static final long PAUSE_MILLIS_MAX = 12;
    private static final long FAILED_PAUSE_MILLIS_MAX = 100;

    private final EtcdCluster cluster;
    private final String prefix;
    private final ConcurrentLinkedQueue<ClientOperation> operations = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> clients = new ArrayList<>();
    private final AtomicInteger values = new AtomicInteger();
    private volatile boolean over;

    /**
     * Not started yet.
     *
     * @param round number of the round, part of every key
     */
    FaultLoad(EtcdCluster cluster, int round) {
        this.cluster = cluster;
        this.prefix = ROOT + "r" + round + "/";
    }

    /** What every key of this round starts with. */
    String prefix() {
        return prefix;
    }

    /** Starts the clients. */
    void start(Random random) {
        for (int c = 0; c < REGISTER_CLIENTS + APPENDERS; c++) {
            int client = c;
            Random own = new Random(random.nextLong());
            clients.add(threads.submit(() -> {
                if (client < REGISTER_CLIENTS) {
                    useRegisters(client, own);
                } else {
                    append(client, own);
                }
            }));
        }
    }

    private void useRegisters(int client, Random random) {
        Map<String, @Nullable String> last = new HashMap<>();
        while (!over) {
            String key = key(random.nextInt(KEYS));
            OneKey member = at(client, member(client, random));
            int dice = random.nextInt(100);
            ClientOperation done;
            if (dice < 35) {
                done = record(member.get(key, true));
            } else if (dice < 45) {
                done = record(member.get(key, false));
            } else if (dice < 65) {
                done = record(member.put(key, value(client)));
            } else if (dice < 92) {
                done = record(member.cas(key, last.get(key), value(client)));
            } else {
                done = record(member.delete(key));
            }
            remember(done, last);
            pause(done, random);
        }
    }

    /** Mostly the same, so that one member's trouble is not everybody's. */
    private int member(int client, Random random) {
        return random.nextInt(10) == 0 ? random.nextInt(cluster.size()) : client % cluster.size();
    }

    /** What the next compare-and-swap expects, so that many succeed. */
    private static void remember(ClientOperation done, Map<String, @Nullable String> last) {
        if (done.isDone()) {
            switch (done.action()) {
                case RegisterOperation.Get get -> last.put(done.key(), get.seen());
                case RegisterOperation.Put put -> last.put(done.key(), put.value());
                case RegisterOperation.Cas cas -> {
                    if (Boolean.TRUE.equals(cas.succeeded())) {
                        last.put(done.key(), cas.value());
                    }
                }
            }
        }
    }

    private void append(int client, Random random) {
        for (int n = 0; !over; n++) {
            String value = value(client);
            pause(record(at(client, member(client, random)).put(appended(client, n), value)), random);
        }
    }

    private static void pause(ClientOperation done, Random random) {
        EtcdCluster.pause(1 + random.nextLong(done.isDone() ? PAUSE_MILLIS_MAX : FAILED_PAUSE_MILLIS_MAX));
    }

    /** The name of a register. */
    String key(int number) {
        return prefix + "k" + number;
    }

    /** The name of a key that is written once. */
    String appended(int client, int n) {
        return prefix + "a/" + client + "/" + n;
    }

    /** Whether it is one of the keys that are written once and never again. */
    boolean isAppended(String key) {
        return key.startsWith(prefix + "a/");
    }

    /** A value that nobody else writes. */
    String value(int client) {
        return prefix + client + "." + values.incrementAndGet();
    }

    /** A way to ask a member; what is asked is to be given to {@link #record}. */
    OneKey at(int client, int member) {
        return new OneKey(client, member, cluster.member(member).starts(), cluster.channel(member));
    }

    /** Writes an operation down. */
    ClientOperation record(ClientOperation operation) {
        operations.add(operation);
        return operation;
    }

    /** Everything so far. */
    List<ClientOperation> operations() {
        return List.copyOf(operations);
    }

    /** Ends the clients and waits until each has its last answer or has given up. */
    void stop() {
        over = true;
        for (Future<?> client : clients) {
            try {
                client.get();
            } catch (ExecutionException e) {
                throw new AssertionError("a client broke", e.getCause());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        clients.clear();
    }

    @Override
    public void close() {
        over = true;
        threads.shutdownNow();
    }
}
