package io.tholepin.apiserver;

import io.tholepin.objects.CustomResource;
import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.Patches;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.TypeSchema;
import io.tholepin.objects.TypedReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The body of a PATCH. Applied to the object's JSON in the endpoint's version; the result is read again through the
 * schema, as if it had been sent. Immutable. Source: contract 2.4.
 *
 * @param duplicates complaints about keys that appear twice in the patch itself
 */
record PatchDocument(Format format, @Nullable Object document, FieldValidation validation, List<String> duplicates) {

    /** How the patch is written. */
    enum Format {
        JSON("application/json-patch+json"),
        MERGE("application/merge-patch+json"),
        STRATEGIC("application/strategic-merge-patch+json");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }

        private static Format of(String contentType) {
            int semicolon = contentType.indexOf(';');
            String type = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                    .strip()
                    .toLowerCase(Locale.ROOT);
            for (Format one : values()) {
                if (one.mediaType.equals(type)) {
                    return one;
                }
            }
            throw unsupported(List.of(values()));
        }

        private static StatusException unsupported(List<Format> accepted) {
            return new StatusException(
                    415,
                    "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include: "
                            + String.join(
                                    ", ",
                                    accepted.stream().map(one -> one.mediaType).toList()),
                    StatusException.Details.NONE);
        }
    }

    /** Reads the body of a request. */
    static PatchDocument of(ApiRequest request, WriteOptions options) {
        Format format = Format.of(request.headers().value("Content-Type"));
        if (request.query().has("force")) {
            throw StatusException.invalid(
                    "meta.k8s.io",
                    "PatchOptions",
                    "",
                    List.of(FieldError.forbidden("force", "may not be specified for non-apply patch")));
        }
        List<String> duplicates = new ArrayList<>();
        byte[] body = request.body();
        Object document;
        try {
            document = Json.parse(body, 0, body.length, path -> duplicates.add("duplicate field \"" + path + "\""));
        } catch (Json.Malformed malformed) {
            throw StatusException.badRequest("error decoding patch: " + malformed.getMessage());
        }
        if (format == Format.STRATEGIC && !(document instanceof Map<?, ?>)) {
            throw StatusException.badRequest("error decoding patch: " + Json.text(document) + " is no JSON object");
        }
        return new PatchDocument(format, document, options.fieldValidation(), List.copyOf(duplicates));
    }

    /**
     * The patched object, read again.
     *
     * @param object what to patch; may be changed and shared
     */
    Map<String, Object> apply(Map<String, Object> object, TypeSchema type, Warnings warnings) {
        Object kind = object.get("kind");
        Object apiVersion = object.get("apiVersion");
        Object patched = format == Format.STRATEGIC
                ? Patches.strategicMergePatch(
                        object, Json.copyObject(Json.asObject(java.util.Objects.requireNonNull(document))), type)
                : patched(object);
        Map<String, Object> tree = object(patched, type.shortName());
        if (kind != null && apiVersion != null) {
            tree.put("kind", kind);
            tree.put("apiVersion", apiVersion);
        }
        return read(tree, whole -> TypedReader.read(type, whole, List.of()), warnings);
    }

    /** The same for an object of a custom resource, which has no strategic merge patch. */
    Map<String, Object> apply(Map<String, Object> object, ResourceType type, CustomResource custom, Warnings warnings) {
        if (format == Format.STRATEGIC) {
            throw Format.unsupported(List.of(Format.JSON, Format.MERGE));
        }
        return read(object(patched(object), type.kind()), whole -> custom.read(whole, List.of()), warnings);
    }

    private @Nullable Object patched(Map<String, Object> object) {
        return format == Format.JSON
                ? Patches.jsonPatch(object, Json.copy(document))
                : Patches.mergePatch(object, Json.copy(document));
    }

    private static Map<String, Object> object(@Nullable Object patched, String type) {
        if (patched instanceof Map<?, ?> map) {
            return Json.asObject(map);
        }
        throw unreadable(patched, "json: cannot unmarshal " + Json.text(patched) + " into Go value of type " + type);
    }

    private Map<String, Object> read(
            Map<String, Object> tree, Function<Map<String, Object>, TypedReader.Result> reader, Warnings warnings) {
        List<String> complaints = new ArrayList<>(duplicates);
        TypedReader.Result read;
        try {
            read = reader.apply(tree);
        } catch (TypedReader.MismatchException mismatch) {
            throw unreadable(tree, String.valueOf(mismatch.getMessage()));
        }
        complaints.addAll(read.findings());
        switch (validation) {
            case IGNORE -> {}
            case WARN -> complaints.forEach(warnings::add);
            case STRICT -> {
                if (!complaints.isEmpty()) {
                    throw unreadable(tree, "strict decoding error: " + String.join(", ", complaints));
                }
            }
        }
        return read.tree();
    }

    private static StatusException unreadable(@Nullable Object tree, String why) {
        return StatusException.invalid("", "", "", List.of(FieldError.invalid("patch", Json.text(tree), why)));
    }
}
