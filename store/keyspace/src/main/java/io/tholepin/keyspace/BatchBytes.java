package io.tholepin.keyspace;

/**
 * A RocksDB write batch in its serialized form, built without crossing into native code for each change. Layout:
 * sequence number (8 bytes, 0), count (4 bytes, least significant first), then records: a tag, the key with its length
 * and for a put the value with its length, lengths as varints. Source: RocksDB, {@code db/write_batch.cc}.
 */
final class BatchBytes {
    private static final int HEADER_BYTES = 12;
    private static final int COUNT_AT = 8;
    private static final int TAG_DELETE = 0;
    private static final int TAG_PUT = 1;

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

    void delete(byte[] key) {
        out.putByte(TAG_DELETE);
        out.putBytes(key);
        count++;
    }

    /** The batch; this one is empty afterwards. */
    byte[] take() {
        byte[] bytes = out.toBytes();
        for (int i = 0; i < 4; i++) {
            bytes[COUNT_AT + i] = (byte) (count >>> (8 * i));
        }
        out = fresh();
        count = 0;
        return bytes;
    }

    private static Encoder fresh() {
        Encoder encoder = new Encoder(1024);
        encoder.putRaw(new byte[HEADER_BYTES]);
        return encoder;
    }
}
