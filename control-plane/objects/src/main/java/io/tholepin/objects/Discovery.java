package io.tholepin.objects;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The discovery documents of a set of resources. A changed set needs a new instance. Each document is made when it is
 * first asked for and kept; thread-safe. Source: contract 3.1.
 */
public final class Discovery {
    /** The media type of {@link #aggregatedApi} and {@link #aggregatedApis}, for Accept and Content-Type. */
    public static final String AGGREGATED_MEDIA_TYPE =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private static final int STORAGE_HASH_BYTES = 8;

    /** Group to version to resources, in the order of the given list. */
    private final Map<String, Map<String, List<ResourceType>>> groups = new LinkedHashMap<>();

    private final String serverAddress;
    private final Map<String, Document> documents = new ConcurrentHashMap<>();

    private Discovery(Collection<ResourceType> resources, String serverAddress) {
        this.serverAddress = serverAddress;
        for (ResourceType type : resources) {
            groups.computeIfAbsent(type.group(), group -> new LinkedHashMap<>())
                    .computeIfAbsent(type.version(), version -> new ArrayList<>())
                    .add(type);
        }
    }

    /**
     * The documents of these resources.
     *
     * @param resources in discovery order: groups by priority, preferred versions first, resources by name
     * @param serverAddress {@code host:port} that clients are told in {@code /api}
     */
    public static Discovery of(Collection<ResourceType> resources, String serverAddress) {
        return new Discovery(resources, serverAddress);
    }

    /** {@code /api}: APIVersions. */
    public Document api() {
        return document("/api", () -> {
            Map<String, Object> tree = typed("APIVersions", "");
            tree.put("versions", new ArrayList<Object>(versions("").keySet()));
            Map<String, Object> address = new LinkedHashMap<>();
            address.put("clientCIDR", "0.0.0.0/0");
            address.put("serverAddress", serverAddress);
            tree.put("serverAddressByClientCIDRs", List.of(address));
            return tree;
        });
    }

    /** {@code /apis}: APIGroupList. */
    public Document apis() {
        return document("/apis", () -> {
            Map<String, Object> tree = typed("APIGroupList", "v1");
            List<Object> list = new ArrayList<>();
            for (String group : groups.keySet()) {
                if (!group.isEmpty()) {
                    list.add(groupTree(new LinkedHashMap<>(), group));
                }
            }
            tree.put("groups", list);
            return tree;
        });
    }

    /** {@code /apis/<group>}: APIGroup; null when the group is unknown. */
    public @Nullable Document group(String group) {
        if (group.isEmpty() || !groups.containsKey(group)) {
            return null;
        }
        return document("/apis/" + group, () -> groupTree(typed("APIGroup", "v1"), group));
    }

    /** {@code /api/v1} and {@code /apis/<group>/<version>}: APIResourceList; null when unknown. */
    public @Nullable Document resources(String group, String version) {
        List<ResourceType> types = versions(group).get(version);
        if (types == null) {
            return null;
        }
        return document("/apis/" + group + "/" + version, () -> {
            Map<String, Object> tree = typed("APIResourceList", group.isEmpty() ? "" : "v1");
            tree.put("groupVersion", types.getFirst().apiVersion());
            List<Object> list = new ArrayList<>();
            for (ResourceType type : types) {
                list.add(resourceTree(type));
                type.subresources().forEach(sub -> list.add(subresourceTree(type, sub)));
            }
            tree.put("resources", list);
            return tree;
        });
    }

    /** {@code /api} as APIGroupDiscoveryList. */
    public Document aggregatedApi() {
        return document("aggregated /api", () -> aggregated(List.of("")));
    }

    /** {@code /apis} as APIGroupDiscoveryList. */
    public Document aggregatedApis() {
        return document(
                "aggregated /apis",
                () -> aggregated(groups.keySet().stream()
                        .filter(group -> !group.isEmpty())
                        .toList()));
    }

    private Document document(String key, Supplier<Map<String, Object>> tree) {
        return documents.computeIfAbsent(key, path -> Document.ofJsonLine(tree.get()));
    }

    private Map<String, List<ResourceType>> versions(String group) {
        return groups.getOrDefault(group, Map.of());
    }

    /** Core documents carry no apiVersion, as upstream. */
    private static Map<String, Object> typed(String kind, String apiVersion) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind);
        if (!apiVersion.isEmpty()) {
            tree.put("apiVersion", apiVersion);
        }
        return tree;
    }

    private Map<String, Object> groupTree(Map<String, Object> tree, String group) {
        tree.put("name", group);
        List<Object> list = new ArrayList<>();
        for (String version : versions(group).keySet()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("groupVersion", group + "/" + version);
            one.put("version", version);
            list.add(one);
        }
        tree.put("versions", list);
        tree.put("preferredVersion", list.getFirst());
        return tree;
    }

    private static Map<String, Object> resourceTree(ResourceType type) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", type.resource());
        tree.put("singularName", type.singular());
        tree.put("namespaced", type.namespaced());
        tree.put("kind", type.kind());
        tree.put("verbs", type.verbs());
        if (!type.shortNames().isEmpty()) {
            tree.put("shortNames", type.shortNames());
        }
        if (!type.categories().isEmpty()) {
            tree.put("categories", type.categories());
        }
        if (type.stored()) {
            tree.put("storageVersionHash", storageVersionHash(type));
        }
        return tree;
    }

    private static Map<String, Object> subresourceTree(ResourceType type, ResourceType.Subresource sub) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", type.resource() + "/" + sub.name());
        tree.put("singularName", "");
        tree.put("namespaced", type.namespaced());
        if (!sub.group().equals(type.group()) || !sub.version().equals(type.version())) {
            tree.put("group", sub.group());
            tree.put("version", sub.version());
        }
        tree.put("kind", sub.kind());
        tree.put("verbs", sub.verbs());
        return tree;
    }

    /** Tells two storage formats apart; the first bytes of a hash of group, version and kind of the stored form. */
    static String storageVersionHash(ResourceType type) {
        String apiVersion = type.storageApiVersion();
        String groupVersion = apiVersion.contains("/") ? apiVersion : "/" + apiVersion;
        byte[] hash = Document.digest("SHA-256", groupVersion + "/" + type.kind());
        return Base64.getEncoder().encodeToString(Arrays.copyOf(hash, STORAGE_HASH_BYTES));
    }

    private Map<String, Object> aggregated(List<String> wanted) {
        Map<String, Object> tree = typed("APIGroupDiscoveryList", "apidiscovery.k8s.io/v2");
        tree.put("metadata", Map.of());
        List<Object> items = new ArrayList<>();
        for (String group : wanted) {
            Map<String, Object> item = new LinkedHashMap<>();
            item.put("metadata", group.isEmpty() ? Map.of() : Map.of("name", group));
            List<Object> list = new ArrayList<>();
            versions(group).forEach((version, types) -> list.add(aggregatedVersion(version, types)));
            item.put("versions", list);
            items.add(item);
        }
        tree.put("items", items);
        return tree;
    }

    private static Map<String, Object> aggregatedVersion(String version, List<ResourceType> types) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("version", version);
        tree.put("resources", types.stream().map(Discovery::aggregatedResource).toList());
        tree.put("freshness", "Current");
        return tree;
    }

    private static Map<String, Object> aggregatedResource(ResourceType type) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("resource", type.resource());
        tree.put("responseKind", responseKind(type.group(), type.version(), type.kind()));
        tree.put("scope", type.namespaced() ? "Namespaced" : "Cluster");
        tree.put("singularResource", type.singular());
        tree.put("verbs", type.verbs());
        if (!type.shortNames().isEmpty()) {
            tree.put("shortNames", type.shortNames());
        }
        if (!type.categories().isEmpty()) {
            tree.put("categories", type.categories());
        }
        if (!type.subresources().isEmpty()) {
            List<Object> list = new ArrayList<>();
            for (ResourceType.Subresource sub : type.subresources()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("subresource", sub.name());
                one.put("responseKind", responseKind(sub.group(), sub.version(), sub.kind()));
                one.put("verbs", sub.verbs());
                list.add(one);
            }
            tree.put("subresources", list);
        }
        return tree;
    }

    private static Map<String, Object> responseKind(String group, String version, String kind) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("group", group);
        tree.put("version", version);
        tree.put("kind", kind);
        return tree;
    }
}
