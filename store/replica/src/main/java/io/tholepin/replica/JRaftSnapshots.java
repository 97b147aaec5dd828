package io.tholepin.replica;

import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.SnapshotCopierOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotCopier;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.tholepin.kv.StoreObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * JRaft's snapshots as marks. One that is offered to another member says who offers it and where it ends; the other
 * lets its machine fetch the state and then notes the same mark. The order matters: the state is on its disk before the
 * mark is.
 */
final class JRaftSnapshots extends LocalSnapshotStorage {
    /** Longest installation before JRaft begins it anew. */
    static final int INSTALL_MILLIS_MAX = 600_000;

    private static final String SCHEME = "state://";

    private final RaftEngine.Machine machine;

    private JRaftSnapshots(String path, RaftOptions options, RaftEngine.Machine machine) {
        super(path, "", options);
        this.machine = machine;
    }

    /** JRaft's parts, but for the snapshots and the log. */
    static final class Factory extends DefaultJRaftServiceFactory {
        private final RaftEngine.Machine machine;
        private final StoreObserver observer;
        private @Nullable JRaftLogStorage log;

        Factory(RaftEngine.Machine machine, StoreObserver observer) {
            this.machine = machine;
            this.observer = observer;
        }

        @Override
        public LogStorage createLogStorage(String path, RaftOptions options) {
            log = new JRaftLogStorage(Path.of(path), options.isSync(), createLogEntryCodecFactory(), observer);
            return log;
        }

        /** What is wrong with the log; empty when nothing is known. */
        String problem() {
            return log == null ? "" : log.problem();
        }

        @Override
        public SnapshotStorage createSnapshotStorage(NodeOptions options) {
            return new JRaftSnapshots(options.getSnapshotUri(), options.getRaftOptions(), machine);
        }
    }

    /**
     * Marks the beginning of a log that goes on from a state which did not come out of it: whoever has not got that
     * state must fetch it, because the entries before {@code index} are not to be had.
     *
     * @param folder for the marks; new
     * @param group who the log belongs to
     */
    static void begin(Path folder, long index, RaftGroup group) throws IOException {
        LocalSnapshotStorage storage = new LocalSnapshotStorage(folder.toString(), "", new RaftOptions());
        SnapshotMeta.Builder meta =
                SnapshotMeta.newBuilder().setLastIncludedIndex(index).setLastIncludedTerm(1);
        group.voters().forEach(voter -> meta.addPeers(JRaftPeer.of(voter).toString()));
        if (!storage.init(null)) {
            throw new IOException("cannot write to " + folder);
        }
        try (SnapshotWriter writer = storage.create()) {
            if (writer == null || !writer.saveMeta(meta.build())) {
                throw new IOException("the beginning of the log could not be written to " + folder);
            }
        }
    }

    @Override
    public @Nullable SnapshotReader open() {
        SnapshotReader local = super.open();
        return local == null ? null : new Offered(local);
    }

    @Override
    public SnapshotCopier startToCopyFrom(String uri, SnapshotCopierOptions options) {
        Copier copier = new Copier(uri);
        copier.start();
        return copier;
    }

    /** A mark of this member, with a name that carries all of it. */
    private static final class Offered extends SnapshotReader {
        private final SnapshotReader local;

        Offered(SnapshotReader local) {
            this.local = local;
        }

        @Override
        public SnapshotMeta load() {
            return local.load();
        }

        @Override
        public @Nullable String generateURIForCopy() {
            SnapshotMeta meta = local.load();
            return meta == null ? null : SCHEME + HexFormat.of().formatHex(meta.toByteArray());
        }

        @Override
        public boolean init(Void none) {
            return true;
        }

        @Override
        public void shutdown() {
            local.shutdown();
        }

        @Override
        public void close() throws IOException {
            local.close();
        }

        @Override
        public String getPath() {
            return local.getPath();
        }

        @Override
        public Set<String> listFiles() {
            return local.listFiles();
        }

        @Override
        public Message getFileMeta(String fileName) {
            return local.getFileMeta(fileName);
        }
    }

    /** Fetches the state of somebody else's mark and then sets the mark. */
    private final class Copier extends SnapshotCopier {
        private final String uri;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile boolean cancelled;
        private volatile @Nullable SnapshotReader reader;

        Copier(String uri) {
            this.uri = uri;
        }

        @Override
        public void start() {
            Thread.ofPlatform().daemon().name("replica-fetch").start(() -> {
                try {
                    copyState();
                } catch (IOException | RuntimeException failure) {
                    setError(RaftError.EINTERNAL, "%s", failure.getMessage());
                } finally {
                    ended.countDown();
                }
            });
        }

        private void copyState() throws IOException {
            SnapshotMeta meta = meta();
            if (!machine.fetch(meta.getLastIncludedIndex(), () -> cancelled)) {
                setError(RaftError.ECANCELED, "the state could not be fetched");
                return;
            }
            try (SnapshotWriter writer = create()) {
                if (writer == null || !writer.saveMeta(meta)) {
                    throw new IOException("the mark could not be written");
                }
            }
            reader = open();
        }

        private SnapshotMeta meta() throws InvalidProtocolBufferException {
            if (!uri.startsWith(SCHEME)) {
                throw new IllegalArgumentException("uri: " + uri);
            }
            return SnapshotMeta.parseFrom(HexFormat.of().parseHex(uri.substring(SCHEME.length())));
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public void join() throws InterruptedException {
            ended.await();
        }

        @Override
        public @Nullable SnapshotReader getReader() {
            return reader;
        }

        @Override
        public void close() {
            cancelled = true;
        }
    }
}
