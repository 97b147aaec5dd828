package io.tholepin.objects;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A field of a {@link TypeSchema}.
 *
 * @param jsonName name in JSON
 * @param number protobuf field number
 * @param kind type of the value; of the values, when {@code map}
 * @param message the message's type when {@code kind} is MESSAGE, else null
 * @param repeated a list
 * @param map a map with string keys
 * @param inlined in JSON the message's fields stand directly in the parent
 * @param required documented as required (no {@code +optional}, or {@code +required})
 * @param alwaysWritten in JSON even when zero: a Go field without omitempty, or a struct that is no pointer. A nil
 *     list, map, pointer or zero time is then {@code null}, a struct {@code {}}, a scalar its zero
 * @param pointer absent and zero differ (a Go pointer, or bytes). What is no pointer, list or map is always on the
 *     protobuf wire
 * @param listType how server-side apply and OpenAPI see a list
 * @param listMapKeys keys of a map list
 * @param mapAtomic a map or struct that is replaced as a whole
 * @param patchStrategies strategic merge: any of {@code merge}, {@code retainKeys}, {@code replace}
 * @param patchMergeKey strategic merge: key field of a list of maps, empty for none
 * @param defaultJson literal default from a {@code +default=} marker as JSON text, empty for none
 * @param docText reads {@link #doc}
 */
public record FieldSchema(
        String jsonName,
        int number,
        Kind kind,
        @Nullable TypeSchema message,
        boolean repeated,
        boolean map,
        boolean inlined,
        boolean required,
        boolean alwaysWritten,
        boolean pointer,
        ListType listType,
        List<String> listMapKeys,
        boolean mapAtomic,
        List<String> patchStrategies,
        String patchMergeKey,
        String defaultJson,
        Supplier<String> docText) {

    /** Scalar or message. */
    public enum Kind {
        STRING,
        BOOL,
        INT32,
        INT64,
        DOUBLE,
        BYTES,
        MESSAGE
    }

    /** Topology of a list. */
    public enum ListType {
        /** Not a list, or nothing said: atomic. */
        UNSET,
        ATOMIC,
        SET,
        MAP
    }

    /** Documentation without markers, empty when there is none. The first call reads all texts from disk. */
    public String doc() {
        return docText.get();
    }

    @Override
    public String toString() {
        return jsonName + "=" + number;
    }
}
