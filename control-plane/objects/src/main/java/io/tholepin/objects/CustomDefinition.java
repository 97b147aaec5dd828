package io.tholepin.objects;

import io.tholepin.objects.ResourceType.Subresource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server has to know of one CustomResourceDefinition: its names, where it stands, and the resources that it
 * defines. Immutable; its schemas are read when they are needed. Source: contract 4.1.
 */
public final class CustomDefinition {
    /** The resource of the definitions themselves. */
    public static final String RESOURCE = "customresourcedefinitions";

    /** Their group. */
    public static final String GROUP = "apiextensions.k8s.io";

    /** Keeps a definition until its objects are gone. */
    public static final String CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

    /** The order in which discovery lists the versions of a group, preferred ones first. */
    public static final Comparator<String> VERSIONS = VersionOrder.PREFERRED_FIRST;

    private static final List<String> VERBS =
            List.of("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch");
    private static final List<String> GET_PATCH_UPDATE = List.of("get", "patch", "update");

    private final String name;
    private final String uid;
    private final String group;
    private final boolean namespaced;
    private final Names names;
    private final Names accepted;
    private final boolean established;
    private final boolean deleting;
    private final String storageVersion;
    private final String digest;
    private final List<ResourceType> served;
    private final @Nullable ResourceType stored;

    /** What a resource is called. */
    public record Names(
            String plural,
            String singular,
            String kind,
            String listKind,
            List<String> shortNames,
            List<String> categories) {
        static Names of(@Nullable Object tree) {
            return new Names(
                    Json.string(tree, "plural"),
                    Json.string(tree, "singular"),
                    Json.string(tree, "kind"),
                    Json.string(tree, "listKind"),
                    texts(tree, "shortNames"),
                    texts(tree, "categories"));
        }

        private static List<String> texts(@Nullable Object tree, String field) {
            return Json.list(tree, field).stream().map(String::valueOf).toList();
        }

        /** As a definition's status has them. */
        Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("plural", plural);
            putUnlessEmpty(tree, "singular", singular);
            if (!shortNames.isEmpty()) {
                tree.put("shortNames", new ArrayList<Object>(shortNames));
            }
            tree.put("kind", kind);
            putUnlessEmpty(tree, "listKind", listKind);
            if (!categories.isEmpty()) {
                tree.put("categories", new ArrayList<Object>(categories));
            }
            return tree;
        }

        private static void putUnlessEmpty(Map<String, Object> tree, String field, String text) {
            if (!text.isEmpty()) {
                tree.put(field, text);
            }
        }
    }

    private CustomDefinition(Map<String, Object> tree, byte[] json) {
        name = Json.string(tree, "metadata", "name");
        uid = Json.string(tree, "metadata", "uid");
        Map<String, Object> spec = Json.child(tree, "spec");
        group = Json.string(spec, "group");
        namespaced = Json.string(spec, "scope").equals("Namespaced");
        names = Names.of(spec.get("names"));
        accepted = Names.of(Json.at(tree, "status", "acceptedNames"));
        established = DefinitionStatus.is(tree, "Established", "True");
        deleting = !Json.string(tree, "metadata", "deletionTimestamp").isEmpty();
        digest = HexFormat.of().formatHex(Document.digest("SHA-256", Json.text(spec) + accepted + established));
        String storage = "";
        for (Object version : Json.list(spec, "versions")) {
            storage = Json.flag(version, "storage") ? Json.string(version, "name") : storage;
        }
        storageVersion = storage;
        boolean webhook = Json.string(spec, "conversion", "strategy").equals("Webhook");
        CustomSchemas schemas = new CustomSchemas(json, storage);
        List<ResourceType> types = new ArrayList<>();
        ResourceType own = null;
        for (Object version : Json.list(spec, "versions")) {
            ResourceType type = type(Json.asObject(version), schemas);
            boolean keeps = type.version().equals(storage);
            own = keeps ? type : own;
            // Without the webhook nobody can tell what an object looks like in another version.
            if (Json.flag(version, "served") && (keeps || !webhook) && !BuiltInResources.serves(type)) {
                types.add(type);
            }
        }
        served = established ? List.copyOf(types) : List.of();
        stored = own;
    }

    /** The same with the resources of an earlier state, which defined the same. */
    private CustomDefinition(CustomDefinition now, CustomDefinition before) {
        name = now.name;
        uid = now.uid;
        group = now.group;
        namespaced = now.namespaced;
        names = now.names;
        accepted = now.accepted;
        established = now.established;
        deleting = now.deleting;
        storageVersion = now.storageVersion;
        digest = now.digest;
        served = before.served;
        stored = before.stored;
    }

    /**
     * This definition, as it follows on another state of it: where both define the same, the resources are the same
     * objects, so that whoever uses them may go on.
     */
    public CustomDefinition after(CustomDefinition before) {
        return digest.equals(before.digest) ? new CustomDefinition(this, before) : this;
    }

    /**
     * Reads a definition.
     *
     * @param tree not kept
     * @param json the same as JSON, which is kept and must not change
     */
    public static CustomDefinition of(Map<String, Object> tree, byte[] json) {
        return new CustomDefinition(tree, json);
    }

    private ResourceType type(Map<String, Object> tree, CustomSchemas schemas) {
        String version = Json.string(tree, "name");
        CustomResource custom = new CustomResource(this, schemas, tree, digest);
        String typeName = typeName(group, version, accepted.kind.isEmpty() ? names.kind : accepted.kind);
        List<Subresource> subresources = new ArrayList<>();
        if (custom.scale() != null) {
            subresources.add(new Subresource(
                    "scale", "autoscaling", "v1", "Scale", GET_PATCH_UPDATE, "k8s.io.api.autoscaling.v1.Scale"));
        }
        if (custom.hasStatus()) {
            subresources.add(new Subresource("status", group, version, names.kind, GET_PATCH_UPDATE, typeName));
        }
        return new ResourceType(
                group,
                version,
                names.plural,
                accepted.singular.isEmpty() ? names.singular : accepted.singular,
                names.kind,
                namespaced,
                accepted.shortNames,
                accepted.categories,
                VERBS,
                List.copyOf(subresources),
                typeName,
                "/registry/" + group + "/" + names.plural + "/",
                group + "/" + storageVersion,
                typeName,
                custom);
    }

    /** Name of a kind in OpenAPI: {@code com.example.stable.v1.CronTab}. */
    static String typeName(String group, String version, String kind) {
        List<String> labels = new ArrayList<>(List.of(group.split("\\.")));
        Collections.reverse(labels);
        return String.join(".", labels) + "." + version + "." + kind;
    }

    /** {@code <plural>.<group>}, as its resources' {@link ResourceType#groupResource}. */
    public String name() {
        return name;
    }

    /** Tells it from another one that had its name before. */
    public String uid() {
        return uid;
    }

    /** Its group. */
    public String group() {
        return group;
    }

    boolean namespaced() {
        return namespaced;
    }

    /** What it wants to be called. */
    Names names() {
        return names;
    }

    /** What it may be called. */
    Names accepted() {
        return accepted;
    }

    String storageVersion() {
        return storageVersion;
    }

    /** Whether its resource is served, or was before it began to be deleted. */
    public boolean established() {
        return established;
    }

    /** Whether it is being deleted: nothing may be created any more. */
    public boolean deleting() {
        return deleting;
    }

    /** Its resource in each version that is served, none before it is established. */
    public List<ResourceType> served() {
        return served;
    }

    /** Its resource in the storage version, served or not; null when it has none. */
    public @Nullable ResourceType stored() {
        return stored;
    }

    /** Whether it may have given up a name that it had been granted in an earlier state. */
    public boolean released(CustomDefinition before) {
        return !before.accepted().equals(accepted());
    }

    /** Whether it has all the names that it wants. */
    public boolean settled() {
        return names.equals(accepted);
    }
}
