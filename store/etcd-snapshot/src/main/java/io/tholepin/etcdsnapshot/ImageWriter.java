package io.tholepin.etcdsnapshot;

import io.tholepin.kv.AuthState;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lays a store's image out in etcd's buckets, in one pass over it. The schema is that of etcd 3.5. */
final class ImageWriter {
    /** The oldest version that has all of this schema; newer ones raise it by themselves. */
    private static final String CLUSTER_VERSION = "3.5.0";

    private final StoreImage image;
    private final BoltWriter file;
    private RevisionKey last = new RevisionKey(0, 0, false);
    private boolean compactable;

    private ImageWriter(StoreImage image, FileChannel channel) throws IOException {
        this.image = image;
        this.file = new BoltWriter(channel);
    }

    /** Writes the database to an empty file. */
    static void write(StoreImage image, FileChannel channel) throws IOException {
        try {
            new ImageWriter(image, channel).write();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void write() throws IOException {
        file.bucket(Schema.KEY, this::versions);
        file.bucket(Schema.LEASE, tree -> putAll(tree, leases()));
        file.bucket(Schema.ALARM, tree -> putAll(tree, alarms()));
        AuthState auth = image.auth();
        file.bucket(Schema.AUTH, tree -> {
            tree.add(ascii(Schema.AUTH_ENABLED), new byte[] {(byte) (auth.enabled() ? 1 : 0)});
            tree.add(ascii(Schema.AUTH_REVISION), number(auth.revision()));
        });
        file.bucket(Schema.AUTH_ROLES, tree -> putAll(tree, roles(auth)));
        file.bucket(Schema.AUTH_USERS, tree -> putAll(tree, users(auth)));
        List<ClusterMember> members = image.members();
        file.bucket(Schema.MEMBERS, tree -> putAll(tree, members(members)));
        file.bucket(Schema.MEMBERS_REMOVED, tree -> putAll(tree, removedMembers()));
        file.bucket(Schema.CLUSTER, tree -> tree.add(ascii(Schema.CLUSTER_VERSION), ascii(CLUSTER_VERSION)));
        file.bucket(Schema.META, tree -> meta(tree, members));
        file.finish();
    }

    private void versions(BoltTree tree) throws IOException {
        image.changes(change -> {
            RevisionKey at = new RevisionKey(change.kv().modRevision(), change.sub(), change.tombstone());
            require(at.isAfter(last), "change at " + at, "after " + last);
            last = at;
            compactable |= at.main() <= image.compactRevision();
            try {
                tree.add(at.toBytes(), EtcdRecords.encode(change));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        long reached = Math.max(Math.max(1, image.compactRevision()), last.main());
        require(image.revision() >= reached, "revision: " + image.revision(), "at least that of a change: " + reached);
        if (image.revision() > reached) {
            // A revision raised by a restore; this is how etcdutl notes one.
            tree.add(new RevisionKey(image.revision(), 0, false).toBytes(), new byte[0]);
        }
    }

    /**
     * The image may hold versions that its compaction made invisible. So the compaction is noted as scheduled only and
     * etcd does it again when it starts, unless there is nothing for it to do or nothing at or above it to tell the
     * revision by, which etcd before 3.4.33 needs then.
     */
    private void meta(BoltTree tree, List<ClusterMember> members) throws IOException {
        long compacted = image.compactRevision();
        if (!members.isEmpty()) {
            tree.add(ascii(Schema.CONF_STATE), utf8(MemberJson.confState(members)));
        }
        tree.add(ascii(Schema.CONSISTENT_INDEX), number(Math.max(1, image.appliedIndex())));
        if (compacted >= 0 && (!compactable || last.main() < compacted)) {
            tree.add(ascii(Schema.FINISHED_COMPACTION), new RevisionKey(compacted, 0, false).toBytes());
        }
        if (compacted >= 0) {
            tree.add(ascii(Schema.SCHEDULED_COMPACTION), new RevisionKey(compacted, 0, false).toBytes());
        }
        tree.add(ascii(Schema.TERM), number(Math.max(1, image.term())));
    }

    private List<Pair> leases() {
        List<Pair> pairs = new ArrayList<>();
        image.leases().forEach(lease -> pairs.add(new Pair(number(lease.id()), EtcdRecords.encode(lease))));
        return pairs;
    }

    private List<Pair> alarms() {
        List<Pair> pairs = new ArrayList<>();
        image.alarms().forEach(alarm -> pairs.add(new Pair(EtcdRecords.encode(alarm), new byte[0])));
        return pairs;
    }

    private static List<Pair> users(AuthState auth) {
        List<Pair> pairs = new ArrayList<>();
        auth.users().forEach((name, user) -> pairs.add(new Pair(utf8(name), EtcdRecords.encode(user))));
        return pairs;
    }

    private static List<Pair> roles(AuthState auth) {
        List<Pair> pairs = new ArrayList<>();
        auth.roles().forEach((name, role) -> pairs.add(new Pair(utf8(name), EtcdRecords.encode(role))));
        return pairs;
    }

    private static List<Pair> members(List<ClusterMember> members) {
        List<Pair> pairs = new ArrayList<>();
        for (ClusterMember member : members) {
            pairs.add(new Pair(ascii(MemberJson.key(member.id())), utf8(MemberJson.write(member))));
        }
        return pairs;
    }

    private List<Pair> removedMembers() {
        List<Pair> pairs = new ArrayList<>();
        image.removedMembers().forEach(id -> pairs.add(new Pair(ascii(MemberJson.key(id)), ascii("removed"))));
        return pairs;
    }

    private static void putAll(BoltTree tree, List<Pair> pairs) throws IOException {
        pairs.sort((left, right) -> Arrays.compareUnsigned(left.key, right.key));
        for (Pair pair : pairs) {
            tree.add(pair.key, pair.value);
        }
    }

    private static void require(boolean holds, String found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("image: " + found + " (expected: " + expected + ")");
        }
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** An entry. */
    private record Pair(byte[] key, byte[] value) {}
}
