package io.tholepin.apiserver;

import io.tholepin.objects.ResourceType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The served resources by name. Immutable. */
public final class ResourceTypes {
    private final List<ResourceType> all;
    private final Map<Key, ResourceType> byPath = new HashMap<>();
    private final Map<Key, ResourceType> byKind = new HashMap<>();
    private final Set<String> apiVersions = new HashSet<>();

    private record Key(String group, String version, String name) {}

    public ResourceTypes(List<ResourceType> types) {
        all = List.copyOf(types);
        for (ResourceType type : all) {
            byPath.put(new Key(type.group(), type.version(), type.resource()), type);
            byKind.putIfAbsent(new Key(type.group(), type.version(), type.kind()), type);
            apiVersions.add(type.apiVersion());
        }
    }

    /** All, in discovery order. */
    public List<ResourceType> all() {
        return all;
    }

    /** By the plural used in paths, null when not served. */
    public @Nullable ResourceType resource(String group, String version, String resource) {
        return byPath.get(new Key(group, version, resource));
    }

    /** By kind, null when not served. */
    public @Nullable ResourceType kind(String group, String version, String kind) {
        return byKind.get(new Key(group, version, kind));
    }

    /** Whether a group version ({@code v1}, {@code apps/v1}) is served. */
    public boolean serves(String apiVersion) {
        return apiVersions.contains(apiVersion);
    }
}
