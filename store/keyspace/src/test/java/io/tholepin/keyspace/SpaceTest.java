package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compactions free is returned to the file system, while the store goes on. */
class SpaceTest {
    private static final int KEYS = 100;
    private static final int VALUE_BYTES = 1_000;
    private static final int WRITE_BUFFER_BYTES = 1 << 20;

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void defragmentingReturnsWhatCompactionFreed() throws Exception {
        try (Keyspace keyspace = new Keyspace(RocksEngine.open(folder, WRITE_BUFFER_BYTES))) {
            long index = overwrite(keyspace, 20_000);
            assertThat(fragmentation(keyspace)).isLessThan(0.3);
            sweepAll(keyspace, index + 1);
            assertThat(keyspace.bytesInUse()).isEqualTo(inUse());
            keyspace.defragment();
            // The store goes on.
            put(keyspace, index + 2, 0);
            await(() -> keyspace.bytesTotal() < 3 * WRITE_BUFFER_BYTES);
            assertThat(keyspace.range(RangeRequest.of(KeyRange.all())).count()).isEqualTo(KEYS);
        }
    }

    @Test
    void spaceComesBackByItself() throws Exception {
        try (Keyspace keyspace = new Keyspace(RocksEngine.open(folder, WRITE_BUFFER_BYTES))) {
            long index = overwrite(keyspace, 20_000);
            sweepAll(keyspace, index + 1);
            keyspace.flush();
            await(() -> keyspace.bytesTotal() < 4 * WRITE_BUFFER_BYTES);
        }
    }

    @Test
    void closingWhileDefragmentingEndsIt() {
        Keyspace keyspace = new Keyspace(RocksEngine.open(folder, WRITE_BUFFER_BYTES));
        overwrite(keyspace, 20_000);
        keyspace.defragment();
        keyspace.defragment();
        keyspace.close();
        try (Keyspace again = new Keyspace(RocksEngine.open(folder))) {
            assertThat(again.range(RangeRequest.of(KeyRange.all())).count()).isEqualTo(KEYS);
        }
    }

    private static long inUse() {
        int keyBytes = 0;
        for (int i = 0; i < KEYS; i++) {
            keyBytes += key(i).length();
        }
        return keyBytes + KEYS * (long) (VALUE_BYTES + Quota.VERSION_BYTES);
    }

    private static double fragmentation(Keyspace keyspace) {
        return 1 - keyspace.bytesInUse() / (double) keyspace.bytesTotal();
    }

    private long overwrite(Keyspace keyspace, int times) {
        for (int i = 1; i <= times; i++) {
            put(keyspace, i, i % KEYS);
        }
        return times;
    }

    private void put(Keyspace keyspace, long index, int key) {
        byte[] value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        keyspace.apply(index, new Command.Write(Txn.of(Op.Put.of(key(key), Bytes.wrap(value)))));
        keyspace.commit();
    }

    private static Bytes key(int i) {
        return Bytes.utf8("key-" + i);
    }

    private static void sweepAll(Keyspace keyspace, long index) {
        keyspace.apply(index, new Command.Compact(keyspace.revision()));
        keyspace.commit();
        while (keyspace.sweep(1_000)) {
            keyspace.commit();
        }
        keyspace.commit();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 600 && !condition.getAsBoolean(); i++) {
            Thread.sleep(50);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
