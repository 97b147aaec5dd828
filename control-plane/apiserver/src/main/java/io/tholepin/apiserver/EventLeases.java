package io.tholepin.apiserver;

import io.tholepin.kv.Store;
import io.tholepin.objects.ResourceType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets events expire. Events share leases: one is reused for a minute or a thousand events, and lives that much longer
 * than an event must. Thread-safe; blocks while a new lease is granted. Source: contract 2.13.
 */
final class EventLeases {
    static final Duration EVENT_TTL = Duration.ofHours(1);
    static final Duration REUSE = Duration.ofSeconds(60);
    static final int EVENTS_PER_LEASE_MAX = 1_000;
    private static final String EVENTS_PREFIX = "/registry/events/";

    private final Store store;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private long lease;
    private int events;
    private Instant grantedAt = Instant.EPOCH;

    EventLeases(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** The lease to attach an object of this resource to, 0 for none. */
    long leaseFor(ResourceType type) {
        if (!type.storagePrefix().equals(EVENTS_PREFIX)) {
            return 0;
        }
        lock.lock();
        try {
            Instant now = clock.instant();
            if (lease == 0 || events >= EVENTS_PER_LEASE_MAX || now.isAfter(grantedAt.plus(REUSE))) {
                long ttlSeconds = EVENT_TTL.plus(REUSE).toSeconds();
                lease = Registry.await(store.leaseGrant(0, ttlSeconds)).id();
                grantedAt = now;
                events = 0;
            }
            events++;
            return lease;
        } finally {
            lock.unlock();
        }
    }
}
