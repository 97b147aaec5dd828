package io.tholepin.keyspace;

import io.tholepin.kv.KeyRange;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The state of a commit, for a member that is behind; see {@link Resync}. While it is open the keyspace must not be
 * swept. One thread at a time, whichever; may take long.
 */
public final class ResyncSource implements AutoCloseable {
    /** Bytes of a chunk, more or less. */
    public static final int CHUNK_BYTES = 256 << 10;

    /**
     * Where the state is.
     *
     * @param appliedIndex index of the last log entry it holds
     * @param compactRevision last compacted revision, -1 for none
     */
    public record Marks(long appliedIndex, long revision, long compactRevision) {}

    /**
     * What the compaction left of the revisions that the target knows.
     *
     * @param sum over the versions, under the seed that was given
     */
    public record Survivors(long count, long sum) {}

    private final Engine.Snapshot snapshot;
    private final KeyIndex index;
    private final long from;
    private final Engine.Marks marks;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param from revision of the target */
    ResyncSource(Engine.Snapshot snapshot, KeyIndex index, long from, Runnable onClose) {
        this.snapshot = snapshot;
        this.index = index;
        this.from = from;
        this.onClose = onClose;
        this.marks = snapshot.marks();
    }

    /** Where the state is. */
    public Marks marks() {
        return new Marks(marks.appliedIndex(), marks.revision(), marks.compactRevision());
    }

    /** Hands all that must be sent to {@code sink}, chunk by chunk, until it returns false. */
    public void chunks(Predicate<byte[]> sink) {
        Chunks chunks = new Chunks(sink);
        snapshot.versions(from + 1, marks.revision(), true, version -> {
            Version linked = linked(version);
            if (version.modRevision > marks.compactRevision() || isLeft(version)) {
                Resync.putVersion(chunks.out, version, linked == null ? null : linked.previous());
            }
            return chunks.next(false);
        });
        snapshot.leases(lease -> {
            Resync.putLease(chunks.out, lease);
            chunks.next(false);
        });
        for (byte table : ClusterBook.TABLES) {
            snapshot.records(table, (key, value) -> {
                Resync.putRecord(chunks.out, table, key, value);
                chunks.next(false);
            });
        }
        chunks.next(true);
    }

    /** How many versions the compaction left of what the target knows, and their sum. */
    public Survivors survivors(long seed) {
        long[] found = {0, 0};
        survivors(seed, number -> {
            found[0]++;
            found[1] += number;
        });
        return new Survivors(found[0], found[1]);
    }

    /** A summary of the same, in so many cells. */
    public byte[] sketch(long seed, int cells) {
        ResyncSketch sketch = new ResyncSketch(cells);
        survivors(seed, sketch::add);
        return sketch.encode();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            snapshot.close();
            onClose.run();
        }
    }

    private void survivors(long seed, LongConsumer each) {
        index.visit(KeyRange.all(), false, history -> {
            Version version = history.live(marks.compactRevision());
            if (version != null && version.modRevision <= from) {
                each.accept(ResyncSketch.number(seed, version.key.array(), version.modRevision));
            }
            return true;
        });
    }

    /** The version in its chain. */
    private @Nullable Version linked(Version version) {
        KeyHistory history = index.find(version.key);
        Version linked = history == null ? null : history.head().at(version.modRevision);
        return linked != null && linked.modRevision == version.modRevision ? linked : null;
    }

    /** Whether the compaction left a version at or below it: the last one, unless it is a deletion before it. */
    private boolean isLeft(Version version) {
        long compacted = marks.compactRevision();
        KeyHistory history = index.find(version.key);
        Version last = history == null ? null : history.head().at(compacted);
        return last != null
                && last.modRevision == version.modRevision
                && (!last.isTombstone() || last.modRevision == compacted);
    }

    private static final class Chunks {
        private final Predicate<byte[]> sink;
        private final Encoder out = new Encoder(CHUNK_BYTES + (64 << 10));
        private boolean wanted = true;

        Chunks(Predicate<byte[]> sink) {
            this.sink = sink;
        }

        /** Hands over what there is when it is enough, or all; false when no more is wanted. */
        boolean next(boolean all) {
            if (wanted && (all ? out.length() > 0 : out.length() >= CHUNK_BYTES)) {
                wanted = sink.test(out.copy());
                out.clear();
            } else if (!wanted) {
                out.clear();
            }
            return wanted;
        }
    }
}
