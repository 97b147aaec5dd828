package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StoreImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an image becomes a state again. Source: contract 2.14.
 *
 * @param revisionBump added to the revision, so that clients who had seen more than the image never see a revision that
 *     they know of something else; at least 0
 * @param markCompacted whether every revision of the image counts as compacted, so that watches that would go on from
 *     one are told
 * @param members replaces the membership; then no id counts as removed, and of the alarms those of other members go
 * @param appliedIndex the last entry of the log that is part of the state; 0 for a log that begins
 */
public record Restore(
        long revisionBump, boolean markCompacted, Optional<List<ClusterMember>> members, long appliedIndex) {
    /** Bytes of keys and values that are written together. */
    private static final int BATCH_BYTES = 4 << 20;

    public Restore {
        if (revisionBump < 0) {
            throw new IllegalArgumentException("revisionBump: " + revisionBump + " (expected: >= 0)");
        }
        members = members.map(List::copyOf);
    }

    /** The same state, at the same place of the same log. */
    public static Restore exactly(StoreImage image) {
        return new Restore(0, false, Optional.empty(), image.appliedIndex());
    }

    /** The keys of another cluster as the beginning of a new one. */
    public static Restore asNew(List<ClusterMember> members) {
        return new Restore(0, false, Optional.of(members), 0);
    }

    /**
     * Fills {@code engine} with what {@code image} holds and makes it durable; a {@link Keyspace} is opened on it
     * afterwards. In memory are only the keys. When it fails halfway, the engine must be thrown away: what is in it is
     * refused when it is opened.
     *
     * @param engine an empty one; the caller is its owner
     * @throws IllegalArgumentException when the engine is not empty or the image not in order
     */
    public void into(Engine engine, StoreImage image) {
        if (!engine.marks().equals(Engine.Marks.FRESH)) {
            throw new IllegalArgumentException("the engine is not empty: " + engine.marks());
        }
        new Filling(engine, image.revision()).fill(image);
        for (StoreImage.LeaseRecord lease : image.leases()) {
            engine.putLease(new Engine.StoredLease(lease.id(), lease.ttlSeconds(), lease.remainingSeconds()));
        }
        new ClusterBook(engine).become(cluster(image));
        long revision = image.revision() + revisionBump;
        long compacted = markCompacted ? revision : image.compactRevision();
        engine.commit(new Engine.Marks(appliedIndex, revision, compacted, Engine.Marks.FRESH.sweptRevision()));
        engine.flush();
    }

    private ClusterState cluster(StoreImage image) {
        List<ClusterMember> now = members.orElse(image.members());
        List<Alarm> alarms = image.alarms().stream()
                .filter(alarm -> members.isEmpty() || now.stream().anyMatch(member -> member.id() == alarm.memberId()))
                .toList();
        List<Long> removed = members.isPresent() ? List.of() : image.removedMembers();
        return new ClusterState(image.auth(), alarms, now, removed, Optional.empty());
    }

    /** Writes the versions, each linked to the one before it of the same key. */
    private static final class Filling {
        private final Engine engine;
        private final long revisionMax;
        private final Map<Bytes, Version> newest = new HashMap<>();
        private final List<Version> batch = new ArrayList<>();
        private long batchBytes;
        private long lastRevision;
        private long lastSub;

        Filling(Engine engine, long revisionMax) {
            this.engine = engine;
            this.revisionMax = revisionMax;
        }

        void fill(StoreImage image) {
            image.changes(this::add);
            write();
        }

        private void add(StoreImage.Change change) {
            KeyValue kv = change.kv();
            long revision = kv.modRevision();
            boolean ordered = revision > lastRevision || (revision == lastRevision && change.sub() > lastSub);
            if (!ordered || revision > revisionMax || change.sub() > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("change " + change.sub() + " of revision " + revision + " after "
                        + lastSub + " of " + lastRevision + " (expected: ascending, revision <= " + revisionMax + ")");
            }
            // Only between revisions: an engine may keep the versions of one together.
            if (batchBytes >= BATCH_BYTES && revision > lastRevision) {
                write();
            }
            lastRevision = revision;
            lastSub = change.sub();
            Version before = newest.get(kv.key());
            Version version = version(change, before == null ? kv.key() : before.key);
            version.previous(before);
            newest.put(version.key, version);
            engine.put(version);
            batch.add(version);
            batchBytes += version.bytes();
        }

        private static Version version(StoreImage.Change change, Bytes key) {
            KeyValue kv = change.kv();
            int sub = (int) change.sub();
            if (change.tombstone()) {
                return Version.tombstone(key, kv.modRevision(), sub);
            }
            Version version = new Version(
                    key,
                    kv.modRevision(),
                    sub,
                    kv.createRevision(),
                    kv.version(),
                    kv.lease(),
                    kv.value().length());
            version.pair = version.withValue(kv.value());
            return version;
        }

        /** Until the last commit the marks are those of an empty state. */
        private void write() {
            engine.commit(Engine.Marks.FRESH);
            if (!engine.keepsPairsInMemory()) {
                for (Version version : batch) {
                    version.pair = null;
                    version.previous(null);
                }
            }
            batch.clear();
            batchBytes = 0;
        }
    }
}
