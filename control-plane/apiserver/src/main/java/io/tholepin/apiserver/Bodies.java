package io.tholepin.apiserver;

import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.CustomResource;
import io.tholepin.objects.Envelope;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.ResourceType.Subresource;
import io.tholepin.objects.SchemaPack;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.Transcoder;
import io.tholepin.objects.TypeSchema;
import io.tholepin.objects.TypedReader;
import io.tholepin.objects.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decodes request bodies: JSON, YAML or protobuf into trees, with Kubernetes' refusals. Stateless and thread-safe.
 * Source: contract 2.7, 2.14.
 */
public final class Bodies {
    private static final int SUMMARY_BYTES = 30;
    private static final String SCHEME = "pkg/api/legacyscheme/scheme.go:30";
    private static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.";
    private static final String YAML_PREFIX = "error converting YAML to JSON: ";
    private static final String TYPE_META_GO =
            "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string"
                    + " \"json:\\\"kind,omitempty\\\"\" }";

    private static final TypeSchema META_SCHEMA =
            Objects.requireNonNull(SchemaPack.builtIn().type(META + "PartialObjectMetadata"));

    private final SchemaPack schemas;
    private final TypeNames types;

    public Bodies(SchemaPack schemas) {
        this.schemas = schemas;
        this.types = new TypeNames(schemas, BuiltInResources.all());
    }

    /** What a body should be. */
    private record Expected(String group, String version, String kind, TypeSchema schema) {
        String apiVersion() {
            return group.isEmpty() ? version : group + "/" + version;
        }
    }

    /**
     * The object in the body of a create or update: of the resource's kind, or of the subresource's ({@code Scale},
     * {@code Eviction}). The tree carries kind and apiVersion first, and only fields that the type has.
     *
     * @throws StatusException 400 for what is no such object or, when strict, has unknown or duplicate fields; 415 for
     *     an unknown media type
     */
    public Map<String, Object> object(
            RequestInfo info, ApiRequest request, FieldValidation validation, Warnings warnings) {
        ResourceType type = Objects.requireNonNull(info.type());
        if (type.custom() != null && !info.subresource().equals("scale")) {
            return custom(type, type.custom(), request, validation, warnings);
        }
        for (Subresource subresource : type.subresources()) {
            if (subresource.name().equals(info.subresource())
                    && !subresource.typeName().isEmpty()) {
                return object(
                        subresource.group(),
                        subresource.version(),
                        subresource.kind(),
                        subresource.typeName(),
                        request,
                        validation,
                        warnings);
            }
        }
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
        TypeSchema schema = schemas.type(typeName);
        if (schema == null) {
            throw new IllegalStateException("type: " + typeName + " (expected: one in the schema pack)");
        }
        Expected expected = new Expected(group, version, kind, schema);
        return switch (mediaType(request)) {
            case JSON -> text(json(request.body(), expected), expected, request, validation, warnings);
            case YAML -> text(yaml(request.body(), expected), expected, request, validation, warnings);
            case PROTOBUF -> protobuf(request.body(), expected);
        };
    }

    /** An object of a custom resource: JSON or YAML. */
    private Map<String, Object> custom(
            ResourceType type,
            CustomResource custom,
            ApiRequest request,
            FieldValidation validation,
            Warnings warnings) {
        Expected expected = new Expected(type.group(), type.version(), type.kind(), META_SCHEMA);
        Parsed parsed = switch (mediaType(request)) {
            case JSON -> json(request.body(), expected);
            case YAML -> yaml(request.body(), expected);
            case PROTOBUF -> throw unsupported("application/json, application/yaml");
        };
        String given = Json.string(parsed.tree, "apiVersion");
        if (!given.isEmpty() && !given.equals(expected.apiVersion())) {
            throw StatusException.badRequest("the API version in the data (" + given
                    + ") does not match the expected API version (" + expected.apiVersion() + ")");
        }
        String kind = Json.string(parsed.tree, "kind");
        Map<String, Object> whole = new LinkedHashMap<>(parsed.tree);
        whole.put("kind", kind.isEmpty() ? type.kind() : kind);
        whole.put("apiVersion", expected.apiVersion());
        TypedReader.Result read;
        try {
            read = custom.read(whole, parsed.duplicates);
        } catch (TypedReader.MismatchException mismatch) {
            throw StatusException.badRequest(
                    cannotBeHandled(expected.kind, expected.version, expected) + mismatch.getMessage());
        }
        judge(read, expected, expected.version, validation, warnings);
        return read.tree();
    }

    /** The DeleteOptions in a body that is not empty; of any group version. */
    Map<String, Object> deleteOptions(ApiRequest request) {
        TypeSchema schema = Objects.requireNonNull(schemas.type(META + "DeleteOptions"));
        Expected expected = new Expected("meta.k8s.io", "v1", "DeleteOptions", schema);
        if (mediaType(request) == Media.Encoding.PROTOBUF) {
            Envelope.Content content = unwrap(request.body(), expected);
            return message(request.body(), content, expected);
        }
        Parsed parsed = mediaType(request) == Media.Encoding.JSON
                ? json(request.body(), expected)
                : yaml(request.body(), expected);
        String kind = Json.string(parsed.tree, "kind");
        if (!kind.isEmpty() && !kind.equals("DeleteOptions")) {
            throw StatusException.badRequest("decoded object cannot be converted to DeleteOptions");
        }
        return read(parsed, expected, "v1").tree();
    }

    private static Media.Encoding mediaType(ApiRequest request) {
        String type = request.headers().value("Content-Type").split(";")[0].trim();
        if (type.isEmpty()) {
            return Media.Encoding.JSON;
        }
        for (Media.Encoding encoding : Media.Encoding.values()) {
            if (encoding.contentType().equalsIgnoreCase(type)) {
                return encoding;
            }
        }
        throw unsupported("application/json, application/yaml, application/vnd.kubernetes.protobuf");
    }

    private static StatusException unsupported(String accepted) {
        return new StatusException(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: " + accepted,
                StatusException.Details.NONE);
    }

    /** A body before anyone looked at its fields. */
    private record Parsed(Map<String, Object> tree, List<String> duplicates) {}

    private static Parsed json(byte[] body, Expected expected) {
        List<String> duplicates = new ArrayList<>();
        try {
            return parsed(Json.parse(body, 0, body.length, duplicates::add), duplicates, body, expected);
        } catch (Json.Malformed malformed) {
            String why = GoJson.syntaxError(body);
            throw unrecognized(
                    expected,
                    "couldn't get version/kind; json parse error: " + (why.isEmpty() ? malformed.getMessage() : why),
                    body);
        }
    }

    private static Parsed yaml(byte[] body, Expected expected) {
        List<String> duplicates = new ArrayList<>();
        try {
            return parsed(Yaml.parse(body, 0, body.length, duplicates::add), duplicates, body, expected);
        } catch (Yaml.Malformed malformed) {
            String message = String.valueOf(malformed.getMessage());
            throw unrecognized(
                    expected,
                    message.startsWith(YAML_PREFIX) ? message.substring(YAML_PREFIX.length()) : message,
                    body);
        }
    }

    private static Parsed parsed(@Nullable Object tree, List<String> duplicates, byte[] body, Expected expected) {
        if (tree == null) {
            return new Parsed(new LinkedHashMap<>(), duplicates);
        }
        if (!(tree instanceof Map<?, ?> map)) {
            throw unrecognized(expected, typeMetaError(goType(tree), "value of type " + TYPE_META_GO), body);
        }
        for (String field : List.of("apiVersion", "kind")) {
            Object value = map.get(field);
            if (value != null && !(value instanceof String)) {
                throw unrecognized(
                        expected, typeMetaError(goType(value), "struct field ." + field + " of type string"), body);
            }
        }
        return new Parsed(Json.asObject(map), duplicates);
    }

    private static String typeMetaError(String found, String wanted) {
        return "couldn't get version/kind; json parse error: json: cannot unmarshal " + found + " into Go " + wanted;
    }

    private static String goType(Object value) {
        return switch (value) {
            case String text -> "string";
            case Boolean flag -> "bool";
            case Number number -> "number";
            case List<?> list -> "array";
            default -> "object";
        };
    }

    private Map<String, Object> text(
            Parsed parsed, Expected expected, ApiRequest request, FieldValidation validation, Warnings warnings) {
        String kind = Json.string(parsed.tree, "kind");
        String apiVersion = Json.string(parsed.tree, "apiVersion");
        checkKind(kind, apiVersion, expected);
        String version = version(apiVersion.isEmpty() ? expected.apiVersion() : apiVersion);
        TypedReader.Result read = read(parsed, expected, version);
        judge(read, expected, version, validation, warnings);
        return typed(expected, read.tree());
    }

    private static void judge(
            TypedReader.Result read, Expected expected, String version, FieldValidation validation, Warnings warnings) {
        if (read.findings().isEmpty()) {
            return;
        }
        switch (validation) {
            case IGNORE -> {}
            case WARN -> read.findings().forEach(warnings::add);
            case STRICT ->
                throw StatusException.badRequest(cannotBeHandled(expected.kind, version, expected)
                        + "strict decoding error: " + String.join(", ", read.findings()));
        }
    }

    private static TypedReader.Result read(Parsed parsed, Expected expected, String version) {
        try {
            return TypedReader.read(expected.schema, parsed.tree, parsed.duplicates);
        } catch (TypedReader.MismatchException mismatch) {
            throw StatusException.badRequest(cannotBeHandled(expected.kind, version, expected) + mismatch.getMessage());
        }
    }

    private Map<String, Object> protobuf(byte[] body, Expected expected) {
        Envelope.Content content = unwrap(body, expected);
        checkKind(content.kind(), content.apiVersion(), expected);
        return typed(expected, message(body, content, expected));
    }

    private static Envelope.Content unwrap(byte[] body, Expected expected) {
        if (!Envelope.isEnvelope(body, 0, body.length)) {
            throw unrecognized(
                    expected,
                    "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]",
                    body);
        }
        try {
            return Envelope.unwrap(body, 0, body.length);
        } catch (IllegalArgumentException malformed) {
            throw unrecognized(expected, String.valueOf(malformed.getMessage()), body);
        }
    }

    private static Map<String, Object> message(byte[] body, Envelope.Content content, Expected expected) {
        try {
            return Transcoder.fromProtobuf(expected.schema, body, content.offset(), content.length());
        } catch (IllegalArgumentException malformed) {
            throw StatusException.badRequest(
                    cannotBeHandled(expected.kind, expected.version, expected) + malformed.getMessage());
        }
    }

    private static Map<String, Object> typed(Expected expected, Map<String, Object> fields) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", expected.kind);
        tree.put("apiVersion", expected.apiVersion());
        fields.forEach((name, value) -> {
            if (!name.equals("kind") && !name.equals("apiVersion")) {
                tree.put(name, value);
            }
        });
        return tree;
    }

    /** Refuses another kind, or the kind in another version. */
    private void checkKind(String kind, String apiVersion, Expected expected) {
        String givenKind = kind.isEmpty() ? expected.kind : kind;
        String givenVersion = apiVersion.isEmpty() ? expected.apiVersion() : apiVersion;
        if (givenKind.equals(expected.kind) && givenVersion.equals(expected.apiVersion())) {
            return;
        }
        String handled = cannotBeHandled(givenKind, version(givenVersion), expected);
        if (types.find(givenVersion, givenKind) == null) {
            throw StatusException.badRequest(handled + "no kind \"" + givenKind + "\" is registered for version \""
                    + givenVersion + "\" in scheme \"" + SCHEME + "\"");
        }
        if (givenKind.equals(expected.kind)) {
            throw StatusException.badRequest("the API version in the data (" + givenVersion
                    + ") does not match the expected API version (" + expected.apiVersion() + ")");
        }
        throw StatusException.badRequest(handled + "converting (" + version(givenVersion) + "." + givenKind + ") to ("
                + internalPackage(expected.group) + "." + expected.kind + "): unknown conversion");
    }

    private static String internalPackage(String group) {
        return group.isEmpty() ? "core" : group.split("\\.")[0].toLowerCase(Locale.ROOT);
    }

    private static String version(String apiVersion) {
        return apiVersion.substring(apiVersion.indexOf('/') + 1);
    }

    private static String cannotBeHandled(String kind, String version, Expected expected) {
        return kind + " in version \"" + version + "\" cannot be handled as a " + expected.kind + ": ";
    }

    private static StatusException unrecognized(Expected expected, String why, byte[] body) {
        return StatusException.badRequest("the object provided is unrecognized (must be of type " + expected.kind
                + "): " + why + " (" + summary(body) + ")");
    }

    /** The beginning of a body: as text when it may be JSON, else in hex. */
    private static String summary(byte[] body) {
        if (body.length == 0) {
            return "<empty>";
        }
        int length = Math.min(body.length, SUMMARY_BYTES);
        String shown = body[0] == '{'
                ? new String(body, 0, length, StandardCharsets.UTF_8)
                : HexFormat.of().formatHex(body, 0, length);
        return body.length > length ? shown + " ..." : shown;
    }
}
