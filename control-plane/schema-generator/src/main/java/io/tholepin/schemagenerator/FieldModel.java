package io.tholepin.schemagenerator;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A field as the pack tells it; see {@code FieldSchema} in {@code objects} for the meaning of each part. */
record FieldModel(
        String jsonName,
        int number,
        String kind,
        String message,
        int flags,
        String listType,
        List<String> listMapKeys,
        List<String> patchStrategies,
        String patchMergeKey,
        String defaultJson,
        String doc) {
    static final int REPEATED = 1;
    static final int MAP = 1 << 1;
    static final int INLINED = 1 << 2;
    static final int REQUIRED = 1 << 3;
    static final int ALWAYS_WRITTEN = 1 << 4;
    static final int MAP_ATOMIC = 1 << 5;
    static final int POINTER = 1 << 6;

    /** Combines what the descriptor, Go's tags and the comment say. */
    static FieldModel of(FieldDescriptor field, GoField go, Comment comment) {
        FieldDescriptor value = field.isMapField() ? field.getMessageType().findFieldByNumber(2) : field;
        boolean message = value.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        return new FieldModel(
                go.jsonName().isEmpty() ? field.getName() : go.jsonName(),
                field.getNumber(),
                kind(value),
                message ? value.getMessageType().getFullName() : "",
                flags(field, go, comment),
                listType(field, comment),
                comment.values("listMapKey"),
                list(comment, "patchStrategy"),
                String.join("", list(comment, "patchMergeKey")),
                literal(comment),
                comment.text());
    }

    private static int flags(FieldDescriptor field, GoField go, Comment comment) {
        boolean collection = field.isRepeated();
        boolean struct = !collection && !go.pointer() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        boolean always = struct ? !go.omitZero() : !go.omitEmpty();
        int flags = field.isMapField() ? MAP : collection ? REPEATED : 0;
        flags |= go.inlined() ? INLINED : 0;
        flags |= required(go, comment) ? REQUIRED : 0;
        flags |= always && !go.inlined() ? ALWAYS_WRITTEN : 0;
        flags |= comment.has("structType=atomic") || comment.has("mapType=atomic") ? MAP_ATOMIC : 0;
        return flags | (go.pointer() || field.getType() == FieldDescriptor.Type.BYTES ? POINTER : 0);
    }

    private static boolean required(GoField go, Comment comment) {
        if (comment.has("required") || comment.has("k8s:required") || comment.has("kubebuilder:validation:Required")) {
            return true;
        }
        return !go.inlined() && !go.omitEmpty() && !comment.has("optional") && !comment.has("k8s:optional");
    }

    private static String kind(FieldDescriptor value) {
        return switch (value.getType()) {
            case STRING -> "STRING";
            case BOOL -> "BOOL";
            case INT32 -> "INT32";
            case INT64 -> "INT64";
            case DOUBLE -> "DOUBLE";
            case BYTES -> "BYTES";
            case MESSAGE -> "MESSAGE";
            default -> throw new IllegalArgumentException(value.getFullName() + ": " + value.getType());
        };
    }

    private static String listType(FieldDescriptor field, Comment comment) {
        String marker = comment.value("listType");
        return !field.isRepeated() || field.isMapField() || marker == null ? "UNSET" : marker.toUpperCase(Locale.ROOT);
    }

    private static List<String> list(Comment comment, String name) {
        String value = comment.value(name);
        return value == null ? List.of() : new ArrayList<>(List.of(value.split(",")));
    }

    private static String literal(Comment comment) {
        String value = comment.value("default");
        return value == null || value.startsWith("ref(") ? "" : value;
    }
}
