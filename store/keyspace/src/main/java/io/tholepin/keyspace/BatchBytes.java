package io.tholepin.keyspace;

/**
 * A RocksDB write batch in its serialized form, built without crossing into native code for each change. Layout:
 * sequence number (8 bytes, 0), count (4 bytes, least significant first), then records: a tag, the column family
 * unless it is the default one, the key with its length and for a put the value with its length; numbers as varints.
 * Source: RocksDB, {@code db/write_batch.cc}.
 */
final class BatchBytes {
    private static final byte[] HEADER = new byte[12];

    /** Kind, revision and position. */
    private static final int KEY_BYTES = 1 + Long.BYTES + Integer.BYTES;

    private static final int COUNT_AT = 8;
    private static final int TAG_DELETE = 0;
    private static final int TAG_PUT = 1;
    private static final int TAG_FAMILY_PUT = 5;
    private static final int TAG_SINGLE_DELETE = 7;
    private static final int TAG_FAMILY_SINGLE_DELETE = 8;

    /** A buffer that has grown beyond this is not kept for the next batch. */
    private static final int KEPT_BYTES_MAX = 1 << 20;

    private Encoder out = fresh();
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    void put(byte[] key, byte[] value) {
        out.putByte(TAG_PUT);
        out.putBytes(key);
        out.putBytes(value);
        count++;
    }

    /** Puts {@code value} at a key of a kind, a revision and a position. */
    void put(byte kind, long revision, int sub, Encoder value) {
        out.putByte(TAG_PUT);
        putKey(kind, revision, sub);
        out.putBytes(value);
        count++;
    }

    /** Puts {@code value} at a key of a kind, a revision and a position in a column family. */
    void put(int family, byte kind, long revision, int sub, byte[] value) {
        out.putByte(TAG_FAMILY_PUT);
        out.putLength(family);
        putKey(kind, revision, sub);
        out.putBytes(value);
        count++;
    }

    /**
     * Deletes what was put once, and only once, at a key of a kind, a revision and a position. Both are gone as soon as
     * they meet, where an ordinary deletion has to travel to the last level.
     */
    void deletePutOnce(byte kind, long revision, int sub) {
        out.putByte(TAG_SINGLE_DELETE);
        putKey(kind, revision, sub);
        count++;
    }

    /** The same in a column family. */
    void deletePutOnce(int family, byte kind, long revision, int sub) {
        out.putByte(TAG_FAMILY_SINGLE_DELETE);
        out.putLength(family);
        putKey(kind, revision, sub);
        count++;
    }

    void delete(byte[] key) {
        out.putByte(TAG_DELETE);
        out.putBytes(key);
        count++;
    }

    /** The batch; this one is empty afterwards. */
    byte[] take() {
        byte[] bytes = out.copy();
        for (int i = 0; i < 4; i++) {
            bytes[COUNT_AT + i] = (byte) (count >>> (8 * i));
        }
        if (bytes.length > KEPT_BYTES_MAX) {
            out = fresh();
        } else {
            out.clear();
            out.putRaw(HEADER);
        }
        count = 0;
        return bytes;
    }

    private void putKey(byte kind, long revision, int sub) {
        out.putLength(KEY_BYTES);
        out.putByte(kind);
        out.putFixedLong(revision);
        out.putFixedInt(sub);
    }

    private static Encoder fresh() {
        Encoder encoder = new Encoder(16 << 10);
        encoder.putRaw(HEADER);
        return encoder;
    }
}
