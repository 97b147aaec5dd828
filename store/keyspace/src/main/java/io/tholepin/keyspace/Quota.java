package io.tholepin.keyspace;

import io.tholepin.kv.Op;
import io.tholepin.kv.Txn;
import java.util.List;

/**
 * How much a store may hold. Checked before a command is proposed, against what the proposing member has in use: over
 * it, the member raises NO_SPACE through the log and refuses the command. Counts live data, so compaction alone makes
 * room. Pure; any thread. Source: contract 2.12.
 *
 * @param bytesMax most bytes in use; 0 for no limit
 */
public record Quota(long bytesMax) {
    /** What a version costs beyond its key and value: its numbers, kept twice, and the storage engine's own share. */
    public static final int VERSION_BYTES = 64;

    /** Bytes that etcd allows unless told otherwise. */
    public static final long BYTES_DEFAULT = 2L << 30;

    /** No limit. */
    public static final Quota NONE = new Quota(0);

    private static final int PUT_BYTES = 256;
    private static final int LEASE_BYTES = 64;

    public Quota {
        if (bytesMax < 0) {
            throw new IllegalArgumentException("bytesMax: " + bytesMax + " (expected: >= 0)");
        }
    }

    /** As etcd reads {@code quota-backend-bytes}: 0 is the default, less is no limit. */
    public static Quota ofFlag(long bytes) {
        return bytes < 0 ? NONE : new Quota(bytes == 0 ? BYTES_DEFAULT : bytes);
    }

    /** Whether there is room for {@code command} on top of {@code bytesInUse}; always for one that adds nothing. */
    public boolean admits(long bytesInUse, Command command) {
        if (bytesMax == 0) {
            return true;
        }
        long cost = cost(command);
        return cost == 0 || bytesInUse + cost < bytesMax;
    }

    /**
     * About how many bytes {@code command} may add: key, value and 256 for a put, 64 for a lease, the larger branch for
     * a transaction, nested ones included; 0 for what cannot add any.
     */
    public static long cost(Command command) {
        return switch (command) {
            case Command.Write write -> cost(write.txn());
            case Command.LeaseGrant _ -> LEASE_BYTES;
            case Command.Guarded guarded -> cost(guarded.command());
            default -> 0;
        };
    }

    private static long cost(Txn txn) {
        return Math.max(cost(txn.success()), cost(txn.failure()));
    }

    private static long cost(List<Op> ops) {
        long total = 0;
        for (Op op : ops) {
            total += switch (op) {
                case Op.Put put -> PUT_BYTES + put.key().length() + put.value().length();
                case Op.Nested nested -> cost(nested.txn());
                case Op.Delete _, Op.Get _ -> 0;
            };
        }
        return total;
    }
}
