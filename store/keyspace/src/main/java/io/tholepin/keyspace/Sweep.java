package io.tholepin.keyspace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes what a compaction made invisible: of each key everything older than its newest version at the compacted
 * revision, and that one too when it is a tombstone older than that revision. Only keys changed since the previous
 * compaction can have such versions, so it walks the changes in order of revision, and can stop and go on anywhere.
 * Owner's thread. Source: contract 2.6.
 */
final class Sweep {
    private final Engine engine;
    private final long compactRevision;
    private KeyIndex index;
    private long bytesRemoved;
    private int versionsRemoved;

    Sweep(Engine engine, KeyIndex index, long compactRevision) {
        this.engine = engine;
        this.index = index;
        this.compactRevision = compactRevision;
    }

    /** The index without the keys that lost their last version. */
    KeyIndex index() {
        return index;
    }

    /** What the removed versions had counted in the bytes in use. */
    long bytesRemoved() {
        return bytesRemoved;
    }

    /** How many versions were removed. */
    int versionsRemoved() {
        return versionsRemoved;
    }

    /**
     * Sweeps the changes from revision {@code from} (inclusive) on.
     *
     * @return the revision to go on from; the compacted revision when done
     */
    long run(long from, int changesMax) {
        List<Version> changed = new ArrayList<>();
        boolean[] stopped = {false};
        engine.versions(from, compactRevision, version -> {
            // Stops between revisions, but not right before the last one.
            stopped[0] = changed.size() >= changesMax
                    && changed.getLast().modRevision < version.modRevision
                    && version.modRevision < compactRevision;
            return !stopped[0] && changed.add(version);
        });
        for (Version version : changed) {
            sweep(version);
        }
        return stopped[0] ? changed.getLast().modRevision + 1 : compactRevision;
    }

    private void sweep(Version changed) {
        KeyHistory history = index.find(changed.key);
        if (history == null) {
            return;
        }
        Version above = null;
        Version survivor = history.head();
        while (survivor != null && survivor.modRevision > compactRevision) {
            above = survivor;
            survivor = survivor.previous();
        }
        if (survivor == null) {
            return;
        }
        removeFrom(survivor.previous());
        survivor.previous(null);
        if (survivor.isTombstone() && survivor.modRevision < compactRevision) {
            remove(survivor);
            if (above == null) {
                index = index.remove(history.key);
            } else {
                above.previous(null);
            }
        }
    }

    private void removeFrom(@Nullable Version newest) {
        for (Version version = newest; version != null; version = version.previous()) {
            remove(version);
        }
    }

    private void remove(Version version) {
        engine.remove(version);
        bytesRemoved += version.bytes();
        versionsRemoved++;
    }
}
