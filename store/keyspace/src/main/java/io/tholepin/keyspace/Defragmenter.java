package io.tholepin.keyspace;

import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;

/** Merges a whole database on a thread of its own, once at a time, unless it is told to stop. Thread-safe. */
final class Defragmenter {
    private static final System.Logger LOG = System.getLogger(Defragmenter.class.getName());

    private final Consumer<CompactRangeOptions> merge;
    private @Nullable CompactRangeOptions running;
    private boolean stopped;

    /** @param merge merges with options by which it can be canceled; ends soon after it was */
    Defragmenter(Consumer<CompactRangeOptions> merge) {
        this.merge = merge;
    }

    /** Begins, unless it is under way already or stopped for good. */
    synchronized void start() {
        if (running == null && !stopped) {
            CompactRangeOptions options = new CompactRangeOptions()
                    .setExclusiveManualCompaction(false)
                    .setAllowWriteStall(false)
                    .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized);
            running = options;
            Thread.ofPlatform().daemon().name("defragment").start(() -> run(options));
        }
    }

    /** Has what is under way end soon. */
    synchronized void cancel() {
        CompactRangeOptions options = running;
        if (options != null) {
            options.setCanceled(true);
        }
    }

    /** Has what is under way end soon and begins no more. */
    synchronized void stop() {
        stopped = true;
        cancel();
    }

    private void run(CompactRangeOptions options) {
        try {
            merge.accept(options);
        } catch (RuntimeException e) {
            if (!options.canceled()) {
                LOG.log(Level.WARNING, "defragmenting ended early", e);
            }
        } finally {
            end(options);
        }
    }

    private synchronized void end(CompactRangeOptions options) {
        running = null;
        options.close();
    }
}
