package io.tholepin.watchcache;

import java.util.function.Predicate;

/**
 * Which objects a list or watch wants.
 *
 * @param namespace only this namespace; empty for all
 * @param name only this name; empty for all
 * @param matches label and field selectors as one predicate; {@link #everything} when there is none
 */
public record Selection(String namespace, String name, Predicate<CachedObject> matches) {
    private static final Predicate<CachedObject> TRUE = object -> true;

    /** No selector: every object in scope. */
    public static Predicate<CachedObject> everything() {
        return TRUE;
    }

    /** Whether an object is in scope and matches. */
    public boolean selects(CachedObject object) {
        return (namespace.isEmpty() || namespace.equals(object.namespace()))
                && (name.isEmpty() || name.equals(object.name()))
                && matches.test(object);
    }
}
