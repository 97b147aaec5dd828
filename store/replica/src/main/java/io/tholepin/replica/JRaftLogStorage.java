package io.tholepin.replica;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import com.alipay.sofa.jraft.util.StorageOptionsFactory;
import io.tholepin.kv.StoreObserver;
import java.nio.ByteBuffer;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.WALRecoveryMode;

/** How RocksDB keeps JRaft's log: small buffers, and no silence about a damaged record. Says how long appends take. */
final class JRaftLogStorage extends RocksDBLogStorage {
    /** A log file's worth of entries in memory; the log is written at once and read only after a restart. */
    private static final long WRITE_BUFFER_BYTES = 8L << 20;

    private final StoreObserver observer;

    JRaftLogStorage(String path, RaftOptions options, StoreObserver observer) {
        super(path, options);
        this.observer = observer;
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        long began = System.nanoTime();
        int appended = super.appendEntries(entries);
        long bytes = 0;
        for (LogEntry entry : entries) {
            ByteBuffer data = entry.getData();
            bytes += data == null ? 0 : data.remaining();
        }
        observer.logSynced(System.nanoTime() - began, bytes);
        return appended;
    }

    /** Tells JRaft, once per process: it keeps these in a table by class name and refuses a second registration. */
    static void registerOptions() {
        Registered.check();
    }

    private static final class Registered {
        static {
            StorageOptionsFactory.registerRocksDBOptions(RocksDBLogStorage.class, database());
            StorageOptionsFactory.registerRocksDBColumnFamilyOptions(RocksDBLogStorage.class, family());
            StorageOptionsFactory.registerRocksDBTableFormatConfig(
                    RocksDBLogStorage.class, new BlockBasedTableConfig().setNoBlockCache(true));
        }

        static void check() {
            // Loading the class did it.
        }

        private static DBOptions database() {
            return new DBOptions()
                    .setCreateIfMissing(true)
                    .setCreateMissingColumnFamilies(true)
                    .setMaxTotalWalSize(8 * WRITE_BUFFER_BYTES)
                    .setMaxOpenFiles(64)
                    .setKeepLogFileNum(2)
                    .setMaxLogFileSize(1 << 20)
                    .setStatsDumpPeriodSec(0)
                    .setStatsPersistPeriodSec(0)
                    // A record cut short by a crash was never acknowledged and is dropped; a damaged one before others
                    // is an
                    // error, where RocksDB's default would silently drop it and all after it.
                    .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
        }

        private static ColumnFamilyOptions family() {
            return new ColumnFamilyOptions()
                    .setWriteBufferSize(WRITE_BUFFER_BYTES)
                    .setMaxWriteBufferNumber(3)
                    .setCompressionType(CompressionType.NO_COMPRESSION);
        }
    }
}
