package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.Quota;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a member's data below its quota: what would go beyond is refused before it reaches the log, and the alarm is
 * raised, upon which every member refuses what makes the data larger. Counts bytes in use, so that a compaction alone
 * frees space. Thread-safe. Source: contract 2.12.
 */
final class QuotaWatch {
    private static final System.Logger LOG = System.getLogger(QuotaWatch.class.getName());

    /** Percentages that are worth a word. */
    private static final int[] WARNINGS = {65, 75, 85};

    private final long memberId;
    private final Quota quota;
    private final long bytesMax;
    private final Keyspace keyspace;
    private final Proposals proposals;
    private final AtomicBoolean raising = new AtomicBoolean();
    private int warned;

    QuotaWatch(long memberId, Quota quota, Keyspace keyspace, Proposals proposals) {
        this.memberId = memberId;
        this.quota = quota;
        this.bytesMax = quota.bytesMax();
        this.keyspace = keyspace;
        this.proposals = proposals;
    }

    /** Why {@code command} may not go into the log; null when it may. */
    @Nullable
    StoreException refusal(Command command) {
        if (quota.admits(keyspace.bytesInUse(), command)) {
            return null;
        }
        raise();
        return StoreException.of(Code.NO_SPACE);
    }

    /** Says how full it is when it passes one of the steps, and raises the alarm when it is too full. Now and then. */
    void round() {
        if (bytesMax == 0) {
            return;
        }
        long used = keyspace.bytesInUse();
        int passed = 0;
        for (int percentage : WARNINGS) {
            if (used >= bytesMax / 100 * percentage) {
                passed = percentage;
            }
        }
        if (passed > warned) {
            LOG.log(Level.WARNING, "{0} of {1} bytes of the quota are in use ({2} %)", used, bytesMax, passed);
        }
        warned = passed;
        if (used > bytesMax) {
            raise();
        }
    }

    private void raise() {
        Alarm alarm = new Alarm(memberId, Alarm.Type.NO_SPACE);
        if (!keyspace.alarms().contains(alarm) && raising.compareAndSet(false, true)) {
            LOG.log(Level.WARNING, "the quota of {0} bytes is used up", bytesMax);
            proposals
                    .submit(new Command.AlarmRaise(alarm), outcome -> outcome)
                    .whenComplete((_, _) -> raising.set(false));
        }
    }
}
