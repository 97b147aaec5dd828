package io.tholepin.watchcache;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The selected objects of a snapshot, in key order, and how they are found. Belongs to one thread. */
public final class Selected implements Iterator<CachedObject> {
    private final Iterator<CachedObject> candidates;
    private final Selection selection;
    private final String index;
    private final long fetched;
    private @Nullable CachedObject next;

    Selected(Iterator<CachedObject> candidates, Selection selection, String index, long fetched) {
        this.candidates = candidates;
        this.selection = selection;
        this.index = index;
        this.fetched = fetched;
    }

    /** The index that names the candidates: {@code f:} and a field or {@code l:} and a label; empty for none. */
    public String index() {
        return index;
    }

    /** How many candidates there are to look at. */
    public long fetched() {
        return fetched;
    }

    @Override
    public boolean hasNext() {
        while (next == null && candidates.hasNext()) {
            CachedObject candidate = candidates.next();
            next = selection.selects(candidate) ? candidate : null;
        }
        return next != null;
    }

    @Override
    public CachedObject next() {
        CachedObject result = hasNext() ? next : null;
        if (result == null) {
            throw new NoSuchElementException();
        }
        next = null;
        return result;
    }
}
