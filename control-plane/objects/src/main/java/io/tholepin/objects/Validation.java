package io.tholepin.objects;

import java.util.ArrayList;
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
        List<FieldError> errors = new ArrayList<>();
        Check root = Check.root(tree, errors);
        MetadataRules.create(type, root);
        if (type.custom() == null) {
            KindRules.of(type).object(root);
        } else {
            errors.addAll(type.custom().check(tree));
        }
        return errors;
    }

    /**
     * What is wrong with a changed object, after {@link Strategy#prepareForUpdate}; empty when nothing is. Whether it
     * carries a
     * resourceVersion is for the writer to check.
     *
     * @param subresource name of the subresource that is written, empty for the object itself
     */
    public static List<FieldError> update(
            ResourceType type, Map<String, Object> fresh, Map<String, Object> old, String subresource) {
        List<FieldError> errors = new ArrayList<>();
        Check root = Check.root(fresh, errors);
        MetadataRules.update(root, old);
        if (type.custom() != null) {
            errors.addAll(type.custom().checkUpdate(fresh, old));
            return errors;
        }
        KindRules rules = KindRules.of(type);
        switch (subresource) {
            case "status" -> rules.status(root);
            case "ephemeralcontainers" -> PodUpdateRules.ephemeralContainers(root, old);
            case "resize" -> PodUpdateRules.resize(root, old);
            case "approval", "finalize" -> {}
            default -> {
                rules.object(root);
                rules.change(root, old);
            }
        }
        return errors;
    }
}
