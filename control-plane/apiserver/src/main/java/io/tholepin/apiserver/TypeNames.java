package io.tholepin.apiserver;

import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.objects.TypeSchema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the schema of a kind by its apiVersion. Immutable. */
final class TypeNames {
    private static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.";

    private final SchemaPack schemas;
    private final Map<String, String> packages = new HashMap<>();

    TypeNames(SchemaPack schemas, List<ResourceType> types) {
        this.schemas = schemas;
        for (ResourceType type : types) {
            String name = type.typeName();
            packages.put(type.apiVersion(), name.substring(0, name.lastIndexOf('.') + 1));
        }
    }

    /** The schema of a kind, null when there is none. */
    @Nullable
    TypeSchema find(String apiVersion, String kind) {
        String prefix = packages.get(apiVersion);
        TypeSchema found = prefix == null ? null : schemas.type(prefix + kind);
        if (found == null && (apiVersion.equals("v1") || apiVersion.startsWith("meta.k8s.io/"))) {
            return schemas.type(META + kind);
        }
        return found;
    }
}
