package io.tholepin.objects;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Turns objects of one kind into table rows. Immutable; {@link Tables#forType} has one for each resource. */
public final class TablePrinter {
    private final List<Column> columns;
    private final Cells cells;

    /**
     * A column.
     *
     * @param type {@code string}, {@code integer}, {@code number}, {@code boolean} or {@code date}
     * @param format {@code name} for the column that identifies the object, else empty
     * @param priority 0 is always shown, 1 only with {@code -o wide}
     */
    public record Column(String name, String type, String format, String description, int priority) {}

    /** Computes an object's cells: as many as columns, each a string, number, Boolean or null. */
    @FunctionalInterface
    interface Cells {
        List<Object> of(Map<String, Object> object, Instant now);
    }

    private TablePrinter(List<Column> columns, Cells cells) {
        this.columns = columns;
        this.cells = cells;
    }

    /**
     * @param titles column names joined by {@code |}; a name's suffix {@code #} makes an integer, {@code ?} a boolean,
     *     {@code @} a date, and a further {@code *} priority 1
     */
    static TablePrinter of(String titles, Cells cells) {
        List<Column> columns = new ArrayList<>();
        for (String title : titles.split("\\|")) {
            int end = title.length();
            boolean wide = title.endsWith("*");
            if (wide) {
                end--;
            }
            String type = switch (title.charAt(end - 1)) {
                case '#' -> "integer";
                case '?' -> "boolean";
                case '@' -> "date";
                default -> "string";
            };
            if (!type.equals("string")) {
                end--;
            }
            String name = title.substring(0, end);
            String format = name.equals("Name") || name.equals("Attacher") ? "name" : "";
            columns.add(new Column(name, type, format, description(name), wide ? 1 : 0));
        }
        return new TablePrinter(List.copyOf(columns), cells);
    }

    /** A printer of columns that are described elsewhere. */
    static TablePrinter of(List<Column> columns, Cells cells) {
        return new TablePrinter(List.copyOf(columns), cells);
    }

    /** The columns, in order. */
    public List<Column> columns() {
        return columns;
    }

    /** The cells of an object, in the order of the columns; absent fields of the object are no error. */
    public List<Object> cells(Map<String, Object> object, Instant now) {
        List<Object> row = cells.of(object, now);
        if (row.size() != columns.size()) {
            throw new IllegalStateException("cells: " + row + " (expected: " + columns.size() + ")");
        }
        return row;
    }

    TablePrinter convertingFirst(ResourceType type) {
        return new TablePrinter(columns, (object, now) -> cells.of(Conversions.toStorage(type, object), now));
    }

    private static String description(String name) {
        return switch (name) {
            case "Name" -> "Name of the object, unique in its namespace.";
            case "Age" -> "Time since the object was created.";
            case "Created At" -> "When the object was created.";
            case "Containers" -> "Names of the containers in the template.";
            case "Images" -> "Images of the containers in the template.";
            case "Selector" -> "Which pods belong to the object.";
            case "Ready" -> "How many are ready, of how many.";
            case "Status" -> "What state the object is in.";
            case "Restarts" -> "How often containers were restarted, and when last.";
            case "Desired" -> "How many are wanted.";
            case "Current" -> "How many there are.";
            case "Up-to-date" -> "How many follow the current template.";
            case "Available" -> "How many, or whether it, can serve.";
            default -> name + " of the object.";
        };
    }
}
