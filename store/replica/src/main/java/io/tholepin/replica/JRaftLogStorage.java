package io.tholepin.replica;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.codec.LogEntryCodecFactory;
import com.alipay.sofa.jraft.entity.codec.LogEntryDecoder;
import com.alipay.sofa.jraft.entity.codec.LogEntryEncoder;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import io.tholepin.kv.StoreObserver;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JRaft's log in a {@link SegmentLog}; says how long appends take. JRaft calls it on one thread, but reads on any. What
 * goes wrong is logged here and told to JRaft, which then stops for good.
 */
final class JRaftLogStorage implements LogStorage {
    /** Entries of JRaft's own about who is a member: it wants to know of those when the log is opened. */
    private static final int CONFIGURATION = 1;

    private static final System.Logger LOG = System.getLogger(JRaftLogStorage.class.getName());

    private final Path folder;
    private final boolean sync;
    private final StoreObserver observer;
    private final LogEntryEncoder encoder;
    private final LogEntryDecoder decoder;
    private volatile @Nullable SegmentLog log;
    private volatile String problem = "";

    JRaftLogStorage(Path folder, boolean sync, LogEntryCodecFactory codecs, StoreObserver observer) {
        this.folder = folder;
        this.sync = sync;
        this.encoder = codecs.encoder();
        this.decoder = codecs.decoder();
        this.observer = observer;
    }

    @Override
    public boolean init(LogStorageOptions options) {
        ConfigurationManager configurations = options.getConfigurationManager();
        try {
            log = SegmentLog.open(
                    folder,
                    sync,
                    SegmentLog.SEGMENT_BYTES_MAX,
                    (index, bytes) -> configurations.add(configuration(decode(bytes))));
            return true;
        } catch (IOException | RuntimeException failure) {
            problem = String.valueOf(failure.getMessage());
            return failed("the log in " + folder + " could not be opened", failure);
        }
    }

    /** Why {@link #init} failed; empty when it did not. */
    String problem() {
        return problem;
    }

    @Override
    public void shutdown() {
        SegmentLog open = log;
        log = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException failure) {
                failed("the log in " + folder + " could not be closed", failure);
            }
        }
    }

    @Override
    public long getFirstLogIndex() {
        return open().first();
    }

    /** 0 without entries, as JRaft expects it. */
    @Override
    public long getLastLogIndex() {
        SegmentLog open = open();
        return open.next() == open.first() ? 0 : open.next() - 1;
    }

    @Override
    public @Nullable LogEntry getEntry(long index) {
        SegmentLog open = log;
        if (open == null || index <= 0) {
            return null;
        }
        try {
            return open.read(index).map(this::decode).orElse(null);
        } catch (IOException | RuntimeException failure) {
            failed("entry " + index + " could not be read", failure);
            return null;
        }
    }

    @Override
    @Deprecated
    public long getTerm(long index) {
        LogEntry entry = getEntry(index);
        return entry == null ? 0 : entry.getId().getTerm();
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return appendEntries(List.of(entry)) == 1;
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        long began = System.nanoTime();
        long bytes = 0;
        List<LogRecords.Entry> records = new ArrayList<>(entries.size());
        for (LogEntry entry : entries) {
            ByteBuffer data = entry.getData();
            bytes += data == null ? 0 : data.remaining();
            records.add(record(entry));
        }
        try {
            SegmentLog open = open();
            long expected = entries.getFirst().getId().getIndex();
            if (expected != open.next()) {
                throw new IOException("entry " + expected + " does not follow (expected: " + open.next() + ")");
            }
            open.append(records);
        } catch (IOException | RuntimeException failure) {
            failed("the log could not be written", failure);
            return 0;
        }
        observer.logSynced(System.nanoTime() - began, bytes);
        return entries.size();
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        return attempt("drop what is before entry " + firstIndexKept, () -> open().dropBefore(firstIndexKept));
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        return attempt("drop what is behind entry " + lastIndexKept, () -> open().dropFrom(lastIndexKept + 1));
    }

    @Override
    public boolean reset(long nextLogIndex) {
        return attempt("begin again at entry " + nextLogIndex, () -> open().restart(nextLogIndex));
    }

    private SegmentLog open() {
        SegmentLog open = log;
        if (open == null) {
            throw new IllegalStateException("the log is closed");
        }
        return open;
    }

    private interface Change {
        void run() throws IOException;
    }

    private static boolean attempt(String what, Change change) {
        try {
            change.run();
            return true;
        } catch (IOException | RuntimeException failure) {
            return failed("the log could not " + what, failure);
        }
    }

    private static boolean failed(String what, Exception failure) {
        LOG.log(Level.ERROR, "{0}: {1}", what, failure.getMessage());
        return false;
    }

    private LogRecords.Entry record(LogEntry entry) {
        int kind = entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION ? CONFIGURATION : 0;
        return new LogRecords.Entry(kind, encoder.encode(entry));
    }

    private LogEntry decode(byte[] bytes) {
        LogEntry entry = decoder.decode(bytes);
        if (entry == null) {
            throw new IllegalStateException("an entry of " + bytes.length + " bytes is none of this engine");
        }
        return entry;
    }

    private static ConfigurationEntry configuration(LogEntry entry) {
        return new ConfigurationEntry(
                new LogId(entry.getId().getIndex(), entry.getId().getTerm()),
                new Configuration(entry.getPeers(), entry.getLearners()),
                entry.getOldPeers() == null
                        ? new Configuration()
                        : new Configuration(entry.getOldPeers(), entry.getOldLearners()));
    }
}
