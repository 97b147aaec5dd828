package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.StateHash;
import io.tholepin.kv.StoreImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hashes and images taken while a store writes, compacts and sweeps are those of a store that stands still. */
class ConcurrentHashTest {
    private static final int COMMANDS = 6_000;
    private static final int SEED = 17;

    @TempDir
    Path folder;

    @Test
    void onTheHeap() {
        hashesAreTrue(new HeapEngine());
    }

    @Test
    void onRocks() {
        hashesAreTrue(RocksEngine.open(folder, 1 << 18));
    }

    private static void hashesAreTrue(Engine engine) {
        List<Command> commands = commands();
        List<StateHash> hashes;
        try (Keyspace keyspace = new Keyspace(engine)) {
            AtomicBoolean writing = new AtomicBoolean(true);
            CompletableFuture<List<StateHash>> hashing = CompletableFuture.supplyAsync(() -> hash(keyspace, writing));
            SplittableRandom random = new SplittableRandom(SEED + 1);
            for (int i = 0; i < commands.size(); i++) {
                keyspace.apply(i + 1, commands.get(i));
                keyspace.commit();
                if (random.nextInt(3) == 0) {
                    keyspace.sweep(1 + random.nextInt(20));
                    keyspace.commit();
                }
            }
            writing.set(false);
            hashes = hashing.join();
        }
        assertThat(hashes).hasSizeGreaterThan(1);
        assertTrue(commands, hashes);
    }

    private static List<StateHash> hash(Keyspace keyspace, AtomicBoolean writing) {
        List<StateHash> hashes = new ArrayList<>();
        do {
            hashes.add(keyspace.hashKv(0));
            try (StoreImage image = keyspace.image(0)) {
                long[] last = {0, 0};
                image.changes(change -> {
                    long revision = change.kv().modRevision();
                    assertThat(revision > last[0] || (revision == last[0] && change.sub() > last[1]))
                            .isTrue();
                    last[0] = revision;
                    last[1] = change.sub();
                });
                assertThat(last[0]).isLessThanOrEqualTo(image.revision());
            }
        } while (writing.get());
        return hashes;
    }

    /** Replays the commands and looks each hash up in a state that has the same compaction. */
    private static void assertTrue(List<Command> commands, List<StateHash> hashes) {
        List<StateHash> left = new ArrayList<>(hashes);
        try (Keyspace still = new Keyspace(new HeapEngine())) {
            for (int i = 0; i <= commands.size(); i++) {
                left.removeIf(hash -> {
                    boolean known = hash.compactRevision() == still.compactRevision()
                            && hash.hashRevision() <= still.revision();
                    if (known) {
                        assertThat(still.hashKv(hash.hashRevision()).hash())
                                .as("seed " + SEED + ", " + hash)
                                .isEqualTo(hash.hash());
                    }
                    return known;
                });
                if (i < commands.size()) {
                    still.apply(i + 1, commands.get(i));
                    still.commit();
                }
            }
        }
        assertThat(left).as("seed " + SEED).isEmpty();
    }

    private static List<Command> commands() {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Command> commands = new ArrayList<>();
        long revision = 1;
        for (int i = 0; i < COMMANDS; i++) {
            int key = random.nextInt(50);
            switch (random.nextInt(40)) {
                case 0 -> commands.add(new Command.Compact(Math.max(1, revision - random.nextInt(30))));
                case 1, 2, 3 ->
                    commands.add(HashScript.command("txn del k" + key + " - ; put n" + random.nextInt(50) + " 1 0"));
                default -> commands.add(HashScript.command("put k" + key + " v" + i + " 0"));
            }
            revision += commands.getLast() instanceof Command.Write ? 1 : 0;
        }
        return commands;
    }
}
