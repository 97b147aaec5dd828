package io.tholepin.keyspace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When leases expire, as their leader sees it: memory of the leader alone, not replicated. The leader proposes
 * {@link Command.LeaseRevoke} for what {@link #expired} returns. A new leader starts every lease afresh, so a lease
 * never expires early and may live longer. Thread-safe; the time is an argument. Source: contract 2.8.
 */
public final class LeaseTimers {
    /** Shortest TTL that is granted; less is raised to it. */
    public static final long TTL_SECONDS_MIN = 2;

    /** Longest TTL that may be asked for. */
    public static final long TTL_SECONDS_MAX = 9_000_000_000L;

    /** A lease whose revocation did not happen is offered again after this time. */
    private static final long RETRY_MILLIS = 3_000;

    /** How often what is left of a long lease is noted in the log. */
    private static final long CHECKPOINT_MILLIS = 300_000;

    private static final class Timer {
        final long ttlSeconds;
        long deadlineMillis;
        long checkpointMillis;
        boolean expiring;

        /** Whether the log says that less than the TTL is left. */
        boolean noted;

        Timer(long ttlSeconds, long deadlineMillis) {
            this.ttlSeconds = ttlSeconds;
            this.deadlineMillis = deadlineMillis;
        }

        void checkpointFrom(long nowMillis) {
            checkpointMillis = nowMillis + CHECKPOINT_MILLIS;
        }
    }

    private final Map<Long, Timer> timers = new HashMap<>();

    /** No leases. */
    public LeaseTimers() {}

    /** Forgets everything and starts each lease, given with its seconds left. */
    public synchronized void reset(Map<Long, Long> ttlSeconds, Map<Long, Long> leftSeconds, long nowMillis) {
        timers.clear();
        ttlSeconds.forEach((id, ttl) -> {
            long left = leftSeconds.getOrDefault(id, ttl);
            Timer timer = start(id, ttl, left, nowMillis);
            timer.noted = left < ttl;
        });
    }

    /** Starts a lease that was just granted. */
    public synchronized void granted(long id, long ttlSeconds, long nowMillis) {
        start(id, ttlSeconds, ttlSeconds, nowMillis);
    }

    /** Forgets a lease that was revoked. */
    public synchronized void revoked(long id) {
        timers.remove(id);
    }

    /** Renews a lease and returns its TTL; 0 when there is none or it already expires. */
    public synchronized long renew(long id, long nowMillis) {
        Timer timer = timers.get(id);
        if (timer == null || timer.expiring) {
            return 0;
        }
        timer.deadlineMillis = nowMillis + millis(timer.ttlSeconds);
        timer.checkpointFrom(nowMillis);
        return timer.ttlSeconds;
    }

    /**
     * Whether the log says that less than the TTL is left of a lease: that must be taken back before it is renewed, or
     * the next leader would let it expire early.
     */
    public synchronized boolean isNoted(long id) {
        Timer timer = timers.get(id);
        return timer != null && timer.noted;
    }

    /** The log now says what is left of a lease: {@code leftSeconds}, or 0 for all of it. */
    public synchronized void noted(long id, long leftSeconds) {
        Timer timer = timers.get(id);
        if (timer != null) {
            timer.noted = leftSeconds > 0;
        }
    }

    /**
     * Seconds left of leases for which that is to be noted in the log now, at most {@code most}; those that were
     * granted, renewed or noted less than five minutes ago are not among them. Source: contract 2.8, checkpoint.
     */
    public synchronized Map<Long, Long> checkpoints(long nowMillis, int most) {
        Map<Long, Long> due = new HashMap<>();
        timers.forEach((id, timer) -> {
            long left = (timer.deadlineMillis - nowMillis) / 1000;
            if (due.size() < most && !timer.expiring && left > 0 && nowMillis >= timer.checkpointMillis) {
                timer.checkpointFrom(nowMillis);
                due.put(id, left);
            }
        });
        return due;
    }

    /** Whole seconds a lease has left, at least 0; -1 when there is none. */
    public synchronized long remainingSeconds(long id, long nowMillis) {
        Timer timer = timers.get(id);
        if (timer == null) {
            return -1;
        }
        return timer.expiring ? 0 : Math.max(0, (timer.deadlineMillis - nowMillis) / 1000);
    }

    /** Leases to revoke now, at most {@code most}; each is offered again later unless {@link #revoked} is called. */
    public synchronized List<Long> expired(long nowMillis, int most) {
        List<Long> expired = new ArrayList<>();
        for (Map.Entry<Long, Timer> entry : timers.entrySet()) {
            Timer timer = entry.getValue();
            if (timer.deadlineMillis <= nowMillis) {
                if (expired.size() == most) {
                    break;
                }
                timer.expiring = true;
                timer.deadlineMillis = nowMillis + RETRY_MILLIS;
                expired.add(entry.getKey());
            }
        }
        return expired;
    }

    private Timer start(long id, long ttlSeconds, long leftSeconds, long nowMillis) {
        Timer timer = new Timer(ttlSeconds, nowMillis + millis(leftSeconds));
        timer.checkpointFrom(nowMillis);
        timers.put(id, timer);
        return timer;
    }

    private static long millis(long seconds) {
        return seconds * 1000;
    }
}
