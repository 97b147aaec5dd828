package io.tholepin.objects;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A message type: its fields in the order of JSON output. Fields that Kubernetes inlines in JSON but nests in protobuf
 * (Appendix D of the contract) stand here as {@linkplain FieldSchema#inlined inlined} fields of message type; {@link
 * #field} looks through them.
 *
 * <p>Immutable once {@link SchemaPack} has loaded; types refer to each other, so a graph of them may be cyclic.
 */
public final class TypeSchema {
    private final String name;
    private final Special special;
    private final Supplier<String> doc;
    private final boolean atomic;
    private final boolean typeMeta;
    private List<FieldSchema> fields = List.of();
    private @Nullable Layout layout;

    /** Types whose JSON form is not an object of their fields. */
    public enum Special {
        NONE,
        TIME,
        MICRO_TIME,
        DURATION,
        QUANTITY,
        INT_OR_STRING,
        RAW_EXTENSION,
        FIELDS_V1,
        /** apiextensions' arbitrary JSON. */
        JSON,
        JSON_SCHEMA_OR_ARRAY,
        JSON_SCHEMA_OR_BOOL,
        JSON_SCHEMA_OR_STRING_ARRAY,
        /** A message that only wraps a list of strings: ExtraValue, Verbs. */
        STRING_LIST
    }

    TypeSchema(String name, Special special, Supplier<String> doc, boolean atomic, boolean typeMeta) {
        this.name = name;
        this.special = special;
        this.doc = doc;
        this.atomic = atomic;
        this.typeMeta = typeMeta;
    }

    void link(List<FieldSchema> fields) {
        this.fields = fields;
    }

    /** Full protobuf name, {@code k8s.io.api.core.v1.Pod}. */
    public String name() {
        return name;
    }

    /** Name without its package, {@code Pod}. */
    public String shortName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** How its JSON differs from an object of its fields. */
    public Special special() {
        return special;
    }

    /** Documentation, empty when there is none. The first call reads all texts from disk. */
    public String doc() {
        return doc.get();
    }

    /** Whether server-side apply treats it as one value. */
    public boolean atomic() {
        return atomic;
    }

    /** Whether its JSON has {@code kind} and {@code apiVersion}, which are no fields of the protobuf message. */
    public boolean typeMeta() {
        return typeMeta;
    }

    /** All fields, in JSON output order, inlined ones as themselves. */
    public List<FieldSchema> fields() {
        return fields;
    }

    /**
     * The field with this JSON name, looking into inlined fields; null when unknown. Case-sensitive, as Kubernetes is.
     */
    public @Nullable FieldSchema field(String jsonName) {
        Layout made = layout();
        int index = made.flatIndex(jsonName);
        return index < 0 ? null : made.flat[index].field;
    }

    /** The field with this protobuf number, null when unknown. */
    public @Nullable FieldSchema field(int number) {
        Layout.Slot slot = layout().slot(number);
        return slot == null ? null : slot.field;
    }

    /** How codecs walk it; made on first use. A race makes two equal ones. */
    Layout layout() {
        Layout made = layout;
        if (made == null) {
            made = new Layout(this);
            layout = made;
        }
        return made;
    }

    @Override
    public String toString() {
        return name;
    }
}
