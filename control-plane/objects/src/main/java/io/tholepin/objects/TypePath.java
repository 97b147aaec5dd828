package io.tholepin.objects;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a reader stands: the path as Kubernetes prints it, and as Go names it in its messages. Not thread-safe. */
final class TypePath {
    /** A name as a string, a map key as a {@link Key}, a list index as an integer. */
    private final List<Object> steps = new ArrayList<>();

    private @Nullable TypeSchema struct;

    private record Key(String text) {}

    void push(String name) {
        steps.add(name);
    }

    void pushKey(String key) {
        steps.add(new Key(key));
    }

    void pushIndex(int index) {
        steps.add(index);
    }

    void pop() {
        steps.removeLast();
    }

    /** Makes a type the innermost one; returns the one before, null for none. */
    @Nullable
    TypeSchema enter(@Nullable TypeSchema type) {
        TypeSchema before = struct;
        struct = type;
        return before;
    }

    /** {@code spec.containers[0].name}. */
    String text() {
        StringBuilder out = new StringBuilder();
        for (Object step : steps) {
            if (step instanceof Integer index) {
                out.append('[').append(index).append(']');
            } else {
                out.append(out.isEmpty() ? "" : ".").append(step instanceof Key key ? key.text : step);
            }
        }
        return out.toString();
    }

    /** {@code Container.spec.containers.name}: the innermost struct, then names only. */
    String goField() {
        StringBuilder out = new StringBuilder(struct == null ? "" : struct.shortName());
        for (Object step : steps) {
            if (step instanceof String name) {
                out.append('.').append(name);
            }
        }
        return out.toString();
    }

    /** Type of a field as Go prints it; named scalar and map types print as what they are. */
    String goType(FieldSchema field) {
        TypeSchema message = field.message();
        String one = switch (field.kind()) {
            case STRING -> "string";
            case BOOL -> "bool";
            case INT32 -> "int32";
            case INT64 -> "int64";
            case DOUBLE -> "float64";
            case BYTES -> "[]uint8";
            case MESSAGE -> message == null ? "" : goName(message);
        };
        if (field.map()) {
            boolean resources = message != null && message.special() == TypeSchema.Special.QUANTITY;
            return resources ? "v1.ResourceList" : "map[string]" + one;
        }
        return field.repeated() ? "[]" + one : one;
    }

    /** {@code v1.PodSpec}. */
    static String goName(TypeSchema type) {
        String[] parts = type.name().split("\\.");
        return parts[parts.length - 2] + "." + parts[parts.length - 1];
    }

    /** What Go calls a JSON value. */
    static String goValue(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> "string";
            case Boolean flag -> "bool";
            case Number number -> "number";
            case Map<?, ?> map -> "object";
            case List<?> list -> "array";
            default -> value.getClass().getSimpleName();
        };
    }
}
