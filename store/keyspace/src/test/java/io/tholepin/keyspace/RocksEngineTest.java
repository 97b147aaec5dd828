package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBatch;

/** What is particular to RocksDB; what it shares with the heap is in the contracts. */
class RocksEngineTest {
    @TempDir
    Path folder;

    @Test
    void aBatchOfOursIsABatchOfRocksDbs(@TempDir Path database) throws Exception {
        RocksNative.load(folder);
        byte[] large = new byte[70_000];
        BatchBytes ours = new BatchBytes();
        try (WriteBatch theirs = new WriteBatch()) {
            ours.put(new byte[] {1}, large);
            theirs.put(new byte[] {1}, large);
            ours.delete(new byte[] {2, 3});
            theirs.delete(new byte[] {2, 3});
            ours.put(new byte[] {4}, new byte[0]);
            theirs.put(new byte[] {4}, new byte[0]);
            ours.deletePutOnce((byte) 5, 6, 7);
            theirs.singleDelete(new byte[] {5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 7});
            assertThat(ours.take()).isEqualTo(theirs.data());
            theirs.clear();
            Encoder value = new Encoder(1);
            value.putString("value");
            ours.put((byte) 1, -1, 0, value);
            theirs.put(HexFormat.of().parseHex("01ffffffffffffffff00000000"), value.toBytes());
            assertThat(ours.take()).isEqualTo(theirs.data());
        }
        assertThat(ours.isEmpty()).isTrue();
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB db = RocksDB.open(options, database.toString());
                ColumnFamilyOptions familyOptions = new ColumnFamilyOptions();
                ColumnFamilyHandle family =
                        db.createColumnFamily(new ColumnFamilyDescriptor(new byte[] {'f'}, familyOptions));
                WriteBatch theirs = new WriteBatch()) {
            byte[] key = {5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 7};
            ours.put(family.getID(), (byte) 5, 6, 7, large);
            theirs.put(family, key, large);
            ours.deletePutOnce(family.getID(), (byte) 5, 6, 7);
            theirs.singleDelete(family, key);
            assertThat(ours.take()).isEqualTo(theirs.data());
        }
    }

    @Test
    void pairsThatLeftMemoryAreReadFromDisk() {
        try (Keyspace keyspace = new Keyspace(RocksEngine.open(folder))) {
            Bytes value = Bytes.wrap(new byte[256 << 10]);
            int count = (int) (RecentPairs.BYTES_MAX / value.length()) + 20;
            for (int i = 0; i < count; i++) {
                keyspace.apply(i + 1, new Command.Write(Txn.of(Op.Put.of(Bytes.utf8("k" + i), value))));
                keyspace.commit();
            }
            keyspace.apply(count + 1, new Command.Write(Txn.of(new Op.Delete(KeyRange.key(Bytes.utf8("k0")), false))));
            Event deletion = keyspace.commit().events().getFirst();
            assertThat(deletion.previous()).isNull();
            assertThat(keyspace.withPrevious(deletion).previous())
                    .satisfies(previous -> assertThat(previous.value()).isEqualTo(value));
            for (int i = 0; i < 2; i++) {
                assertThat(keyspace.range(RangeRequest.of(KeyRange.all())).kvs())
                        .hasSize(count - 1)
                        .allMatch(kv -> kv.value().equals(value));
            }
        }
    }

    @Test
    void afterAStartWhatReadersKeepInMemoryIsBoundedAndAScanKeepsNothing() {
        Bytes value = Bytes.wrap(new byte[256 << 10]);
        int count = (int) (RecentPairs.BYTES_MAX / value.length()) + 150;
        try (Keyspace keyspace = new Keyspace(RocksEngine.open(folder))) {
            for (int i = 0; i < count; i++) {
                keyspace.apply(i + 1, new Command.Write(Txn.of(Op.Put.of(key(i), value))));
                keyspace.commit();
            }
        }
        try (Keyspace keyspace = new Keyspace(RocksEngine.open(folder))) {
            for (int i = 0; i < count; i++) {
                assertThat(keyspace.range(RangeRequest.of(KeyRange.key(key(i)))).kvs())
                        .hasSize(1);
            }
            assertThat(previousInMemory(keyspace, 0)).isFalse();
            assertThat(previousInMemory(keyspace, count - 1)).isTrue();
            assertThat(keyspace.range(RangeRequest.of(KeyRange.all())).kvs()).hasSize(count - 2);
            assertThat(previousInMemory(keyspace, 1)).isFalse();
        }
    }

    private static Bytes key(int number) {
        return Bytes.utf8("k" + number);
    }

    private static boolean previousInMemory(Keyspace keyspace, int number) {
        keyspace.apply(
                keyspace.appliedIndex() + 1,
                new Command.Write(Txn.of(new Op.Delete(KeyRange.key(key(number)), false))));
        return keyspace.commit().events().getFirst().previous() != null;
    }

    @Test
    void aPairThatWasReadStaysInMemoryAndOneThatIsNotCommittedNeverLeavesIt() {
        RecentPairs recent = new RecentPairs(1_000);
        List<Version> versions = new ArrayList<>();
        for (int revision = 2; revision < 22; revision++) {
            Version version = new Version(Bytes.utf8("k"), revision, 0, 2, 1, 0, 4);
            version.pair = version.withValue(Bytes.utf8("four"));
            recent.written(version);
            versions.add(version);
        }
        assertThat(versions).noneMatch(version -> version.pair == null);
        recent.committed(7);
        assertThat(versions)
                .filteredOn(version -> version.pair == null)
                .containsExactlyElementsOf(versions.subList(0, 6));
        Version oldest = versions.getFirst();
        recent.read(oldest, oldest.withValue(Bytes.utf8("four")));
        assertThat(oldest.pair).isNotNull();
        recent.committed(21);
        assertThat(versions)
                .filteredOn(version -> version.pair == null)
                .containsExactlyElementsOf(versions.subList(1, 11));
    }

    @Test
    void anInterruptedReplacementLeavesTheOldDatabaseOrTheNew() throws Exception {
        write("old");
        Path database = RocksFolder.database(folder);
        Files.move(database, folder.resolve("db.outgoing"));
        Files.createDirectory(folder.resolve("db.incoming"));
        assertThat(read()).containsExactly("old");
        assertThat(Files.exists(folder.resolve("db.incoming"))).isFalse();
        Files.createDirectory(folder.resolve("db.outgoing"));
        assertThat(read()).containsExactly("old");
        assertThat(Files.exists(folder.resolve("db.outgoing"))).isFalse();
    }

    @Test
    void aFolderThatIsOpenCannotBeOpenedAgain() {
        try (RocksEngine _ = RocksEngine.open(folder)) {
            assertThatThrownBy(() -> RocksEngine.open(folder))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.code()).isEqualTo(StoreException.Code.CORRUPT));
        }
    }

    @Test
    void aClosedEngineRefusesReads() {
        Keyspace keyspace = new Keyspace(RocksEngine.open(folder));
        keyspace.close();
        keyspace.close();
        assertThatThrownBy(keyspace::bytesTotal).hasMessage(StoreException.Code.STOPPED.text());
    }

    private void write(String key) {
        try (Keyspace keyspace = new Keyspace(RocksEngine.open(folder))) {
            keyspace.apply(1, new Command.Write(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.EMPTY))));
            keyspace.commit();
        }
    }

    private List<String> read() {
        try (Keyspace keyspace = new Keyspace(RocksEngine.open(folder))) {
            return keyspace.range(RangeRequest.of(KeyRange.all())).kvs().stream()
                    .map(kv -> kv.key().toString())
                    .toList();
        }
    }
}
