package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Lease;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which leases there are and which keys each one has. Changed by the keyspace's owner, read from any thread; one lock,
 * which writes without a lease do not touch.
 */
final class LeaseBook {
    private static final class Entry {
        Engine.StoredLease lease;
        final Set<Bytes> keys = new HashSet<>();

        Entry(Engine.StoredLease lease) {
            this.lease = lease;
        }
    }

    private final Map<Long, Entry> entries = new HashMap<>();

    synchronized boolean contains(long id) {
        return entries.containsKey(id);
    }

    synchronized void add(Engine.StoredLease lease) {
        entries.put(lease.id(), new Entry(lease));
    }

    synchronized void remove(long id) {
        entries.remove(id);
    }

    synchronized void clear() {
        entries.clear();
    }

    /** The lease with what is left of it noted; null when there is none. */
    synchronized Engine.@Nullable StoredLease checkpoint(long id, long remainingSeconds) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return null;
        }
        entry.lease = new Engine.StoredLease(id, entry.lease.ttlSeconds(), remainingSeconds);
        return entry.lease;
    }

    /** A key that was attached to lease {@code from} is now attached to {@code to}; 0 stands for none. */
    void moved(Bytes key, long from, long to) {
        if (from == to) {
            return;
        }
        synchronized (this) {
            Entry old = entries.get(from);
            if (old != null) {
                old.keys.remove(key);
            }
            Entry now = entries.get(to);
            if (now != null) {
                now.keys.add(key);
            }
        }
    }

    synchronized @Nullable Lease find(long id, boolean withKeys) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return null;
        }
        List<Bytes> keys = withKeys ? entry.keys.stream().sorted().toList() : List.of();
        long ttl = entry.lease.ttlSeconds();
        return new Lease(id, ttl, ttl, keys);
    }

    synchronized Map<Long, Long> ttls() {
        Map<Long, Long> ttls = new HashMap<>();
        for (Entry entry : entries.values()) {
            ttls.put(entry.lease.id(), entry.lease.ttlSeconds());
        }
        return ttls;
    }

    synchronized Map<Long, Long> seconds() {
        Map<Long, Long> seconds = new HashMap<>();
        for (Entry entry : entries.values()) {
            long left = entry.lease.remainingSeconds();
            seconds.put(entry.lease.id(), left > 0 ? left : entry.lease.ttlSeconds());
        }
        return seconds;
    }
}
