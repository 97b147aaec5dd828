package io.tholepin.objects;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The three patches of objects. Each takes a tree that it may change and share parts of, and returns the patched one; a
 * caller that needs the old tree copies it first. Source: contract 2.4.
 */
public final class Patches {
    /** Most operations in one JSON patch. */
    public static final int JSON_PATCH_OPERATIONS_MAX = 10_000;

    private Patches() {}

    /**
     * Applies a JSON patch (RFC 6902).
     *
     * @throws StatusException 413 for too many operations or too much copied, 422 when an operation fails, 400 when the
     *     document is no JSON patch
     */
    public static @Nullable Object jsonPatch(@Nullable Object tree, @Nullable Object patch) {
        return new JsonPatch(tree).apply(patch);
    }

    /** Applies a JSON merge patch (RFC 7386). */
    public static @Nullable Object mergePatch(@Nullable Object tree, @Nullable Object patch) {
        if (!(patch instanceof Map<?, ?> changes)) {
            return patch;
        }
        Map<String, Object> target = tree instanceof Map<?, ?> map ? Json.asObject(map) : new LinkedHashMap<>();
        for (Map.Entry<String, Object> change : Json.asObject(changes).entrySet()) {
            if (change.getValue() == null) {
                target.remove(change.getKey());
            } else {
                Trees.put(target, change.getKey(), mergePatch(target.get(change.getKey()), change.getValue()));
            }
        }
        return target;
    }

    /**
     * Applies a strategic merge patch.
     *
     * @param type the schema type of {@code tree}
     * @throws StatusException 400 for a patch that does not fit the type or carries a malformed directive
     */
    public static Map<String, Object> strategicMergePatch(
            Map<String, Object> tree, Map<String, Object> patch, TypeSchema type) {
        return StrategicMerge.object(tree, patch, type);
    }
}
