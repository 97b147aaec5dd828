package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A type prepared for codecs: slots in JSON order, in wire order, and flattened as JSON shows them. Immutable. */
final class Layout {
    /** The one list whose elements show kind and apiVersion although the wire does not carry them. */
    private static final String CLAIM_TEMPLATES = "k8s.io.api.apps.v1.StatefulSetSpec#volumeClaimTemplates";

    private static final int WIRE_VARINT = 0;
    private static final int WIRE_FIXED64 = 1;
    private static final int WIRE_BYTES = 2;

    final TypeSchema type;
    final TypeSchema.Special special;
    /** In JSON order. */
    final Slot[] slots;
    /** By falling field number, the order in which a backward writer meets them. */
    final Slot[] backward;
    /** What JSON shows: inlined fields stand here instead of the field that holds them. */
    final Slot[] flat;

    private final Map<String, Integer> flatIndex = new HashMap<>();
    private final Slot[] byNumber;

    /** One field. */
    static final class Slot {
        final FieldSchema field;
        /** Place in {@link Layout#slots}. */
        final int index;
        /** The name as JSON text with its colon. */
        final byte[] nameText;
        /** Field number and wire type of a single value. */
        final int tag;
        /** Whether nothing is told when the wire does not carry it. */
        final boolean silent;
        /** Kind and apiVersion that each element shows, null when it shows none. */
        final ResourceType.@Nullable Subresource typeMeta;

        private Slot(TypeSchema type, FieldSchema field, int index) {
            this.field = field;
            this.index = index;
            this.nameText = (Json.text(field.jsonName()) + ":").getBytes(StandardCharsets.UTF_8);
            this.tag = field.number() << 3 | (field.map() ? WIRE_BYTES : wireType(field.kind()));
            this.silent = !field.alwaysWritten() && !field.inlined();
            this.typeMeta = CLAIM_TEMPLATES.equals(type.name() + "#" + field.jsonName())
                    ? new ResourceType.Subresource("", "", "v1", "PersistentVolumeClaim", List.of(), "")
                    : null;
        }

        boolean single() {
            return !field.repeated() && !field.map();
        }

        /** The layout of the message that the field holds. */
        Layout message() {
            TypeSchema message = field.message();
            if (message == null) {
                throw new IllegalStateException(field + " holds no message");
            }
            return message.layout();
        }
    }

    Layout(TypeSchema type) {
        this.type = type;
        this.special = type.special();
        List<FieldSchema> fields = type.fields();
        slots = new Slot[fields.size()];
        int max = 0;
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(type, fields.get(i), i);
            max = Math.max(max, fields.get(i).number());
        }
        byNumber = new Slot[max + 1];
        for (Slot slot : slots) {
            byNumber[slot.field.number()] = slot;
        }
        backward = slots.clone();
        java.util.Arrays.sort(
                backward,
                Comparator.comparingInt((Slot slot) -> slot.field.number()).reversed());
        List<Slot> visible = new ArrayList<>();
        for (Slot slot : slots) {
            visible.addAll(slot.field.inlined() ? List.of(slot.message().flat) : List.of(slot));
        }
        flat = visible.toArray(Slot[]::new);
        for (int i = 0; i < flat.length; i++) {
            flatIndex.put(flat[i].field.jsonName(), i);
        }
    }

    static int wireType(FieldSchema.Kind kind) {
        return switch (kind) {
            case STRING, BYTES, MESSAGE -> WIRE_BYTES;
            case BOOL, INT32, INT64 -> WIRE_VARINT;
            case DOUBLE -> WIRE_FIXED64;
        };
    }

    /** The slot of a field number, null when unknown. */
    @Nullable
    Slot slot(int number) {
        return number > 0 && number < byNumber.length ? byNumber[number] : null;
    }

    /** Place in {@link #flat} of a name in JSON, -1 when unknown. */
    int flatIndex(String jsonName) {
        return flatIndex.getOrDefault(jsonName, -1);
    }
}
