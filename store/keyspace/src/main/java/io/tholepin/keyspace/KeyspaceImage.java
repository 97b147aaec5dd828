package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StoreImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** An engine's snapshot as an image. */
final class KeyspaceImage implements StoreImage {
    private final Engine.Snapshot snapshot;
    private final long term;
    private final ClusterState cluster;

    KeyspaceImage(Engine.Snapshot snapshot, long term) {
        this.snapshot = snapshot;
        this.term = term;
        this.cluster = ClusterBook.read(snapshot::records);
    }

    @Override
    public long revision() {
        return snapshot.marks().revision();
    }

    @Override
    public long compactRevision() {
        return snapshot.marks().compactRevision();
    }

    @Override
    public long appliedIndex() {
        return snapshot.marks().appliedIndex();
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public void changes(Consumer<Change> visitor) {
        snapshot.versions(0, revision(), true, version -> {
            KeyValue pair = Objects.requireNonNull(version.pair, "a snapshot has the values");
            visitor.accept(new Change(pair, version.sub, version.isTombstone()));
            return true;
        });
    }

    @Override
    public List<LeaseRecord> leases() {
        List<LeaseRecord> leases = new ArrayList<>();
        snapshot.leases(lease -> leases.add(new LeaseRecord(lease.id(), lease.ttlSeconds(), lease.remainingSeconds())));
        return leases;
    }

    @Override
    public List<Alarm> alarms() {
        return cluster.alarms();
    }

    @Override
    public AuthState auth() {
        return cluster.auth();
    }

    @Override
    public List<ClusterMember> members() {
        return cluster.members();
    }

    @Override
    public List<Long> removedMembers() {
        return cluster.removed();
    }

    @Override
    public void close() {
        snapshot.close();
    }
}
