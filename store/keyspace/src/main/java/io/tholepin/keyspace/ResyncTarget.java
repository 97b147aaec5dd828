package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers, on a member that is behind, what it lacks; see {@link Resync}. Meanwhile the keyspace serves and must not
 * change: {@link #isCurrent} says whether it did. One thread.
 */
public final class ResyncTarget implements AutoCloseable {
    /** Most deletions that are read off a sketch; with more, everything is sent. */
    private static final long DELETIONS_MAX = 2_000_000;

    private final Keyspace keyspace;
    private final KeyIndex index;
    private final long base;
    private final long appliedIndex;
    private final StagedState.Writer staged;
    private final ResyncSource.Marks source;
    private final Set<Bytes> superseded = new HashSet<>();
    private long live;

    /**
     * Begins anew; what an earlier one left unfinished is gone.
     *
     * @param base revision from which on the source sends: the keyspace's, or 0 for everything
     */
    ResyncTarget(Keyspace keyspace, KeyIndex index, long base, Path folder, ResyncSource.Marks source)
            throws IOException {
        this.keyspace = keyspace;
        this.index = index;
        this.base = base;
        this.source = source;
        this.appliedIndex = keyspace.appliedIndex();
        this.staged = new StagedState.Writer(folder);
        if (base == 0) {
            removeEverything();
        }
    }

    /** Whether the keyspace is still what it was when this began. */
    public boolean isCurrent() {
        return keyspace.appliedIndex() == appliedIndex;
    }

    /** Takes a chunk of the source. */
    public void accept(byte[] chunk) throws IOException {
        Decoder in = new Decoder(chunk);
        while (!in.isAtEnd()) {
            switch (in.takeByte()) {
                case Resync.VERSION -> {
                    Version version = Resync.takeVersion(in);
                    if (version.modRevision <= base || version.modRevision > source.revision()) {
                        throw Decoder.corrupt("revision " + version.modRevision + " (expected: " + (base + 1) + " .. "
                                + source.revision() + ")");
                    }
                    supersede(version);
                }
                case Resync.LEASE -> Resync.takeLease(in);
                case Resync.RECORD -> {
                    in.takeByte();
                    in.takeBytes();
                    in.takeBytes();
                }
                default -> throw Decoder.corrupt("an unknown item in a chunk");
            }
        }
        staged.write(chunk);
    }

    /** Whether deletions may be missing, so that the survivors must be compared. */
    public boolean needsSurvivors() {
        return base > 0 && source.compactRevision() > base;
    }

    /**
     * How many keys were deleted that nothing told of; -1 when it cannot be right or is too much, and everything must
     * be
     * sent. After the last chunk.
     */
    public long deletions(ResyncSource.Survivors survivors) {
        live = 0;
        ownVersions(_ -> live++);
        long deleted = live - survivors.count();
        return deleted < 0 || deleted > DELETIONS_MAX ? -1 : deleted;
    }

    /** Cells of the sketch that is needed for so many deletions. */
    public static int cells(long deletions) {
        return ResyncSketch.cellsFor(Math.toIntExact(deletions));
    }

    /**
     * Finds out which keys were deleted and has them removed.
     *
     * @param sketch of the source's survivors under {@code seed}; empty when nothing was deleted
     * @param survivors under {@code sumSeed}
     * @return whether the result is right; if not, one under another seed may be readable
     */
    public boolean removeDeleted(byte[] sketch, long seed, ResyncSource.Survivors survivors, long sumSeed)
            throws IOException {
        Set<Long> deleted = sketch.length == 0 ? Set.of() : surplus(sketch, seed);
        if (deleted == null) {
            return false;
        }
        long[] kept = {0, 0};
        Encoder out = new Encoder(1 << 16);
        ownVersions(version -> {
            if (deleted.contains(ResyncSketch.number(seed, version.key.array(), version.modRevision))) {
                for (Version gone = version; gone != null; gone = gone.previous()) {
                    Resync.putRemoval(out, gone);
                }
            } else {
                kept[0]++;
                kept[1] += ResyncSketch.number(sumSeed, version.key.array(), version.modRevision);
            }
        });
        if (kept[0] != survivors.count() || kept[1] != survivors.sum()) {
            return false;
        }
        staged.write(out.toBytes());
        return true;
    }

    /** All is there: from now on it is carried out, whatever happens. Durable on return. */
    public void finish() throws IOException {
        long swept = base == 0 ? 0 : keyspace.sweptRevision();
        staged.finish(new Engine.Marks(source.appliedIndex(), source.revision(), source.compactRevision(), swept));
    }

    /** Gives up what is not finished. */
    @Override
    public void close() throws IOException {
        staged.close();
    }

    private @Nullable Set<Long> surplus(byte[] encoded, long seed) {
        ResyncSketch theirs = ResyncSketch.decode(encoded);
        ResyncSketch ours = new ResyncSketch(encoded.length / ResyncSketch.CELL_BYTES);
        ownVersions(version -> ours.add(ResyncSketch.number(seed, version.key.array(), version.modRevision)));
        ours.subtract(theirs);
        return ours.surplus();
    }

    /** The compaction left a newer version of this key: the old one is not looked for among the survivors. */
    private void supersede(Version version) {
        if (needsSurvivors() && version.modRevision <= source.compactRevision()) {
            KeyHistory history = index.find(version.key);
            if (history != null && history.live(base) != null) {
                superseded.add(history.key);
            }
        }
    }

    private void ownVersions(Consumer<Version> each) {
        index.visit(KeyRange.all(), false, history -> {
            Version version = history.live(base);
            if (version != null && !superseded.contains(history.key)) {
                each.accept(version);
            }
            return true;
        });
    }

    private void removeEverything() throws IOException {
        Encoder out = new Encoder(ResyncSource.CHUNK_BYTES);
        index.visit(KeyRange.all(), false, history -> {
            for (Version version = history.head(); version != null; version = version.previous()) {
                Resync.putRemoval(out, version);
            }
            return true;
        });
        staged.write(out.toBytes());
    }
}
