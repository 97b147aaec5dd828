package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of a resource a field selector may name, and how to read them from an object. Immutable. {@code
 * metadata.name} and {@code metadata.namespace} are always known and never among {@link #names}. Source: contract 1.8.
 */
public final class SelectableFields {
    /**
     * Kind, then fields. {@code :bool} and {@code :int} print false and 0 when absent; {@code :none} may be selected
     * but has no value, as upstream; {@code -namespace} takes metadata.namespace away.
     */
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry(
                    "v1 Pod",
                    "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork:bool"
                            + " status.phase status.podIP status.podIPs:none status.nominatedNodeName"),
            Map.entry("v1 Node", "-namespace spec.unschedulable:bool"),
            Map.entry("v1 Namespace", "-namespace status.phase"),
            Map.entry(
                    "v1 Event",
                    "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid"
                            + " involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath"
                            + " reason reportingComponent source:source type"),
            Map.entry(
                    "events.k8s.io/v1 Event",
                    "regarding.kind regarding.namespace regarding.name regarding.uid regarding.apiVersion"
                            + " regarding.resourceVersion regarding.fieldPath reason reportingController type"),
            Map.entry("v1 Secret", "type"),
            Map.entry("v1 Service", "spec.clusterIP spec.type"),
            Map.entry("v1 ReplicationController", "status.replicas:int"),
            Map.entry("batch/v1 Job", "status.successful:succeeded"),
            Map.entry("apps/v1 StatefulSet", "status.successful:none"),
            Map.entry("certificates.k8s.io/v1 CertificateSigningRequest", "-namespace spec.signerName"),
            Map.entry("resource.k8s.io/v1 ResourceSlice", "-namespace spec.nodeName spec.driver"));

    private record Field(String name, String form, String[] path) {}

    private final String refusal;
    private final boolean namespaceKnown;
    private final List<Field> fields;
    private final Map<String, Integer> indexes = new LinkedHashMap<>();

    private SelectableFields(String refusal, String text) {
        this.refusal = refusal;
        this.namespaceKnown = !text.startsWith("-namespace");
        List<Field> all = new ArrayList<>();
        for (String word : text.split(" ")) {
            if (!word.isEmpty() && !word.equals("-namespace")) {
                int colon = word.indexOf(':');
                String name = colon < 0 ? word : word.substring(0, colon);
                indexes.put(name, all.size());
                all.add(new Field(name, colon < 0 ? "" : word.substring(colon + 1), name.split("\\.")));
            }
        }
        this.fields = List.copyOf(all);
    }

    /** The fields that a custom resource's definition names. */
    static SelectableFields custom(List<String> paths, boolean namespaced) {
        StringBuilder text = new StringBuilder(namespaced ? "" : "-namespace");
        paths.forEach(path -> text.append(' ').append(path).append(":scalar"));
        return new SelectableFields("field label not supported: ", text.toString());
    }

    /** The fields of a resource. */
    public static SelectableFields of(ResourceType type) {
        if (type.custom() != null) {
            return type.custom().selectable();
        }
        String own = FIELDS.get(type.apiVersion() + " " + type.kind());
        if (own == null) {
            return new SelectableFields("", "");
        }
        String refusal = switch (type.kind()) {
            case "StatefulSet" -> "field label not supported for appsv1.StatefulSet: ";
            case "ResourceSlice" -> "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ";
            default -> "field label not supported: ";
        };
        return new SelectableFields(refusal, own);
    }

    /** Dotted names in the order of {@link #values}, without metadata.name and metadata.namespace. */
    public List<String> names() {
        return List.copyOf(indexes.keySet());
    }

    /** Place of a field in {@link #names}, -1 for metadata.name, metadata.namespace and unknown ones. */
    public int indexOf(String name) {
        return indexes.getOrDefault(name, -1);
    }

    /** The values of all {@link #names} in an object; empty where it has none. */
    public String[] values(Map<String, Object> object) {
        String[] values = new String[fields.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(object, fields.get(i));
        }
        return values;
    }

    private static String value(Map<String, Object> object, Field field) {
        return switch (field.form) {
            case "none" -> "";
            case "bool" -> Json.flag(object, field.path) ? "true" : "false";
            case "int" -> Long.toString(Json.integer(object, 0, field.path));
            case "scalar" -> scalar(Json.at(object, field.path));
            case "succeeded" -> Long.toString(Json.integer(object, 0, "status", "succeeded"));
            case "source" -> {
                String component = Json.string(object, "source", "component");
                yield component.isEmpty() ? Json.string(object, "reportingComponent") : component;
            }
            default -> Json.string(object, field.path);
        };
    }

    private static String scalar(@Nullable Object value) {
        return switch (value) {
            case String text -> text;
            case Number number -> Json.text(number);
            case Boolean flag -> flag.toString();
            case null, default -> "";
        };
    }

    /**
     * The field that a selector's name means.
     *
     * @throws StatusException 400 when the resource cannot be selected by it
     */
    String canonical(String name) {
        if (indexes.containsKey(name) || name.equals("metadata.name")) {
            return name;
        }
        if (name.equals("metadata.namespace") && namespaceKnown) {
            return name;
        }
        if (name.equals("spec.host") && indexes.containsKey("spec.nodeName") && indexes.containsKey("status.podIP")) {
            return "spec.nodeName"; // the name of the field before v1
        }
        throw StatusException.badRequest(
                refusal.isEmpty()
                        ? Json.text(name)
                                + " is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
                        : refusal + name);
    }

    /** Looks a field up by name in an array made by {@link #values}; empty when unknown. */
    public String lookup(String[] values, @Nullable String name) {
        Integer index = indexes.get(name);
        return index == null ? "" : values[index];
    }
}
