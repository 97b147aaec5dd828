package io.tholepin.apiserver;

import io.tholepin.objects.Defaults;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.TypeSchema;
import java.util.Map;
import java.util.Objects;

/**
 * PATCH of an object or of a subresource that shows the object itself. Without a resourceVersion in the patch it is
 * applied to whatever is current, again if somebody else was faster. Source: contract 2.4.
 */
final class PatchRequests {
    private final Registry registry;
    private final Preparation preparation;
    private final SchemaPack schemas;

    PatchRequests(Registry registry, Preparation preparation, SchemaPack schemas) {
        this.registry = registry;
        this.preparation = preparation;
        this.schemas = schemas;
    }

    WriteResult patch(WriteCall call) {
        WriteOptions options = call.options("PatchOptions");
        PatchDocument patch = PatchDocument.of(call.request(), options);
        Registry.Outcome outcome = registry.change(
                call.type(), call.namespace(), call.name(), options.dryRun(), view -> decide(view, call, patch));
        return new WriteResult(200, outcome.object());
    }

    private Next decide(View view, WriteCall call, PatchDocument patch) {
        ResourceType type = call.type();
        Stored current = view.current();
        if (current == null) {
            throw StatusException.notFound(type, call.name());
        }
        Map<String, Object> object = Json.copyObject(current.object());
        Map<String, Object> fresh = type.custom() == null
                ? apply(patch, object, type.typeName(), call.warnings())
                : patch.apply(object, type, type.custom(), call.warnings());
        SystemFields.name(fresh, call.name());
        SystemFields.namespace(fresh, call.namespace());
        Defaults.apply(type, fresh);
        Updates.checkVersion(type, fresh, current);
        return preparation.update(view, type, current, fresh, call.info().subresource(), call.warnings());
    }

    /** Applies a patch to a tree of a type, which it takes over. */
    Map<String, Object> apply(PatchDocument patch, Map<String, Object> tree, String typeName, Warnings warnings) {
        TypeSchema type = Objects.requireNonNull(schemas.type(typeName), typeName);
        return patch.apply(tree, type, warnings);
    }
}
