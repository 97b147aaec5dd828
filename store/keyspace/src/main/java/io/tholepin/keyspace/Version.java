package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One version of one key: what a put or a delete left behind. Versions of a key form a chain from the newest to the
 * oldest that is kept. Written by the keyspace's owner; readers of an older revision walk down the chain.
 */
final class Version {
    private static final VarHandle PREVIOUS;

    static {
        try {
            PREVIOUS = MethodHandles.lookup().findVarHandle(Version.class, "previous", Version.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Bytes key;
    final long modRevision;
    /** Position among the changes of its revision. */
    final int sub;

    final long createRevision;
    /** 0 for a tombstone. */
    final long version;

    final long lease;
    /** Bytes of the value, also while the value is not in memory. */
    final int valueLength;

    @SuppressWarnings("UnusedVariable")
    private volatile @Nullable Version previous;

    /**
     * The pair as clients see it while its value is held in memory; otherwise the engine has it. May be dropped at any
     * moment, so it is read once into a local.
     */
    @Nullable
    KeyValue pair;

    Version(Bytes key, long modRevision, int sub, long createRevision, long version, long lease, int valueLength) {
        this.key = key;
        this.modRevision = modRevision;
        this.sub = sub;
        this.createRevision = createRevision;
        this.version = version;
        this.lease = lease;
        this.valueLength = valueLength;
    }

    /** A tombstone has the revision of the deletion and nothing else. */
    static Version tombstone(Bytes key, long modRevision, int sub) {
        Version version = new Version(key, modRevision, sub, 0, 0, 0, 0);
        version.pair = new KeyValue(key, Bytes.EMPTY, 0, modRevision, 0, 0);
        return version;
    }

    /** The same with {@code shared}, an equal key that others use already. */
    Version sharing(Bytes shared) {
        Version copy = new Version(shared, modRevision, sub, createRevision, version, lease, valueLength);
        copy.pair = pair;
        return copy;
    }

    /** What it adds to the bytes in use. */
    long bytes() {
        return Quota.VERSION_BYTES + key.length() + valueLength;
    }

    boolean isTombstone() {
        return version == 0;
    }

    KeyValue withValue(Bytes value) {
        return new KeyValue(key, value, createRevision, modRevision, version, lease);
    }

    @Nullable
    Version previous() {
        return (Version) PREVIOUS.getAcquire(this);
    }

    void previous(@Nullable Version older) {
        PREVIOUS.setRelease(this, older);
    }

    /** The version a reader at {@code revision} sees, tombstones included; null when the key had none yet. */
    @Nullable
    Version at(long revision) {
        Version seen = this;
        while (seen != null && seen.modRevision > revision) {
            seen = seen.previous();
        }
        return seen;
    }
}
