package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Definitions as kube-apiserver kept them up to 1.21, in v1beta1: what all versions have in common stands above them.
 * Nobody may send them any more, but a store may have them. Source: contract 4.1.
 */
final class OlderDefinition {
    private static final String VERSION = CustomDefinition.GROUP + "/v1beta1";
    private static final String COLUMNS = "additionalPrinterColumns";

    private OlderDefinition() {}

    /** The same definition in v1; the tree is changed. Any other object stays as it is. */
    static Map<String, Object> current(Map<String, Object> tree) {
        if (!Json.string(tree, "apiVersion").equals(VERSION)) {
            return tree;
        }
        tree.put("apiVersion", CustomDefinition.GROUP + "/v1");
        Map<String, Object> spec = Json.child(tree, "spec");
        spec.putIfAbsent("preserveUnknownFields", true);
        Object only = spec.remove("version");
        if (Json.list(spec, "versions").isEmpty() && only != null) {
            Map<String, Object> version = new LinkedHashMap<>();
            version.put("name", only);
            version.put("served", true);
            version.put("storage", true);
            spec.put("versions", new ArrayList<>(List.of(version)));
        }
        common(spec, "validation", "schema");
        common(spec, "subresources", "subresources");
        common(spec, COLUMNS, COLUMNS);
        Trees.each(spec, "versions", version -> Trees.each(version, COLUMNS, OlderDefinition::column));
        conversion(Json.child(spec, "conversion"));
        return tree;
    }

    private static void common(Map<String, Object> spec, String field, String ofVersion) {
        Object value = spec.remove(field);
        if (value != null) {
            Trees.each(spec, "versions", version -> version.put(ofVersion, Json.copy(value)));
        }
    }

    private static void column(Map<String, Object> column) {
        Object path = column.remove("JSONPath");
        if (path != null) {
            column.put("jsonPath", path);
        }
    }

    private static void conversion(Map<String, Object> conversion) {
        Object client = conversion.remove("webhookClientConfig");
        Object reviews = conversion.remove("conversionReviewVersions");
        if (client != null || reviews != null) {
            Map<String, Object> webhook = Json.child(conversion, "webhook");
            if (client != null) {
                webhook.put("clientConfig", client);
            }
            if (reviews != null) {
                webhook.put("conversionReviewVersions", reviews);
            }
        }
        conversion.putIfAbsent("strategy", "None");
    }
}
