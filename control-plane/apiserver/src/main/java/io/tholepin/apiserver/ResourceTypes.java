package io.tholepin.apiserver;

import io.tholepin.objects.ResourceType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The served resources by name: the built-in ones, and the custom ones of the moment. Thread-safe; a read sees one
 * state of all of them, and costs one volatile read more than if they never changed.
 */
public final class ResourceTypes {
    private final List<ResourceType> builtIn;
    private volatile Table table;

    private record Key(String group, String version, String name) {}

    /** One state. Immutable. */
    private static final class Table {
        private final List<ResourceType> all;
        private final Map<Key, ResourceType> byPath = new HashMap<>();
        private final Map<Key, ResourceType> byKind = new HashMap<>();
        private final Set<String> apiVersions = new HashSet<>();
        private final TreeMap<String, ResourceType> byPrefix = new TreeMap<>();

        Table(List<ResourceType> types) {
            all = List.copyOf(types);
            for (ResourceType type : all) {
                byPath.put(new Key(type.group(), type.version(), type.resource()), type);
                byKind.putIfAbsent(new Key(type.group(), type.version(), type.kind()), type);
                apiVersions.add(type.apiVersion());
                if (type.stored()) {
                    byPrefix.put(type.storagePrefix(), type);
                }
            }
        }
    }

    public ResourceTypes(List<ResourceType> types) {
        builtIn = List.copyOf(types);
        table = new Table(builtIn);
    }

    /** Serves these custom resources from now on, in this order behind the built-in ones, and no others. */
    void custom(List<ResourceType> types) {
        List<ResourceType> all = new ArrayList<>(builtIn);
        all.addAll(types);
        table = new Table(all);
    }

    /** All, in discovery order: the same list until there is a change. */
    public List<ResourceType> all() {
        return table.all;
    }

    /** The built-in ones. */
    public List<ResourceType> builtIn() {
        return builtIn;
    }

    /** By the plural used in paths, null when not served. */
    public @Nullable ResourceType resource(String group, String version, String resource) {
        return table.byPath.get(new Key(group, version, resource));
    }

    /** By kind, null when not served. */
    public @Nullable ResourceType kind(String group, String version, String kind) {
        return table.byKind.get(new Key(group, version, kind));
    }

    /** Whether a group version ({@code v1}, {@code apps/v1}) is served. */
    public boolean serves(String apiVersion) {
        return table.apiVersions.contains(apiVersion);
    }

    /** The resource whose objects are stored under a key, in any of its versions; null when it is none of ours. */
    @Nullable
    ResourceType storedUnder(String key) {
        Map.Entry<String, ResourceType> floor = table.byPrefix.floorEntry(key);
        return floor != null && key.startsWith(floor.getKey()) ? floor.getValue() : null;
    }
}
