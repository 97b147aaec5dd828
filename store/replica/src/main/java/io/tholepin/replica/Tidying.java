package io.tholepin.replica;

import io.tholepin.keyspace.Keyspace;
import io.tholepin.kv.ClusterMember;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has members return unused space to the file system by themselves: the leader gives each its turn, itself last, one
 * every {@link #TURN_MILLIS}; whose turn it is begins when it has enough to return. Source: contract 2.15 and 7.
 */
final class Tidying {
    /** Time between two members' turns. */
    private static final long TURN_MILLIS = 60_000;

    /** Share of the data's space that must be unused, in percent, and the least space that is worth it. */
    private static final int UNUSED_PERCENT = 45;

    private static final long BYTES_MIN = 100L << 20;

    private static final long ANSWER_MILLIS_MAX = 5_000;
    private static final System.Logger LOG = System.getLogger(Tidying.class.getName());

    private final long self;
    private final Keyspace keyspace;
    private final ReplicaMachine machine;
    private final @Nullable PeerTransport transport;
    private final LongSupplier millisClock;
    private final List<Long> turns = new ArrayList<>();
    private long dueMillis;

    Tidying(
            long self,
            Keyspace keyspace,
            ReplicaMachine machine,
            @Nullable PeerTransport transport,
            LongSupplier millisClock) {
        this.self = self;
        this.keyspace = keyspace;
        this.machine = machine;
        this.transport = transport;
        this.millisClock = millisClock;
        this.dueMillis = millisClock.getAsLong() + TURN_MILLIS;
        if (transport != null) {
            transport.handle(PeerMessages.DEFRAGMENT, (_, _, answer) -> {
                tidy();
                answer.send(PeerBody.EMPTY);
            });
        }
    }

    /** Gives the next member its turn when it is time and this member leads. For the chores. */
    void round() {
        if (!machine.leads() || millisClock.getAsLong() < dueMillis) {
            return;
        }
        dueMillis = millisClock.getAsLong() + TURN_MILLIS;
        if (turns.isEmpty()) {
            keyspace.members().stream()
                    .map(ClusterMember::id)
                    .filter(id -> id != self)
                    .forEach(turns::add);
            turns.add(self);
        }
        long next = turns.removeFirst();
        if (next == self) {
            tidy();
        } else if (transport != null) {
            transport.call(next, PeerMessages.DEFRAGMENT, PeerBody.EMPTY, ANSWER_MILLIS_MAX, (_, failure) -> {
                if (failure != null) {
                    LOG.log(Level.DEBUG, "member {0}: {1}", MemberIds.text(next), failure.text());
                }
            });
        }
    }

    private void tidy() {
        long total = keyspace.bytesTotal();
        if (isWorthIt(total, keyspace.bytesInUse())) {
            LOG.log(Level.INFO, "{0} of {1} bytes are in use: returning the rest", keyspace.bytesInUse(), total);
            keyspace.defragment();
        }
    }

    static boolean isWorthIt(long total, long inUse) {
        return total >= BYTES_MIN && (total - inUse) / (double) total >= UNUSED_PERCENT / 100.0;
    }
}
