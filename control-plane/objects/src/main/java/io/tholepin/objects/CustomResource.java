package io.tholepin.objects;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is special about one version of a custom resource: its schema, its subresources, the fields that select and that
 * are printed. Immutable and thread-safe; two are equal only when they are the same, so a resource whose definition
 * changed is another one. Source: contract 4.1.
 */
public final class CustomResource {
    private final CustomSchemas schemas;
    private final String apiVersion;
    private final String version;
    private final String storageVersion;
    private final String kind;
    private final String listKind;
    private final String digest;
    private final SelectableFields selectable;
    private final boolean status;
    private final @Nullable ScalePaths scale;
    private final String deprecation;
    private volatile @Nullable TablePrinter printer;

    /**
     * Where an object keeps what its {@code scale} shows.
     *
     * @param selector empty when there is none
     */
    public record ScalePaths(List<String> spec, List<String> status, List<String> selector) {}

    /**
     * @param tree of the version in its definition
     * @param digest tells apart what definitions say
     */
    CustomResource(CustomDefinition definition, CustomSchemas schemas, Map<String, Object> tree, String digest) {
        this.schemas = schemas;
        this.digest = digest;
        version = Json.string(tree, "name");
        apiVersion = definition.group() + "/" + version;
        storageVersion = definition.storageVersion();
        kind = definition.names().kind();
        listKind = definition.names().listKind();
        List<String> paths = new ArrayList<>();
        for (Object field : Json.list(tree, "selectableFields")) {
            paths.add(Json.string(field, "jsonPath").substring(1));
        }
        selectable = SelectableFields.custom(paths, definition.namespaced());
        status = Json.at(tree, "subresources", "status") != null;
        scale = scale(Json.at(tree, "subresources", "scale"));
        String warning = Json.string(tree, "deprecationWarning");
        deprecation = !Json.flag(tree, "deprecated")
                ? ""
                : warning.isEmpty() ? apiVersion + " " + kind + " is deprecated" : warning;
    }

    private static @Nullable ScalePaths scale(@Nullable Object tree) {
        return tree == null
                ? null
                : new ScalePaths(
                        path(tree, "specReplicasPath"),
                        path(tree, "statusReplicasPath"),
                        path(tree, "labelSelectorPath"));
    }

    private static List<String> path(Object tree, String field) {
        String text = Json.string(tree, field);
        return text.isEmpty()
                ? List.of()
                : Objects.requireNonNullElse(JsonPath.parse(text).fields(), List.of());
    }

    /** Kind of a list of it. */
    public String listKind() {
        return listKind;
    }

    /** The {@code scale} subresource, null when it has none. */
    public @Nullable ScalePaths scale() {
        return scale;
    }

    /** Whether it has the {@code status} subresource. */
    public boolean hasStatus() {
        return status;
    }

    /** Text of the warning to everybody who uses this version, empty for none. */
    String deprecation() {
        return deprecation;
    }

    SelectableFields selectable() {
        return selectable;
    }

    TablePrinter printer() {
        TablePrinter made = printer;
        if (made == null) {
            made = CustomColumns.printer(schemas.version(version));
            printer = made;
        }
        return made;
    }

    /** The JSON of its schema, a new tree. */
    Map<String, Object> schemaTree() {
        return schemas.schemaTree(version);
    }

    /**
     * Reads an object that a request brings: kind, apiVersion and metadata as every object has them, the other fields
     * pruned and defaulted.
     *
     * @param tree not changed
     * @param duplicates paths that {@link Json#parse} reported
     * @throws TypedReader.MismatchException when it is no object, or its metadata is none
     */
    public TypedReader.Result read(@Nullable Object tree, Collection<String> duplicates) {
        return CustomReader.read(schemas.of(version), tree, duplicates, kind);
    }

    /** The form in which the store keeps an object: in the storage version, without resourceVersion. Not changed. */
    public Map<String, Object> toStorage(Map<String, Object> object) {
        Map<String, Object> stored = Json.copyObject(object);
        Map<String, Object> metadata = Json.child(stored, "metadata");
        metadata.remove("resourceVersion");
        metadata.remove("selfLink");
        if (!version.equals(storageVersion)) {
            stored.put("apiVersion", apiVersion(storageVersion));
            CustomReader.prune(schemas.of(storageVersion), stored);
        }
        return stored;
    }

    /**
     * A stored object in this version, pruned and defaulted by the schema of the version that it was stored in.
     *
     * @param resourceVersion revision of its last change, 0 for none
     * @throws RuntimeException when it is no object of this resource
     */
    public Map<String, Object> fromStorage(Map<String, Object> stored, long resourceVersion) {
        String storedVersion = Json.string(stored, "apiVersion");
        String storedIn = storedVersion.substring(storedVersion.indexOf('/') + 1);
        Map<String, Object> object =
                CustomReader.read(schemas.of(storedIn), stored, List.of(), kind).tree();
        object.put("kind", kind);
        object.put("apiVersion", apiVersion);
        Map<String, Object> metadata = Json.child(object, "metadata");
        if (Json.integer(metadata, 0, "generation") == 0) {
            metadata.put("generation", 1L); // of a time before generations were counted
        }
        if (resourceVersion > 0) {
            metadata.put("resourceVersion", Long.toString(resourceVersion));
        } else {
            metadata.remove("resourceVersion");
        }
        if (!storedIn.equals(version)) {
            CustomReader.prune(schemas.of(version), object);
        }
        return object;
    }

    private String apiVersion(String otherVersion) {
        return apiVersion.substring(0, apiVersion.indexOf('/') + 1) + otherVersion;
    }

    /** What is wrong with a new object besides its metadata. */
    List<FieldError> check(Map<String, Object> object) {
        StructuralSchema schema = schemas.of(version);
        List<FieldError> errors = new ArrayList<>(typeMeta(object));
        errors.addAll(SchemaCheck.create(schema, object));
        errors.addAll(replicas(object));
        errors.addAll(ListTypes.duplicates(schema, object));
        return errors;
    }

    /** What is wrong with a changed one: what was wrong before and did not change does no harm. */
    List<FieldError> checkUpdate(Map<String, Object> fresh, Map<String, Object> old) {
        StructuralSchema schema = schemas.of(version);
        List<FieldError> errors = new ArrayList<>(typeMeta(fresh));
        errors.addAll(SchemaCheck.update(schema, fresh, old));
        errors.addAll(replicas(fresh));
        if (ListTypes.duplicates(schema, old).isEmpty()) {
            errors.addAll(ListTypes.duplicates(schema, fresh));
        }
        return errors;
    }

    private List<FieldError> typeMeta(Map<String, Object> object) {
        List<FieldError> errors = new ArrayList<>();
        String given = Json.string(object, "kind");
        if (!given.equals(kind)) {
            errors.add(FieldError.invalid("kind", given, "must be " + kind));
        }
        String in = Json.string(object, "apiVersion");
        if (!in.equals(apiVersion)) {
            errors.add(FieldError.invalid("apiVersion", in, "must be " + apiVersion));
        }
        return errors;
    }

    private List<FieldError> replicas(Map<String, Object> object) {
        List<FieldError> errors = new ArrayList<>();
        if (scale != null) {
            for (List<String> path : List.of(scale.spec, scale.status)) {
                if (Json.at(object, path.toArray(String[]::new)) instanceof Number number && number.longValue() < 0) {
                    errors.add(FieldError.invalid(String.join(".", path), number, "should be a non-negative integer"));
                }
            }
        }
        return errors;
    }

    @Override
    public String toString() {
        return digest;
    }
}
