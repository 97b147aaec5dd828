package io.tholepin.objects;

import java.util.List;
import java.util.Map;

/**
 * Checks an object, defaults applied, before it is stored. The errors have Kubernetes' paths, values and texts. Source:
 * contract 2.8, 2.12, 2.14.
 */
public final class Validation {
    private Validation() {}

    /** What is wrong with a new object, after {@link Strategy#prepareForCreate}; empty when nothing is. */
    public static List<FieldError> create(ResourceType type, Map<String, Object> tree) {
        return List.of();
    }

    /**
     * What is wrong with a changed object, after {@link Strategy#prepareForUpdate}; empty when nothing is.
     *
     * @param subresource name of the subresource that is written, empty for the object itself
     */
    public static List<FieldError> update(
            ResourceType type, Map<String, Object> fresh, Map<String, Object> old, String subresource) {
        return List.of();
    }
}
