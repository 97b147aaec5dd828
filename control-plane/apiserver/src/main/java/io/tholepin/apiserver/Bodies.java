package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.objects.StatusException;
import java.util.Map;

/** Decodes request bodies: JSON, YAML or protobuf into trees, with Kubernetes' refusals. Stateless and thread-safe. */
public final class Bodies {
    private final SchemaPack schemas;

    public Bodies(SchemaPack schemas) {
        this.schemas = schemas;
    }

    /**
     * The object in the body of a create or update: of the resource's kind, or of the subresource's ({@code Scale}, {@code
     * Eviction}). The tree carries kind and apiVersion first, and only fields that the type has.
     *
     * @throws StatusException 400 for what is no such object or, when strict, has unknown or duplicate fields; 415 for an
     *     unknown media type
     */
    public Map<String, Object> object(
            RequestInfo info, ApiRequest request, FieldValidation validation, Warnings warnings) {
        ResourceType type = java.util.Objects.requireNonNull(info.type());
        return object(type.group(), type.version(), type.kind(), type.typeName(), request, validation, warnings);
    }

    /** The same for a given kind. */
    public Map<String, Object> object(
            String group,
            String version,
            String kind,
            String typeName,
            ApiRequest request,
            FieldValidation validation,
            Warnings warnings) {
        return Json.parseObject(request.body());
    }

    /** The DeleteOptions in a body that is not empty; of any group version. */
    Map<String, Object> deleteOptions(ApiRequest request) {
        return Json.parseObject(request.body());
    }
}
