package io.tholepin.watchcache;

import io.tholepin.kv.KeyValue;
import java.util.List;

/**
 * How many entries to ask a store for at a time, which counts entries and not bytes: few at first, when nobody knows
 * how large they are, then as many as those before let expect to have a number of bytes, but never many times more than
 * were seen. Objects may have 1.5 MiB, so 500 of them at once may have 750 MiB.
 */
public final class PageSize {
    /** Entries of the first page. */
    public static final int FIRST = 16;

    private static final int ENTRIES_MAX = 10_000;
    private static final int GROWTH_MAX = 8;

    private PageSize() {}

    /**
     * Entries of the page after one.
     *
     * @param bytes what a page should have, about
     */
    public static int after(List<KeyValue> page, int bytes) {
        long seen = 1;
        for (KeyValue entry : page) {
            seen += entry.key().length() + entry.value().length();
        }
        long fitting = (long) page.size() * bytes / seen;
        return Math.clamp(fitting, 1, Math.clamp((long) page.size() * GROWTH_MAX, 1, ENTRIES_MAX));
    }
}
