package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import org.jspecify.annotations.Nullable;

/**
 * How the state of one member becomes that of another that is behind and cannot have the log in between: what it lacks
 * is sent, not everything. {@link ResyncSource} is on the side that has it, {@link ResyncTarget} on the other,
 * {@link StagedState} makes it stick.
 *
 * <p><b>What is sent, and why it is enough.</b> Both states came from the same log; the target's is the source's of an
 * earlier time. Let F be the target's revision, R the source's, C the source's compacted revision. The source sends
 *
 * <ol>
 *   <li>every version above F that is visible at or above C: all above C, and of each key the one that C left;
 *   <li>leases, alarms, auth and members, whole, since they are small;
 *   <li>the marks: applied index, R, C.
 * </ol>
 *
 * <p><i>C at or below F:</i> nothing above F has been swept away, so (1) is everything that happened. The target keeps
 * what it has and sweeps it up to C by itself, as it would have done.
 *
 * <p><i>C above F:</i> of what happened between F and C the source has only what C left. A key of which the target
 * has a
 * live version at F has met one of these fates: unchanged up to C, then the source still has that very version; changed
 * and alive at C, or deleted exactly at C, then (1) brings that; deleted before C, then nothing tells. So let L be the
 * live versions of the target at F, without those of keys for which (1) brought a version at or below C, and K the
 * versions at or below F that the source kept alive at C. K is part of L, and what is in L and not in K was deleted:
 * the
 * target removes all versions of those keys that it has, and the rest of the history follows from (1). How many they
 * are
 * is |L| - |K|; which they are is read off a {@link ResyncSketch} of K that is a little larger than that number, so
 * that
 * its size goes with the number of deletions and not with the number of keys. A sum over K, under a seed of the
 * source's,
 * says whether the result is right. A sketch that cannot be read, which happens to one in a hundred small ones, is
 * asked
 * for again under another seed; if that does not help, everything is sent anew. Versions of the
 * target that C made invisible are swept as after any compaction.
 *
 * <p><b>Crashes.</b> What was sent lies in a file until it is whole, and the target serves its old state; nothing of it
 * has been touched. From the moment the file has its name, it is carried out, from its beginning, until it is gone:
 * first thing at each start. Carrying it out twice is like once, because versions never change and the tables are
 * replaced whole; and nothing else is applied before the file is gone.
 *
 * <p>Watches go on from the history: what lies between F and R is delivered, and who needs something below C is told.
 */
final class Resync {
    // Items of a chunk.
    static final int VERSION = 'v';
    static final int LEASE = 'l';
    static final int RECORD = 't';
    static final int REMOVAL = 'x';

    private Resync() {}

    static void putVersion(Encoder out, Version version, @Nullable Version before) {
        KeyValue pair = version.pair;
        if (pair == null) {
            throw new IllegalStateException("a version without its value: " + version.key);
        }
        boolean alive = before != null && !before.isTombstone();
        out.putByte(VERSION);
        out.putBytes(version.key.array());
        out.putLong(version.modRevision);
        out.putInt(version.sub);
        out.putLong(version.version);
        if (!version.isTombstone()) {
            out.putLong(version.createRevision);
            out.putLong(version.lease);
            out.putBytes(pair.value().array());
        }
        out.putLong(alive && before != null ? before.modRevision : 0);
        out.putInt(alive && before != null ? before.sub : 0);
    }

    /** Reads what {@link #putVersion} wrote, with as much of the version before as an engine needs. */
    static Version takeVersion(Decoder in) {
        Bytes key = in.takeBytes();
        long modRevision = in.takeLong();
        int sub = in.takeInt();
        long number = in.takeLong();
        Version version;
        if (number == 0) {
            version = Version.tombstone(key, modRevision, sub);
        } else {
            long created = in.takeLong();
            long lease = in.takeLong();
            Bytes value = in.takeBytes();
            version = new Version(key, modRevision, sub, created, number, lease, value.length());
            version.pair = version.withValue(value);
        }
        long before = in.takeLong();
        int beforeSub = in.takeInt();
        if (before > 0) {
            version.previous(new Version(key, before, beforeSub, before, 1, 0, 0));
        }
        return version;
    }

    static void putRemoval(Encoder out, Version version) {
        out.putByte(REMOVAL);
        out.putLong(version.modRevision);
        out.putInt(version.sub);
        out.putFlag(version.isTombstone());
    }

    static Version takeRemoval(Decoder in) {
        long modRevision = in.takeLong();
        int sub = in.takeInt();
        boolean tombstone = in.takeFlag();
        return tombstone
                ? Version.tombstone(Bytes.EMPTY, modRevision, sub)
                : new Version(Bytes.EMPTY, modRevision, sub, modRevision, 1, 0, 0);
    }

    static void putLease(Encoder out, Engine.StoredLease lease) {
        out.putByte(LEASE);
        out.putLong(lease.id());
        out.putLong(lease.ttlSeconds());
        out.putLong(lease.remainingSeconds());
    }

    static Engine.StoredLease takeLease(Decoder in) {
        return new Engine.StoredLease(in.takeLong(), in.takeLong(), in.takeLong());
    }

    static void putRecord(Encoder out, byte table, byte[] key, byte[] value) {
        out.putByte(RECORD);
        out.putByte(table);
        out.putBytes(key);
        out.putBytes(value);
    }
}
