package io.tholepin.apiserver;

import io.tholepin.objects.StatusException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How much memory the lists that read from the store may hold at once, together: a part of the heap. A list from the
 * cache holds references and needs none of this; one from the store (cache reads are off, the etcd is too old, the
 * cache did not come along, the page is older than what the cache holds) fetches pieces of about {@link #PIECE_BYTES}
 * and sends one on before it fetches the next, so it holds a piece in each of its forms: as it came, as values, as
 * objects. A page with a limit is also kept until its last object is known, which its continue token names.
 *
 * <p>Who finds no room waits in order of arrival, {@link #WAIT_SECONDS_MAX} at most, and is then refused with 429 and
 * Retry-After, as when too many requests are under way. What was estimated is not corrected: pieces follow the size of
 * the objects seen so far. Thread-safe. Source: contract 5.6 (a request waits a quarter of its time for its turn).
 */
final class StoreLists {
    /** What a piece should hold, about. */
    static final int PIECE_BYTES = 2 << 20;

    /** How many forms of a piece there are at once: message, values, objects, and what becomes garbage meanwhile. */
    private static final int FORMS = 4;

    /** What a kept object takes, about: pods of big clusters have 3 to 5 KB. */
    private static final int OBJECT_BYTES = 4096;

    private static final int UNIT_BYTES = 64 * 1024;
    private static final int HEAP_PART = 8;
    private static final long WAIT_SECONDS_MAX = 15;

    private final int units;
    private final long waitMillisMax;
    private final Semaphore room;

    /** A part of this JVM's heap. */
    StoreLists() {
        this(Runtime.getRuntime().maxMemory() / HEAP_PART, TimeUnit.SECONDS.toMillis(WAIT_SECONDS_MAX));
    }

    /**
     * @param bytes for all lists; one that needs more runs alone
     */
    StoreLists(long bytes, long waitMillisMax) {
        this.units = Math.clamp(bytes / UNIT_BYTES, 1, Integer.MAX_VALUE);
        this.waitMillisMax = waitMillisMax;
        this.room = new Semaphore(units, true);
    }

    /** A request that may come to read from the store; close it when the answer is written. */
    Turn turn() {
        return new Turn();
    }

    /** One request's part, nothing at first; for one thread. */
    final class Turn implements AutoCloseable {
        private int taken;

        private Turn() {}

        /**
         * Waits for room for a list, once.
         *
         * @param limit most objects of the page, 0 when it is sent as it comes
         * @throws StatusException 429 when there is none
         */
        void begin(long limit) {
            if (taken > 0) {
                return;
            }
            long bytes = (long) FORMS * PIECE_BYTES + Math.min(limit, Integer.MAX_VALUE) * OBJECT_BYTES;
            int wanted = Math.clamp(bytes / UNIT_BYTES, 1, units);
            try {
                if (!room.tryAcquire(wanted, waitMillisMax, TimeUnit.MILLISECONDS)) {
                    throw new StatusException(
                            429,
                            "TooManyRequests",
                            "Too many requests, please try again later.",
                            new StatusException.Details("", "", "", "", List.of(), 1));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ResponseSink.ClosedException();
            }
            taken = wanted;
        }

        @Override
        public void close() {
            room.release(taken);
            taken = 0;
        }
    }
}
