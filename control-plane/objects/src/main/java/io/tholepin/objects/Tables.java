package io.tholepin.objects;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Server-side printing: {@code Table} objects for get, list and watch, and the metadata-only forms of objects. Source:
 * contract 3.4 and Appendix C.
 */
public final class Tables {
    private static final Map<String, TablePrinter> BY_KIND = printers();
    private static final TablePrinter CREATED_AT = TablePrinter.of(
            "Name|Created At@",
            (object, now) -> List.of(TableCells.name(object), Json.string(object, "metadata", "creationTimestamp")));
    private static final String META_VERSION = "meta.k8s.io/v1";

    /** How much of an object its row carries, the {@code includeObject} parameter. */
    public enum IncludeObject {
        NONE,
        METADATA,
        OBJECT;

        /**
         * Reads the parameter; empty means metadata.
         *
         * @throws StatusException 400 for an unknown value
         */
        public static IncludeObject parse(String parameter) {
            return switch (parameter) {
                case "", "Metadata" -> METADATA;
                case "None" -> NONE;
                case "Object" -> OBJECT;
                default ->
                    throw StatusException.badRequest("Unable to convert to Table as requested: "
                            + FieldError.invalid(
                                    "includeObject", parameter, "must be 'Metadata', 'Object', 'None', or empty"));
            };
        }
    }

    private Tables() {}

    private static Map<String, TablePrinter> printers() {
        Map<String, TablePrinter> printers = new HashMap<>();
        WorkloadTables.register(printers);
        NetworkTables.register(printers);
        StorageTables.register(printers);
        ClusterTables.register(printers);
        return Map.copyOf(printers);
    }

    /** The printer of a resource; name and creation time for kinds without columns of their own. */
    public static TablePrinter forType(ResourceType type) {
        if (type.custom() != null) {
            return type.custom().printer();
        }
        TablePrinter printer = BY_KIND.get(type.kind());
        if (printer == null) {
            return CREATED_AT;
        }
        return type.convertsForStorage() ? printer.convertingFirst(type) : printer;
    }

    /** The printer of a subresource's kind, such as {@code Scale}, or of {@code Status}. */
    public static TablePrinter forKind(String kind) {
        return BY_KIND.getOrDefault(kind, CREATED_AT);
    }

    /** Name and age: custom resources without printer columns. */
    public static TablePrinter nameAndAge() {
        return ClusterTables.nameAndAge();
    }

    /**
     * A whole table.
     *
     * @param metadata of the list (or resourceVersion of the single object); becomes part of the table
     * @param columns whether to describe the columns: in all tables but those of later watch events
     */
    public static Map<String, Object> table(
            TablePrinter printer, Map<String, Object> metadata, List<Map<String, Object>> rows, boolean columns) {
        Map<String, Object> table = new LinkedHashMap<>();
        table.put("kind", "Table");
        table.put("apiVersion", META_VERSION);
        table.put("metadata", metadata);
        putNullable(table, "columnDefinitions", columns ? columnDefinitions(printer) : null);
        table.put("rows", new ArrayList<Object>(rows));
        return table;
    }

    /** The {@code columnDefinitions} of a table. */
    public static List<Object> columnDefinitions(TablePrinter printer) {
        List<Object> definitions = new ArrayList<>();
        for (TablePrinter.Column column : printer.columns()) {
            Map<String, Object> definition = new LinkedHashMap<>();
            definition.put("name", column.name());
            definition.put("type", column.type());
            definition.put("format", column.format());
            definition.put("description", column.description());
            definition.put("priority", (long) column.priority());
            definitions.add(definition);
        }
        return definitions;
    }

    /** One row; {@code object} becomes part of it with {@link IncludeObject#OBJECT}. */
    public static Map<String, Object> row(
            TablePrinter printer, Map<String, Object> object, IncludeObject include, Instant now) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("cells", printer.cells(object, now));
        // A custom resource may have a kind of this name, too.
        boolean pod = Json.string(object, "kind").equals("Pod")
                && !Json.string(object, "apiVersion").contains("/");
        List<Object> conditions = pod ? PodTable.conditions(object) : List.of();
        if (!conditions.isEmpty()) {
            row.put("conditions", conditions);
        }
        putNullable(
                row,
                "object",
                switch (include) {
                    case NONE -> null;
                    case METADATA -> partial(object);
                    case OBJECT -> object;
                });
        return row;
    }

    /** The row of a watch bookmark: no cells, only the metadata, so that its annotations survive. */
    public static Map<String, Object> bookmarkRow(Map<String, Object> bookmark) {
        Map<String, Object> row = new LinkedHashMap<>();
        putNullable(row, "cells", null);
        row.put("object", partial(bookmark));
        return row;
    }

    /** The {@code PartialObjectMetadata} of an object; shares its metadata. */
    public static Map<String, Object> partial(Map<String, Object> object) {
        Map<String, Object> partial = new LinkedHashMap<>();
        partial.put("kind", "PartialObjectMetadata");
        partial.put("apiVersion", META_VERSION);
        Object metadata = object.get("metadata");
        partial.put("metadata", metadata == null ? new LinkedHashMap<>() : metadata);
        return partial;
    }

    /** The {@code PartialObjectMetadataList} of a list's objects. */
    public static Map<String, Object> partialList(Map<String, Object> metadata, List<Map<String, Object>> objects) {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("kind", "PartialObjectMetadataList");
        list.put("apiVersion", META_VERSION);
        list.put("metadata", metadata);
        List<Object> items = new ArrayList<>(objects.size());
        for (Map<String, Object> object : objects) {
            items.add(partial(object));
        }
        list.put("items", items);
        return list;
    }

    @SuppressWarnings("NullAway") // null is a JSON value; nullness inside trees is not expressed in the type
    private static void putNullable(Map<String, Object> tree, String key, @Nullable Object value) {
        tree.put(key, value);
    }
}
