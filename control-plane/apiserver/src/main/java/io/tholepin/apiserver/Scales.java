package io.tholepin.apiserver;

import io.tholepin.objects.CustomResource.ScalePaths;
import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.LabelSelector;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The {@code scale} subresource: a view of an object's replicas as {@code autoscaling/v1 Scale}. Source: contract 2.10.
 */
final class Scales {
    static final String TYPE_NAME = "k8s.io.api.autoscaling.v1.Scale";

    private final Registry registry;
    private final Preparation preparation;
    private final PatchRequests patches;
    private final Bodies bodies;

    Scales(Registry registry, Preparation preparation, PatchRequests patches, Bodies bodies) {
        this.registry = registry;
        this.preparation = preparation;
        this.patches = patches;
        this.bodies = bodies;
    }

    /** The scale of an object; metadata is the object's name, namespace, uid, resourceVersion and creation time. */
    static Map<String, Object> of(ResourceType type, Map<String, Object> object) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            Object value = Json.at(object, "metadata", field);
            if (value != null) {
                metadata.put(field, value);
            }
        }
        String[] specPath = path(type, ScalePaths::spec, "spec", "replicas");
        if (type.custom() != null && Json.at(object, specPath) == null) {
            throw new IllegalArgumentException(
                    "the spec replicas field \"." + String.join(".", specPath) + "\" does not exist");
        }
        Map<String, Object> spec = new LinkedHashMap<>();
        long replicas = Json.integer(object, 0, specPath);
        if (replicas != 0) {
            spec.put("replicas", replicas);
        }
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("replicas", Json.integer(object, 0, path(type, ScalePaths::status, "status", "replicas")));
        String selector = selector(type, object);
        if (!selector.isEmpty()) {
            status.put("selector", selector);
        }
        Map<String, Object> scale = new LinkedHashMap<>();
        scale.put("kind", "Scale");
        scale.put("apiVersion", "autoscaling/v1");
        scale.put("metadata", metadata);
        scale.put("spec", spec);
        scale.put("status", status);
        return scale;
    }

    /** Where a custom resource's definition says, or where built-in resources have it. */
    private static String[] path(ResourceType type, Function<ScalePaths, List<String>> which, String... builtIn) {
        ScalePaths paths = type.custom() == null ? null : type.custom().scale();
        return paths == null ? builtIn : which.apply(paths).toArray(String[]::new);
    }

    private static String selector(ResourceType type, Map<String, Object> object) {
        if (type.custom() != null) {
            String[] path = path(type, ScalePaths::selector);
            return path.length == 0 ? "" : Json.string(object, path);
        }
        Map<String, Object> selector = Json.object(object, "spec", "selector");
        if (selector == null) {
            return "";
        }
        return type.resource().equals("replicationcontrollers")
                ? LabelSelector.of(Json.strings(selector)).toString()
                : LabelSelector.fromObject(selector).toString();
    }

    WriteResult update(WriteCall call) {
        WriteOptions options = call.options("UpdateOptions");
        Map<String, Object> scale =
                bodies.object(call.info(), call.request(), options.fieldValidation(), call.warnings());
        SystemFields.name(scale, call.name());
        SystemFields.namespace(scale, call.namespace());
        return change(call, options, (view, current) -> scale);
    }

    WriteResult patch(WriteCall call) {
        WriteOptions options = call.options("PatchOptions");
        PatchDocument patch = PatchDocument.of(call.request(), options);
        return change(
                call,
                options,
                (view, current) -> patches.apply(patch, of(call.type(), current.object()), TYPE_NAME, call.warnings()));
    }

    private interface Wanted {
        Map<String, Object> scale(View view, Stored current);
    }

    private WriteResult change(WriteCall call, WriteOptions options, Wanted wanted) {
        ResourceType type = call.type();
        Registry.Outcome outcome = registry.change(type, call.namespace(), call.name(), options.dryRun(), view -> {
            Stored current = view.current();
            if (current == null) {
                throw StatusException.notFound(type, call.name());
            }
            Map<String, Object> fresh = scaled(type, current, wanted.scale(view, current));
            return preparation.update(view, type, current, fresh, "", call.warnings());
        });
        return new WriteResult(200, of(type, outcome.object()));
    }

    private static Map<String, Object> scaled(ResourceType type, Stored current, Map<String, Object> scale) {
        String name = Json.string(current.object(), "metadata", "name");
        long replicas = Json.integer(scale, 0, "spec", "replicas");
        if (replicas < 0) {
            FieldError negative = FieldError.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
            throw StatusException.invalid("autoscaling", "Scale", name, List.of(negative));
        }
        checkUid(type, name, scale, Json.string(current.object(), "metadata", "uid"));
        Map<String, Object> fresh = Json.copyObject(current.object());
        String version = Json.string(scale, "metadata", "resourceVersion");
        if (!version.isEmpty()) {
            Json.child(fresh, "metadata").put("resourceVersion", version);
            Updates.checkVersion(type, fresh, current);
        }
        String[] path = path(type, ScalePaths::spec, "spec", "replicas");
        Map<String, Object> holder = fresh;
        for (int i = 0; i < path.length - 1; i++) {
            holder = Json.child(holder, path[i]);
        }
        holder.put(path[path.length - 1], replicas);
        return fresh;
    }

    private static void checkUid(ResourceType type, String name, Map<String, Object> scale, String actual) {
        String wanted = Json.string(scale, "metadata", "uid");
        if (!wanted.isEmpty() && !wanted.equals(actual)) {
            String resource = type.resource() + "/scale";
            throw new StatusException(
                    409,
                    "Conflict",
                    "Operation cannot be fulfilled on "
                            + (type.group().isEmpty() ? resource : resource + "." + type.group()) + " \"" + name
                            + "\": Precondition failed: UID in precondition: " + wanted + ", UID in object meta: "
                            + actual,
                    StatusException.Details.of(type.group(), resource, name));
        }
    }
}
