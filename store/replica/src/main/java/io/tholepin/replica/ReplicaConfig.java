package io.tholepin.replica;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a {@link ReplicaStore} is set up.
 *
 * @param folder where its data is; created with mode 0700 when missing, locked while the store is open
 * @param compactionInterval how often everything older than the revision of one interval ago is compacted away, as
 *     kube-apiserver's {@code --etcd-compaction-interval} does; zero for never
 * @param logBytesMax bytes of log after which the state is flushed to disk and the log before the flush before is
 *     dropped; about twice this is kept and read again after a crash
 * @param confirmReads ask the Raft engine before each linearizable read even while this member is the only voter, where
 *     its own state is known to be the newest; costs a round of thread hand-overs
 */
public record ReplicaConfig(Path folder, Duration compactionInterval, long logBytesMax, boolean confirmReads) {
    /** What {@code kube-apiserver} has by default. */
    public static final Duration COMPACTION_INTERVAL = Duration.ofMinutes(5);

    /** Enough to make flushes rare, little enough to be read again in well under a second. */
    public static final long LOG_BYTES_MAX = 32L << 20;

    public ReplicaConfig {
        if (compactionInterval.isNegative()) {
            throw new IllegalArgumentException("compactionInterval: " + compactionInterval + " (expected: >= 0)");
        }
        if (logBytesMax < 1) {
            throw new IllegalArgumentException("logBytesMax: " + logBytesMax + " (expected: >= 1)");
        }
    }

    /** The usual settings. */
    public static ReplicaConfig in(Path folder) {
        return new ReplicaConfig(folder, COMPACTION_INTERVAL, LOG_BYTES_MAX, false);
    }
}
