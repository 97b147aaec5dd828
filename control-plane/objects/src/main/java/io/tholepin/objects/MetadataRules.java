package io.tholepin.objects;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Rules of {@code metadata}. Source: contract 2.8. */
final class MetadataRules {
    /** Bytes of all annotation keys and values together. */
    private static final int ANNOTATIONS_BYTES_MAX = 256 << 10;

    private static final int MANAGER_BYTES_MAX = 128;
    private static final int SUBRESOURCE_BYTES_MAX = 256;

    /** Resources whose names are labels. */
    private static final Set<String> LABEL_NAMES = Set.of("namespaces");

    private static final Set<String> DNS_1035_NAMES = Set.of("services");
    /** Resources whose names may be anything that fits into a path. */
    private static final Set<String> PATH_NAMES = Set.of(
            "roles.rbac.authorization.k8s.io",
            "clusterroles.rbac.authorization.k8s.io",
            "rolebindings.rbac.authorization.k8s.io",
            "clusterrolebindings.rbac.authorization.k8s.io",
            "certificatesigningrequests.certificates.k8s.io",
            "customresourcedefinitions.apiextensions.k8s.io",
            "apiservices.apiregistration.k8s.io",
            "ipaddresses.networking.k8s.io",
            "events");

    private MetadataRules() {}

    static Function<String, List<String>> grammar(ResourceType type) {
        String resource = type.groupResource();
        if (LABEL_NAMES.contains(resource)) {
            return Names::label;
        }
        if (DNS_1035_NAMES.contains(resource)) {
            return Names::dns1035Label;
        }
        return PATH_NAMES.contains(resource) ? Names::pathSegment : Names::subdomain;
    }

    static void create(ResourceType type, Check root) {
        Check metadata = root.at("metadata");
        Function<String, List<String>> grammar = grammar(type);
        String prefix = metadata.string("generateName");
        if (!prefix.isEmpty()) {
            grammar.apply(masked(prefix))
                    .forEach(message -> metadata.add(FieldError.invalid("metadata.generateName", prefix, message)));
        }
        if (metadata.required("name", "name or generateName is required")) {
            metadata.at("name").name(grammar);
        }
        if (!type.namespaced()) {
            if (!metadata.isEmpty("namespace")) {
                metadata.forbidden("namespace", "not allowed on this type");
            }
        } else if (metadata.required("namespace")) {
            metadata.at("namespace").name(Names::label);
        }
        metadata.nonNegative("generation");
        common(metadata);
        finalizers(metadata);
    }

    /** What follows the prefix may make a dash at its end right; two characters give way, as in Kubernetes. */
    private static String masked(String prefix) {
        return prefix.length() > 1 && prefix.endsWith("-") ? prefix.substring(0, prefix.length() - 2) + "a" : prefix;
    }

    private static void common(Check metadata) {
        metadata.labels("labels");
        annotations(metadata, "annotations");
        ownerReferences(metadata);
        metadata.each("managedFields", MetadataRules::managedFields);
    }

    static void annotations(Check holder, String field) {
        long bytes = 0;
        for (Map.Entry<String, String> annotation :
                Json.strings(holder.value(), field).entrySet()) {
            bytes += Names.bytes(annotation.getKey()) + Names.bytes(annotation.getValue());
            Names.annotationKey(annotation.getKey())
                    .forEach(message ->
                            holder.add(FieldError.invalid(holder.path(field), annotation.getKey(), message)));
        }
        if (bytes > ANNOTATIONS_BYTES_MAX) {
            holder.add(FieldError.tooLong(holder.path(field), ANNOTATIONS_BYTES_MAX));
        }
    }

    private static void ownerReferences(Check metadata) {
        String controller = "";
        for (Check reference : metadata.items("ownerReferences")) {
            ownerReference(reference);
            if (reference.flag("controller")) {
                String name = reference.string("kind") + "/" + reference.string("name");
                if (controller.isEmpty()) {
                    controller = name;
                } else {
                    metadata.invalid(
                            "ownerReferences",
                            "Only one reference can have Controller set to true. Found \"true\" in references for "
                                    + controller + " and " + name);
                }
            }
        }
    }

    private static void ownerReference(Check reference) {
        if (reference.required("apiVersion", "must not be empty")) {
            String[] parts = reference.string("apiVersion").split("/", -1);
            if (parts.length > 2 || parts[parts.length - 1].isEmpty()) {
                reference.invalid("apiVersion", "must be <group>/<version> or <version>");
            }
        }
        for (String field : List.of("kind", "name", "uid")) {
            reference.required(field, "must not be empty");
        }
        if (reference.string("apiVersion").equals("v1")
                && reference.string("kind").equals("Event")) {
            reference.invalid("/v1, Kind=Event is disallowed from being an owner");
        }
    }

    private static void finalizers(Check metadata) {
        List<Object> finalizers = metadata.list("finalizers");
        for (Object finalizer : finalizers) {
            Names.labelKey(String.valueOf(finalizer))
                    .forEach(message -> metadata.add(FieldError.invalid("metadata.finalizers", finalizer, message)));
        }
        if (finalizers.contains("orphan") && finalizers.contains("foregroundDeletion")) {
            metadata.invalid("finalizers", "finalizer orphan and foregroundDeletion cannot be both set");
        }
    }

    private static void managedFields(Check entry) {
        if (!Set.of("Apply", "Update").contains(entry.string("operation"))) {
            entry.invalid("operation", "must be `Apply` or `Update`");
        }
        if (!entry.isEmpty("fieldsType") && !entry.string("fieldsType").equals("FieldsV1")) {
            entry.invalid("fieldsType", "must be `FieldsV1`");
        }
        if (Names.bytes(entry.string("manager")) > MANAGER_BYTES_MAX) {
            entry.add(FieldError.tooLong(entry.path("manager"), MANAGER_BYTES_MAX));
        }
        if (Names.bytes(entry.string("subresource")) > SUBRESOURCE_BYTES_MAX) {
            entry.add(FieldError.tooLong(entry.path("subresource"), SUBRESOURCE_BYTES_MAX));
        }
    }

    static void update(Check root, Map<String, Object> old) {
        Check metadata = root.at("metadata");
        Map<String, Object> before = Json.child(old, "metadata");
        if (before.get("deletionTimestamp") != null) {
            noNewFinalizers(metadata, Json.list(before, "finalizers"));
        }
        if (metadata.integer("generation", 0) < Json.integer(before, 0, "generation")) {
            metadata.invalid("generation", "must not be decremented");
        }
        for (String field : List.of(
                "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")) {
            metadata.immutable(field, before.get(field));
        }
        common(metadata);
    }

    private static void noNewFinalizers(Check metadata, List<Object> before) {
        List<String> extra = new ArrayList<>();
        for (Object finalizer : metadata.list("finalizers")) {
            if (!before.contains(finalizer)) {
                extra.add(Json.text(finalizer));
            }
        }
        if (!extra.isEmpty()) {
            extra.sort(null);
            metadata.forbidden(
                    "finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                            + String.join(", ", extra) + "}");
        }
    }
}
