package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.ClusterMember;
import java.util.List;
import java.util.Optional;

/**
 * What the state holds beside keys and leases; small, and replaced as a whole. Immutable.
 *
 * @param members ascending by unsigned id
 * @param removed ids that never come back, in the order of their removal
 * @param downgradeTarget the version a downgrade was announced to
 */
record ClusterState(
        AuthState auth,
        List<Alarm> alarms,
        List<ClusterMember> members,
        List<Long> removed,
        Optional<String> downgradeTarget) {
    static final ClusterState EMPTY =
            new ClusterState(AuthState.NONE, List.of(), List.of(), List.of(), Optional.empty());

    ClusterState {
        alarms = List.copyOf(alarms);
        members = List.copyOf(members);
        removed = List.copyOf(removed);
    }

    boolean isRaised(Alarm.Type type) {
        for (Alarm alarm : alarms) {
            if (alarm.type() == type) {
                return true;
            }
        }
        return false;
    }

    ClusterState with(AuthState changed) {
        return new ClusterState(changed, alarms, members, removed, downgradeTarget);
    }

    ClusterState withAlarms(List<Alarm> changed) {
        return new ClusterState(auth, changed, members, removed, downgradeTarget);
    }

    ClusterState withMembers(List<ClusterMember> changed, List<Long> gone) {
        return new ClusterState(auth, alarms, changed, gone, downgradeTarget);
    }

    ClusterState with(Optional<String> target) {
        return new ClusterState(auth, alarms, members, removed, target);
    }
}
