package io.tholepin.etcdsnapshot;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * etcd's buckets as a store's image. Everything but the versions is read when it is opened; the versions stay in the
 * file and are decoded as they are visited. Damage met there is an {@link UncheckedIOException}.
 *
 * <p>A compaction that the file was taken in the middle of counts as done: {@link #compactRevision} is the scheduled
 * one, and some of the versions it made invisible still come.
 */
final class SnapshotImage implements StoreImage {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final BoltFile file;
    private final BoltBucket versions;
    private final long revision;
    private final long compactRevision;
    private final long appliedIndex;
    private final long term;
    private final List<LeaseRecord> leases = new ArrayList<>();
    private final List<Alarm> alarms = new ArrayList<>();
    private final AuthState auth;
    private final List<ClusterMember> members = new ArrayList<>();
    private final List<Long> removedMembers = new ArrayList<>();

    /** Reads all but the versions; {@code file} is closed with this. */
    SnapshotImage(BoltFile file) throws IOException {
        this.file = file;
        Map<String, BoltBucket> buckets = buckets(file);
        BoltBucket key = buckets.get(Schema.KEY);
        if (key == null) {
            throw BoltFormat.corrupt("buckets", "names", buckets.keySet(), "'key' among them, as in etcd's files");
        }
        versions = key;
        Map<String, MemorySegment> meta = named(buckets.get(Schema.META));
        compactRevision = Math.max(
                compaction(meta.get(Schema.FINISHED_COMPACTION)), compaction(meta.get(Schema.SCHEDULED_COMPACTION)));
        revision = Math.max(Math.max(1, compactRevision), lastRevision());
        appliedIndex = number(Schema.CONSISTENT_INDEX, meta, 0);
        term = number(Schema.TERM, meta, 0);
        each(buckets.get(Schema.LEASE), (at, value) -> leases.add(EtcdRecords.lease("bucket lease", value)));
        each(buckets.get(Schema.ALARM), (at, value) -> alarms.add(EtcdRecords.alarm("bucket alarm", at)));
        auth = auth(buckets);
        each(buckets.get(Schema.MEMBERS), (at, value) -> {
            String where = "member " + text(at);
            members.add(MemberJson.read(where, MemberJson.id(where, text(at)), text(value)));
        });
        members.sort((left, right) -> Long.compareUnsigned(left.id(), right.id()));
        each(
                buckets.get(Schema.MEMBERS_REMOVED),
                (at, value) -> removedMembers.add(MemberJson.id("removed member", text(at))));
    }

    /** The buckets of a file by name. */
    static Map<String, BoltBucket> buckets(BoltFile file) throws IOException {
        Map<String, BoltBucket> buckets = new HashMap<>();
        BoltCursor cursor = file.root().cursor();
        while (cursor.next()) {
            if (cursor.isBucket()) {
                String name = text(cursor.key());
                buckets.put(name, BoltBucket.of(file, name, cursor.value()));
            }
        }
        return buckets;
    }

    private static void each(@Nullable BoltBucket bucket, Entry visitor) throws IOException {
        if (bucket == null) {
            return;
        }
        BoltCursor cursor = bucket.cursor();
        while (cursor.next()) {
            if (!cursor.isBucket()) {
                visitor.visit(cursor.key(), cursor.value());
            }
        }
    }

    private static Map<String, MemorySegment> named(@Nullable BoltBucket bucket) throws IOException {
        Map<String, MemorySegment> entries = new HashMap<>();
        each(bucket, (key, value) -> entries.put(text(key), value));
        return entries;
    }

    private static String text(MemorySegment bytes) throws IOException {
        if (bytes.byteSize() > ProtoReader.VALUE_BYTES_MAX) {
            throw BoltFormat.corrupt("text", "bytes", bytes.byteSize(), "<= " + ProtoReader.VALUE_BYTES_MAX);
        }
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private static long compaction(@Nullable MemorySegment value) throws IOException {
        return value == null
                ? -1
                : RevisionKey.read("compaction in bucket meta", value).main();
    }

    private static long number(String name, Map<String, MemorySegment> entries, long otherwise) throws IOException {
        MemorySegment value = entries.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value.byteSize() != Long.BYTES) {
            throw BoltFormat.corrupt(name, "bytes", value.byteSize(), Long.BYTES);
        }
        return value.get(LONG, 0);
    }

    private long lastRevision() throws IOException {
        MemorySegment last = versions.lastKey();
        return last == null
                ? 0
                : RevisionKey.read("last key of bucket key", last).main();
    }

    private static AuthState auth(Map<String, BoltBucket> buckets) throws IOException {
        Map<String, MemorySegment> auth = named(buckets.get(Schema.AUTH));
        MemorySegment enabled = auth.get(Schema.AUTH_ENABLED);
        Map<String, AuthState.User> users = new HashMap<>();
        each(buckets.get(Schema.AUTH_USERS), (key, value) -> {
            AuthState.User user = EtcdRecords.user("user " + text(key), value);
            users.put(user.name(), user);
        });
        Map<String, AuthState.Role> roles = new HashMap<>();
        each(buckets.get(Schema.AUTH_ROLES), (key, value) -> {
            AuthState.Role role = EtcdRecords.role("role " + text(key), value);
            roles.put(role.name(), role);
        });
        return new AuthState(
                enabled != null && enabled.byteSize() == 1 && enabled.get(ValueLayout.JAVA_BYTE, 0) == 1,
                Math.max(1, number(Schema.AUTH_REVISION, auth, 1)),
                users,
                roles);
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public long compactRevision() {
        return compactRevision;
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public void changes(Consumer<Change> visitor) {
        try {
            visitChanges(visitor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void visitChanges(Consumer<Change> visitor) throws IOException {
        RevisionKey before = new RevisionKey(0, 0, false);
        BoltCursor cursor = versions.cursor();
        while (cursor.next()) {
            RevisionKey at = RevisionKey.read("bucket key", cursor.key());
            String where = "revision " + at.main() + "/" + at.sub();
            if (!at.isAfter(before)) {
                throw BoltFormat.corrupt(where, "order", "after " + before.main() + "/" + before.sub(), "ascending");
            }
            before = at;
            // What `etcdutl snapshot restore --bump-revision` leaves: a revision without a key.
            if (cursor.value().byteSize() > 0 || at.tombstone()) {
                visitor.accept(EtcdRecords.change(where, at, cursor.value()));
            }
        }
    }

    @Override
    public List<LeaseRecord> leases() {
        return List.copyOf(leases);
    }

    @Override
    public List<Alarm> alarms() {
        return List.copyOf(alarms);
    }

    @Override
    public AuthState auth() {
        return auth;
    }

    @Override
    public List<ClusterMember> members() {
        return List.copyOf(members);
    }

    @Override
    public List<Long> removedMembers() {
        return List.copyOf(removedMembers);
    }

    @Override
    public void close() {
        file.close();
    }

    /** What is done with an entry. */
    @FunctionalInterface
    private interface Entry {
        void visit(MemorySegment key, MemorySegment value) throws IOException;
    }
}
