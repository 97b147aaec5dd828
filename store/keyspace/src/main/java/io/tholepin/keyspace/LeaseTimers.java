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

    private static final class Timer {
        final long ttlSeconds;
        long deadlineMillis;
        boolean expiring;

        Timer(long ttlSeconds, long deadlineMillis) {
            this.ttlSeconds = ttlSeconds;
            this.deadlineMillis = deadlineMillis;
        }
    }

    private final Map<Long, Timer> timers = new HashMap<>();

    /** No leases. */
    public LeaseTimers() {}

    /** Forgets everything and starts each lease, given with its seconds left. */
    public synchronized void reset(Map<Long, Long> ttlSeconds, Map<Long, Long> leftSeconds, long nowMillis) {
        timers.clear();
        ttlSeconds.forEach((id, ttl) ->
                timers.put(id, new Timer(ttl, nowMillis + millis(leftSeconds.getOrDefault(id, ttl)))));
    }

    /** Starts a lease that was just granted. */
    public synchronized void granted(long id, long ttlSeconds, long nowMillis) {
        timers.put(id, new Timer(ttlSeconds, nowMillis + millis(ttlSeconds)));
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
        return timer.ttlSeconds;
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

    private static long millis(long seconds) {
        return seconds * 1000;
    }
}
