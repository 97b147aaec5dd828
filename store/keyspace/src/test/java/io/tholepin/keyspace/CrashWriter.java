package io.tholepin.keyspace;

import io.tholepin.contracts.RandomRequests;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Applies an endless sequence of commands, the same for the same seed, until it is killed:
 * {@code CrashWriter folder seed}. Says {@code at INDEX} after each commit.
 */
final class CrashWriter {
    /** Small, so that RocksDB writes in the background all the time. */
    static final long WRITE_BUFFER_BYTES = 64 << 10;

    private CrashWriter() {}

    public static void main(String[] arguments) {
        PrintStream out = System.out;
        Path folder = Path.of(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        Keyspace keyspace = new Keyspace(RocksEngine.open(folder, WRITE_BUFFER_BYTES));
        SplittableRandom chance = new SplittableRandom(keyspace.appliedIndex());
        Keyspace twin = new Keyspace(new HeapEngine());
        Commands commands = new Commands(seed, twin);
        commands.applyUpTo(keyspace.appliedIndex());
        while (true) {
            Command command = commands.next();
            keyspace.apply(commands.index(), command);
            twin.apply(commands.index(), command);
            twin.commit();
            if (chance.nextInt(3) == 0) {
                keyspace.sweep(1 + chance.nextInt(100));
                keyspace.commit();
                out.println("at " + keyspace.appliedIndex());
            }
            if (chance.nextInt(500) == 0) {
                keyspace.flush();
            }
        }
    }

    /**
     * The sequence: what comes next depends on the seed and on the revision reached, that is, on the commands before.
     */
    static final class Commands {
        private final Keyspace twin;
        private final SplittableRandom random;
        private final RandomRequests requests;
        private long index;

        Commands(long seed, Keyspace twin) {
            this.twin = twin;
            this.random = new SplittableRandom(seed);
            this.requests = RandomRequests.few(random);
        }

        long index() {
            return index;
        }

        void applyUpTo(long last) {
            while (index < last) {
                Command command = next();
                twin.apply(index, command);
                twin.commit();
            }
        }

        Command next() {
            index++;
            return switch (random.nextInt(20)) {
                case 0 -> new Command.Compact(twin.revision() - random.nextInt(50));
                case 1, 2 -> new Command.LeaseGrant(requests.lease(), 60);
                case 3 -> new Command.LeaseRevoke(requests.lease());
                default -> new Command.Write(validTxn());
            };
        }

        private Txn validTxn() {
            while (true) {
                Txn txn = requests.txn(twin.revision());
                try {
                    TxnRules.check(txn);
                    return txn;
                } catch (StoreException e) {
                    // Draw again: only valid transactions enter a log.
                }
            }
        }
    }
}
