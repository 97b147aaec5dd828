package io.tholepin.apiserver;

import io.tholepin.objects.Defaults;
import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.StatusException.Details;
import java.util.List;
import java.util.Map;

/** Creates objects: POST to a collection. Source: contract 2.2. */
final class Creations {
    /** Most names tried for one generateName. Source: KEP-4420. */
    static final int GENERATED_NAMES_MAX = 8;

    private final Registry registry;
    private final Preparation preparation;
    private final Bodies bodies;

    Creations(Registry registry, Preparation preparation, Bodies bodies) {
        this.registry = registry;
        this.preparation = preparation;
        this.bodies = bodies;
    }

    WriteResult create(WriteCall call) {
        WriteOptions options = call.options("CreateOptions");
        Map<String, Object> object =
                bodies.object(call.info(), call.request(), options.fieldValidation(), call.warnings());
        return new WriteResult(201, create(call.type(), call.namespace(), object, options.dryRun(), call.warnings()));
    }

    /** Creates an object, which it takes over; returns it as stored. */
    Map<String, Object> create(
            ResourceType type, String namespace, Map<String, Object> object, boolean dryRun, Warnings warnings) {
        SystemFields.namespace(object, namespace);
        Defaults.apply(type, object);
        preparation.fields().stamp(object);
        String given = Json.string(object, "metadata", "name");
        String prefix = Json.string(object, "metadata", "generateName");
        if (!given.isEmpty()) {
            return attempt(type, given, object, dryRun, warnings);
        }
        if (prefix.isEmpty()) {
            throw StatusException.invalid(
                    type, "", List.of(FieldError.required("metadata.name", "name or generateName is required")));
        }
        return generate(type, prefix, object, dryRun, warnings);
    }

    private Map<String, Object> generate(
            ResourceType type, String prefix, Map<String, Object> object, boolean dryRun, Warnings warnings) {
        String name = "";
        for (int i = 0; i < GENERATED_NAMES_MAX; i++) {
            name = preparation.fields().generatedName(prefix);
            Json.child(object, "metadata").put("name", name);
            try {
                return attempt(type, name, object, dryRun, warnings);
            } catch (StatusException taken) {
                if (!taken.reason().equals("AlreadyExists")) {
                    throw taken;
                }
            }
        }
        throw new StatusException(
                409,
                "AlreadyExists",
                type.groupResource() + " \"" + name
                        + "\" already exists, the server was not able to generate a unique name for the object",
                new Details(name, type.group(), type.resource(), "", List.of(), 1));
    }

    private Map<String, Object> attempt(
            ResourceType type, String name, Map<String, Object> object, boolean dryRun, Warnings warnings) {
        String namespace = Json.string(object, "metadata", "namespace");
        return registry.change(type, namespace, name, dryRun, view -> {
                    Stored existing = view.currentUnlessNew();
                    Next.Put put = preparation.create(view, type, Json.copyObject(object), warnings);
                    if (existing != null) {
                        throw taken(type, name, existing);
                    }
                    return put;
                })
                .object();
    }

    private static StatusException taken(ResourceType type, String name, Stored existing) {
        StatusException exists = StatusException.alreadyExists(type, name);
        if (Json.at(existing.object(), "metadata", "deletionTimestamp") == null) {
            return exists;
        }
        return new StatusException(
                409, exists.reason(), "object is being deleted: " + exists.getMessage(), exists.details());
    }
}
