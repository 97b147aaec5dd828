package io.tholepin.apiserver;

import io.tholepin.objects.Defaults;
import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.Strategy;
import java.util.List;
import java.util.Map;

/** Replaces objects: PUT of an object or one of the subresources that show the object itself. Source: contract 2.3. */
final class Updates {
    private static final String MODIFIED =
            "the object has been modified; please apply your changes to the latest version" + " and try again";

    private final Registry registry;
    private final Preparation preparation;
    private final Bodies bodies;

    Updates(Registry registry, Preparation preparation, Bodies bodies) {
        this.registry = registry;
        this.preparation = preparation;
        this.bodies = bodies;
    }

    WriteResult update(WriteCall call) {
        WriteOptions options = call.options("UpdateOptions");
        Map<String, Object> object =
                bodies.object(call.info(), call.request(), options.fieldValidation(), call.warnings());
        SystemFields.name(object, call.name());
        SystemFields.namespace(object, call.namespace());
        Defaults.apply(call.type(), object);
        Registry.Outcome outcome = registry.change(
                call.type(), call.namespace(), call.name(), options.dryRun(), view -> decide(view, call, object));
        return new WriteResult(outcome.kind() == Registry.Outcome.Kind.CREATED ? 201 : 200, outcome.object());
    }

    private Next decide(View view, WriteCall call, Map<String, Object> object) {
        ResourceType type = call.type();
        Stored current = view.current();
        String uid = current == null ? "" : Json.string(current.object(), "metadata", "uid");
        SystemFields.checkUid(type, object, type.key(call.namespace(), call.name()), uid);
        Map<String, Object> fresh = Json.copyObject(object);
        if (current != null) {
            checkVersion(type, fresh, current);
            return preparation.update(view, type, current, fresh, call.info().subresource(), call.warnings());
        }
        if (!Strategy.of(type).allowCreateOnUpdate()
                || !call.info().subresource().isEmpty()) {
            throw StatusException.notFound(type, call.name());
        }
        Json.child(fresh, "metadata").remove("resourceVersion");
        preparation.fields().stamp(fresh);
        return preparation.create(view, type, fresh, call.warnings());
    }

    /** The resourceVersion that an update was made for must be the current one; some kinds may leave it out. */
    static void checkVersion(ResourceType type, Map<String, Object> fresh, Stored current) {
        String name = Json.string(current.object(), "metadata", "name");
        String wanted = Json.string(fresh, "metadata", "resourceVersion");
        long version = wanted.isEmpty() ? 0 : parse(wanted);
        if (version == 0) {
            if (!Strategy.of(type).allowUnconditionalUpdate()) {
                throw StatusException.invalid(
                        type,
                        name,
                        List.of(FieldError.invalid("metadata.resourceVersion", 0L, "must be specified for an update")));
            }
        } else if (version != current.revision()) {
            throw StatusException.conflict(type, name, MODIFIED);
        }
    }

    private static long parse(String version) {
        try {
            return Long.parseUnsignedLong(version);
        } catch (NumberFormatException malformed) {
            throw new StatusException(
                    500,
                    "",
                    "strconv.ParseUint: parsing " + Json.text(version) + ": invalid syntax",
                    StatusException.Details.NONE);
        }
    }
}
