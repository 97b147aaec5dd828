package io.tholepin.watchcache;

import java.util.List;

/** Which of a resource's selectable fields are indexed beside its labels, and where an object keeps them. Immutable. */
final class IndexedFields {
    /** None but the labels. */
    static final IndexedFields NONE = new IndexedFields(List.of(), List.of());

    private final String[] indexes;
    private final int[] places;

    private IndexedFields(List<String> names, List<String> indexed) {
        indexes = new String[indexed.size()];
        places = new int[indexed.size()];
        for (int i = 0; i < places.length; i++) {
            indexes[i] = Selection.Requirement.FIELD + indexed.get(i);
            places[i] = names.indexOf(indexed.get(i));
            if (places[i] < 0) {
                throw new IllegalArgumentException(
                        "indexed field: " + indexed.get(i) + " (expected: one of " + names + ")");
            }
        }
    }

    /** Those that a decoder names. */
    static IndexedFields of(ObjectDecoder decoder) {
        return new IndexedFields(decoder.fieldNames(), decoder.indexedFields());
    }

    int size() {
        return places.length;
    }

    /** Name of index i. */
    String index(int i) {
        return indexes[i];
    }

    /** An object's value in index i. */
    String value(int i, CachedObject object) {
        return object.fields()[places[i]];
    }

    /** Whether there is an index of this name; there always is one of a label. */
    boolean covers(Selection.Requirement requirement) {
        return !requirement.ofField() || List.of(indexes).contains(requirement.index());
    }
}
