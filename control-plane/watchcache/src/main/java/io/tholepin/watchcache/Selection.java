package io.tholepin.watchcache;

import java.util.List;
import java.util.function.Predicate;

/**
 * Which objects a list or watch wants.
 *
 * @param namespace only this namespace; empty for all
 * @param name only this name; empty for all
 * @param matches label and field selectors as one predicate; {@link #everything} when there is none
 * @param requirements conditions that {@code matches} implies and an index can answer; any number, in any order. They
 *     make a list or watch cheap and never change what it contains
 */
public record Selection(
        String namespace, String name, Predicate<CachedObject> matches, List<Requirement> requirements) {
    private static final Predicate<CachedObject> TRUE = object -> true;

    /** A selection that no index can help with, unless by namespace and name. */
    public Selection(String namespace, String name, Predicate<CachedObject> matches) {
        this(namespace, name, matches, List.of());
    }

    /**
     * A value that every selected object has: one of {@code values} in {@code index}.
     *
     * @param index name of the index: a label's key, or {@link #FIELD} and a field's name
     * @param values at least one, each once
     */
    public record Requirement(String index, List<String> values) {
        /** Precedes the name of a field; no label's key may contain it. */
        static final String FIELD = "f:";

        /** That the label {@code key} has one of these values. */
        public static Requirement label(String key, List<String> values) {
            return new Requirement(key, values);
        }

        /** That the selectable field {@code name} has this value, which may be empty. */
        public static Requirement field(String name, String value) {
            return new Requirement(FIELD + name, List.of(value));
        }

        /** The index as kube-apiserver's metrics name it. */
        String title() {
            return ofField() ? index : "l:" + index;
        }

        boolean ofField() {
            return index.startsWith(FIELD);
        }
    }

    /** No selector: every object in scope. */
    public static Predicate<CachedObject> everything() {
        return TRUE;
    }

    /** Whether an object is in scope and matches. */
    public boolean selects(CachedObject object) {
        return inScope(object) && matches.test(object);
    }

    /** Whether an object has the namespace and name asked for. */
    boolean inScope(CachedObject object) {
        return (namespace.isEmpty() || namespace.equals(object.namespace()))
                && (name.isEmpty() || name.equals(object.name()));
    }
}
