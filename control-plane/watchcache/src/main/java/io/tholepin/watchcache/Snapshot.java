package io.tholepin.watchcache;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The state of one resource at one revision: an immutable map of objects sorted by storage key. */
public interface Snapshot {
    /**
     * Everything at or below this revision is in here; no event between the last change and it touched this resource.
     */
    long revision();

    /** One object, null when it does not exist. {@code namespace} is empty for cluster-scoped resources. */
    @Nullable
    CachedObject get(String namespace, String name);

    /**
     * Objects in key order.
     *
     * @param namespace only this namespace; empty for all
     * @param startKey first key to return (inclusive), relative to the resource's prefix, {@code ns/name}; empty for
     *     the beginning
     */
    Iterator<CachedObject> iterator(String namespace, String startKey);

    /**
     * Selected objects in key order. Costs about as much as there are results when the selection names an object or
     * carries a requirement that an index answers, else as there are objects in its namespace.
     *
     * @param startKey as for {@link #iterator}
     */
    Selected select(Selection selection, String startKey);

    /** Number of objects in a namespace, of all for the empty namespace; O(log n). */
    long count(String namespace);

    /** Number of objects at or after {@code startKey} in a namespace (all for the empty namespace); O(log n). */
    long countFrom(String namespace, String startKey);
}
