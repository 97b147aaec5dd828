package io.tholepin.replica;

import java.util.ArrayDeque;

/**
 * Says when to compact, and at which revision. Every member takes samples, so that whoever leads knows the revision of
 * some time ago; only the leader asks. One thread. Source: contract 2.6, auto-compaction.
 */
final class AutoCompaction {
    private static final long HOUR_MILLIS = 3_600_000;

    /** How often a retention in revisions is looked at. */
    private static final long REVISIONS_PERIOD_MILLIS = 300_000;

    /** Samples for one retention of up to an hour, and the distance of samples for longer ones. */
    private static final int SAMPLES = 10;

    private static final long SAMPLE_MILLIS_MAX = 360_000;

    private record Sample(long millis, long revision) {}

    private final ReplicaConfig.Compaction rule;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private long dueMillis;

    AutoCompaction(ReplicaConfig.Compaction rule, long nowMillis, long revision) {
        this.rule = rule;
        this.dueMillis = nowMillis + firstMillis();
        samples.add(new Sample(nowMillis, revision));
    }

    /** Notes the revision of now. Call it often. */
    void sample(long nowMillis, long revision) {
        if (rule instanceof ReplicaConfig.Compaction.Periodic periodic
                && nowMillis - samples.getLast().millis() >= sampleMillis(periodic)) {
            samples.addLast(new Sample(nowMillis, revision));
            long oldest = nowMillis - periodic.retention().toMillis() - HOUR_MILLIS;
            while (samples.size() > 1 && samples.getFirst().millis() < oldest) {
                samples.removeFirst();
            }
        }
    }

    /** The revision to compact at now, 0 for none. */
    long target(long nowMillis, long revision) {
        if (nowMillis < dueMillis) {
            return 0;
        }
        return switch (rule) {
            case ReplicaConfig.Compaction.None _ -> 0;
            case ReplicaConfig.Compaction.Revisions revisions -> {
                dueMillis = nowMillis + REVISIONS_PERIOD_MILLIS;
                yield Math.max(0, revision - revisions.retained());
            }
            case ReplicaConfig.Compaction.Periodic periodic -> {
                long retained = periodic.retention().toMillis();
                dueMillis = nowMillis + Math.min(retained, HOUR_MILLIS);
                yield revisionAt(nowMillis - retained);
            }
        };
    }

    /** The compaction last asked for did not happen: it is asked for again at the next sample. */
    void failed(long nowMillis) {
        if (rule instanceof ReplicaConfig.Compaction.Periodic periodic) {
            dueMillis = Math.min(dueMillis, nowMillis + sampleMillis(periodic));
        }
    }

    /** The revision of then, as far as samples tell; 0 when they do not go back so far. */
    private long revisionAt(long millis) {
        long revision = 0;
        for (Sample sample : samples) {
            if (sample.millis() > millis) {
                break;
            }
            revision = sample.revision();
        }
        return revision;
    }

    private long firstMillis() {
        return rule instanceof ReplicaConfig.Compaction.Periodic periodic
                ? periodic.retention().toMillis()
                : REVISIONS_PERIOD_MILLIS;
    }

    private static long sampleMillis(ReplicaConfig.Compaction.Periodic periodic) {
        return Math.min(periodic.retention().toMillis() / SAMPLES, SAMPLE_MILLIS_MAX);
    }
}
