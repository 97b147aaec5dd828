package io.tholepin.objects;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of a custom resource: its name, then what its definition's {@code additionalPrinterColumns} say. */
final class CustomColumns {
    private record Source(@Nullable JsonPath path, String type) {}

    private CustomColumns() {}

    /** The printer of a version of a definition: name and age when it has no columns of its own. */
    static TablePrinter printer(Map<String, Object> version) {
        List<Object> given = Json.list(version, "additionalPrinterColumns");
        if (given.isEmpty()) {
            return Tables.nameAndAge();
        }
        List<TablePrinter.Column> columns = new ArrayList<>();
        columns.add(Tables.nameAndAge().columns().getFirst());
        List<Source> sources = new ArrayList<>();
        for (Object column : given) {
            String path = Json.string(column, "jsonPath");
            String description = Json.string(column, "description");
            columns.add(new TablePrinter.Column(
                    Json.string(column, "name"),
                    Json.string(column, "type"),
                    Json.string(column, "format"),
                    description.isEmpty()
                            ? "Custom resource definition column (in JSONPath format): " + path
                            : description,
                    (int) Json.integer(column, 0, "priority")));
            sources.add(new Source(parse(path), Json.string(column, "type")));
        }
        return TablePrinter.of(columns, (object, now) -> cells(sources, object, now));
    }

    private static @Nullable JsonPath parse(String path) {
        try {
            return JsonPath.parse(path);
        } catch (IllegalArgumentException notOurPart) {
            return null; // an empty column, as where nothing is found
        }
    }

    private static List<Object> cells(List<Source> sources, Map<String, Object> object, Instant now) {
        List<Object> cells = new ArrayList<>();
        cells.add(TableCells.name(object));
        for (Source source : sources) {
            Object value = source.path == null ? null : source.path.first(object);
            Trees.insert(cells, cells.size(), value == null ? null : cell(source.type, value, now));
        }
        return cells;
    }

    private static @Nullable Object cell(String type, Object value, Instant now) {
        return switch (type) {
            case "integer" ->
                switch (value) {
                    case Double real -> real.longValue();
                    case BigInteger big -> big;
                    case Number number -> number.longValue();
                    default -> null;
                };
            case "number" -> value instanceof Number ? value : null;
            case "boolean" -> value instanceof Boolean ? value : null;
            case "date" -> value instanceof String text ? age(text, now) : null;
            default -> value instanceof String ? value : Json.text(value);
        };
    }

    private static String age(String text, Instant now) {
        Instant then = TableCells.instant(text);
        return then == null ? "<invalid>" : HumanDuration.of(Duration.between(then, now));
    }
}
