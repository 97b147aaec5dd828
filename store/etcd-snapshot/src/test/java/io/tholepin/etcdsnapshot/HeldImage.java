package io.tholepin.etcdsnapshot;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** An image in memory, comparable as a whole. */
record HeldImage(
        long revision,
        long compactRevision,
        long appliedIndex,
        long term,
        List<Change> changes,
        List<LeaseRecord> leases,
        List<Alarm> alarms,
        AuthState auth,
        List<ClusterMember> members,
        List<Long> removedMembers)
        implements StoreImage {
    static HeldImage of(StoreImage image) {
        List<Change> changes = new ArrayList<>();
        image.changes(changes::add);
        List<LeaseRecord> leases = new ArrayList<>(image.leases());
        leases.sort(Comparator.comparing(LeaseRecord::id));
        List<Alarm> alarms = new ArrayList<>(image.alarms());
        alarms.sort(Comparator.comparing(Alarm::memberId).thenComparing(Alarm::type));
        List<Long> removed = new ArrayList<>(image.removedMembers());
        removed.sort(Comparator.naturalOrder());
        return new HeldImage(
                image.revision(),
                image.compactRevision(),
                image.appliedIndex(),
                image.term(),
                changes,
                leases,
                alarms,
                image.auth(),
                image.members(),
                removed);
    }

    HeldImage withTerm(long other) {
        return new HeldImage(
                revision, compactRevision, appliedIndex, other, changes, leases, alarms, auth, members, removedMembers);
    }

    @Override
    public void changes(Consumer<Change> visitor) {
        changes.forEach(visitor);
    }

    @Override
    public void close() {}
}
