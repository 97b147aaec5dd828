package io.tholepin.watchcache;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.CompletionException;

/**
 * Compares a snapshot with the store at the same revision: the key and revision of each object, hashed in key order
 * (FNV-1a, 64 bits). Reads keys only, a page at a time, so that it costs the store little and this process nothing to
 * speak of. Source: contract 1.5, "Consistency check".
 */
final class ConsistencyCheck {
    private static final int PAGE_ENTRIES = 10_000;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final Store store;
    private final KeyRange range;
    private final int prefixLength;

    /** A hash over so many objects. */
    record Sum(long hash, long objects) {
        @Override
        public String toString() {
            return Long.toHexString(hash) + " over " + objects + " objects";
        }
    }

    /**
     * @param prefixLength bytes of a store's key before the object's own
     */
    ConsistencyCheck(Store store, KeyRange range, int prefixLength) {
        this.store = store;
        this.range = range;
        this.prefixLength = prefixLength;
    }

    /** The sum of a snapshot. */
    static Sum of(Snapshot snapshot) {
        long hash = FNV_OFFSET;
        long count = 0;
        for (Iterator<CachedObject> all = snapshot.iterator("", ""); all.hasNext(); count++) {
            CachedObject object = all.next();
            byte[] key = object.key().getBytes(StandardCharsets.UTF_8);
            hash = hash(hash, key, 0, object.resourceVersion());
        }
        return new Sum(hash, count);
    }

    /**
     * The sum of what the store holds at a revision; blocks.
     *
     * @throws io.tholepin.kv.StoreException when the store cannot tell, for instance because the revision is compacted
     */
    Sum ofStore(long revision) {
        long hash = FNV_OFFSET;
        long count = 0;
        Bytes start = range.start();
        boolean more = true;
        while (more) {
            RangeResult page = read(keys(new KeyRange(start, range.end()), revision));
            for (KeyValue kv : page.kvs()) {
                hash = hash(hash, kv.key().array(), prefixLength, kv.modRevision());
                count++;
            }
            more = page.more() && !page.kvs().isEmpty();
            if (more) {
                start = page.kvs().getLast().key().successor();
            }
        }
        return new Sum(hash, count);
    }

    private static RangeRequest keys(KeyRange range, long revision) {
        return new RangeRequest(
                range,
                revision,
                PAGE_ENTRIES,
                false,
                true,
                false,
                RangeRequest.SortOrder.NONE,
                RangeRequest.SortTarget.KEY,
                0,
                0,
                0,
                0);
    }

    private RangeResult read(RangeRequest request) {
        try {
            return store.range(request).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private static long hash(long before, byte[] key, int from, long revision) {
        long hash = before;
        for (int i = from; i < key.length; i++) {
            hash = (hash ^ key[i] & 0xff) * FNV_PRIME;
        }
        hash *= FNV_PRIME; // a zero byte: no key contains one
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            hash = (hash ^ revision >>> shift & 0xff) * FNV_PRIME;
        }
        return hash;
    }
}
