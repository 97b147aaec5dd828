package io.tholepin.client;

import io.tholepin.objects.Json;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One of several processes does the work, as long as it renews a Lease object. Whoever finds the Lease unchanged for
 * its whole duration, by its own clock, takes it; so clocks need not agree, only run at about the same speed. Who leads
 * stops by itself when it could not renew in time, before anybody else may begin. Source: client-go's leader election,
 * which this takes part in: same object, same fields.
 *
 * <p>One thread of its own calls {@code lead} and {@code yield}, one after the other.
 */
public final class LeaderElection implements AutoCloseable {
    private static final Logger LOG = System.getLogger(LeaderElection.class.getName());
    private static final DateTimeFormatter MICRO_TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /**
     * How long things take. client-go's defaults are 15 s, 10 s and 2 s.
     *
     * @param lease how long an unchanged Lease keeps others away
     * @param renewal how long renewing may fail before the leader gives up; below {@code lease}
     * @param retry pause between two attempts
     */
    public record Timing(Duration lease, Duration renewal, Duration retry) {
        /** client-go's defaults. */
        public static final Timing DEFAULT =
                new Timing(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));

        public Timing {
            if (renewal.compareTo(lease) >= 0 || retry.compareTo(renewal) >= 0) {
                throw new IllegalArgumentException(
                        "lease " + lease + ", renewal " + renewal + ", retry " + retry + " (expected: descending)");
            }
        }
    }

    private final ApiClient client;
    private final String collection;
    private final String name;
    private final String identity;
    private final Timing timing;
    private final InstantSource wallClock;
    private final LongSupplier nanoClock;
    private final Thread thread;

    // The thread's.
    private String observed = "";
    private long observedAt;

    /**
     * Takes part from {@link #start} on.
     *
     * @param namespace where the Lease is; made when missing
     * @param identity tells the processes apart; different in each
     * @param lead begins the work; must not block
     * @param yield ends it, and returns when it has ended
     */
    public LeaderElection(
            ApiClient client, String namespace, String name, String identity, Runnable lead, Runnable yield) {
        this(client, namespace, name, identity, Timing.DEFAULT, InstantSource.system(), System::nanoTime, lead, yield);
    }

    LeaderElection(
            ApiClient client,
            String namespace,
            String name,
            String identity,
            Timing timing,
            InstantSource wallClock,
            LongSupplier nanoClock,
            Runnable lead,
            Runnable yield) {
        this.client = client;
        this.collection = "/apis/coordination.k8s.io/v1/namespaces/" + namespace + "/leases";
        this.name = name;
        this.identity = identity;
        this.timing = timing;
        this.wallClock = wallClock;
        this.nanoClock = nanoClock;
        this.thread =
                Thread.ofPlatform().daemon().name("leader-election-" + name).unstarted(() -> run(lead, yield));
    }

    /** Begins to take part; once. */
    public void start() {
        thread.start();
    }

    /** Stops taking part; when it leads, {@code yield} has returned and the Lease is free when this returns. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Runnable lead, Runnable yield) {
        boolean leading = false;
        try {
            while (true) {
                while (!attempt()) {
                    Thread.sleep(timing.retry());
                }
                LOG.log(Level.DEBUG, "{0} leads {1}", identity, name);
                leading = true;
                lead.run();
                keep();
                yield.run();
                leading = false;
                LOG.log(Level.INFO, "{0} no longer leads {1}", identity, name);
            }
        } catch (InterruptedException closing) {
            if (leading) {
                yield.run();
                release();
            }
        }
    }

    /** Renews until that has failed for too long. */
    private void keep() throws InterruptedException {
        long renewedAt = nanoClock.getAsLong();
        while (nanoClock.getAsLong() - renewedAt < timing.renewal().toNanos()) {
            Thread.sleep(timing.retry());
            long before = nanoClock.getAsLong();
            if (attempt()) {
                renewedAt = before;
            }
        }
    }

    /** Takes the Lease or renews it; false when somebody else has it or nobody can tell. */
    boolean attempt() throws InterruptedException {
        try {
            Map<String, Object> lease;
            try {
                lease = client.get(collection + "/" + name, Map.of());
            } catch (ApiException e) {
                if (!e.isNotFound()) {
                    throw e;
                }
                client.create(collection, lease(null, identity));
                return true;
            }
            String holder = Json.string(lease, "spec", "holderIdentity");
            if (!holder.equals(identity) && !holder.isEmpty() && !isStale(lease)) {
                return false;
            }
            client.update(collection + "/" + name, lease(lease, identity));
            return true;
        } catch (ApiException e) {
            if (!e.isConflict()) {
                LOG.log(Level.DEBUG, "lease {0}: {1}", name, e.getMessage());
            }
            return false;
        }
    }

    /** Whether the Lease has not changed for its whole duration since this process first saw it so. */
    private boolean isStale(Map<String, Object> lease) {
        String version = Json.string(lease, "metadata", "resourceVersion");
        long now = nanoClock.getAsLong();
        if (!version.equals(observed)) {
            observed = version;
            observedAt = now;
            return false;
        }
        long seconds = Json.integer(lease, timing.lease().toSeconds(), "spec", "leaseDurationSeconds");
        return now - observedAt >= Duration.ofSeconds(seconds).toNanos();
    }

    /** The Lease with its next holder, empty for none; what it was before has the resourceVersion that guards it. */
    private Map<String, Object> lease(@Nullable Map<String, Object> before, String holder) {
        boolean mine =
                before != null && Json.string(before, "spec", "holderIdentity").equals(identity);
        String now = MICRO_TIME.format(wallClock.instant());
        Map<String, Object> spec = new HashMap<>();
        spec.put("holderIdentity", holder);
        spec.put("leaseDurationSeconds", holder.isEmpty() ? 1 : timing.lease().toSeconds());
        spec.put("renewTime", now);
        spec.put("acquireTime", mine ? Json.string(before, "spec", "acquireTime") : now);
        long transitions = before == null ? 0 : Json.integer(before, 0, "spec", "leaseTransitions");
        spec.put("leaseTransitions", mine || before == null ? transitions : transitions + 1);
        Map<String, Object> lease = new HashMap<>();
        lease.put("apiVersion", "coordination.k8s.io/v1");
        lease.put("kind", "Lease");
        lease.put("metadata", before == null ? Map.of("name", name) : Objects.requireNonNull(before.get("metadata")));
        lease.put("spec", spec);
        return lease;
    }

    /** Frees the Lease so that nobody has to wait; when that fails they wait. */
    private void release() {
        try {
            Map<String, Object> lease = client.get(collection + "/" + name, Map.of());
            if (Json.string(lease, "spec", "holderIdentity").equals(identity)) {
                client.update(collection + "/" + name, lease(lease, ""));
            }
        } catch (ApiException | InterruptedException e) {
            LOG.log(Level.DEBUG, "lease {0} was not released: {1}", name, e.getMessage());
        }
    }
}
