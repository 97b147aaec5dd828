package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.Txn;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which commands alarms forbid; reads none, and what does not concern keys none. Pure functions; any thread. Source:
 * contract 2.12; that CORRUPT leaves reads alone was seen on etcd 3.5.30.
 */
final class AlarmRules {
    private AlarmRules() {}

    /** Why the alarms that are raised forbid {@code command}, which is not guarded; null when they do not. */
    static @Nullable StoreException refusal(ClusterState state, Command command) {
        if (state.alarms().isEmpty()) {
            return null;
        }
        boolean ofKeys = switch (command) {
            case Command.Write _, Command.Compact _, Command.LeaseGrant _, Command.LeaseRevoke _ -> true;
            default -> false;
        };
        if (ofKeys && state.isRaised(Alarm.Type.CORRUPT)) {
            return StoreException.refused(Code.CORRUPT);
        }
        boolean grows =
                command instanceof Command.LeaseGrant || (command instanceof Command.Write write && puts(write.txn()));
        return grows && state.isRaised(Alarm.Type.NO_SPACE) ? StoreException.of(Code.NO_SPACE) : null;
    }

    /**
     * Whether either branch has a put, be it the one that runs or not. Puts of nested transactions do not count: etcd
     * weighs the outer branches alone (seen on 3.5.30), and {@link Quota} bounds what they may add.
     */
    private static boolean puts(Txn txn) {
        return puts(txn.success()) || puts(txn.failure());
    }

    private static boolean puts(List<Op> ops) {
        for (Op op : ops) {
            if (op instanceof Op.Put) {
                return true;
            }
        }
        return false;
    }
}
