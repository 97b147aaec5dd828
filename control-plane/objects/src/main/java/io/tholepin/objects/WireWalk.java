package io.tholepin.objects;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * One walk over one message on the wire that tells a sink its JSON form: fields in JSON order, whatever order the wire
 * has. Each message is scanned once for where its fields stand, then each field is told. Used once, by one thread.
 *
 * <p>Unknown fields are dropped. A nil and an empty list look alike on the wire and come out as Go shows nil.
 */
final class WireWalk {
    /** Deepest nesting of messages accepted. */
    static final int DEPTH_MAX = 200;

    private static final String OBJECT_META = "k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    private static final int SELF_LINK = 4;
    private static final int RESOURCE_VERSION = 6;

    private final byte[] bytes;
    private final WireReader in;
    private final JsonSink sink;
    private final String resourceVersion;
    /** Frames of two numbers a slot: where its tag stands (a scalar's last, else the first), and how often it came. */
    private int[] frames = new int[192];

    private final byte[] text = new byte[Timestamp.LENGTH_MAX];

    private int frameTop;
    private int depth;

    /**
     * @param resourceVersion replaces that of the object's metadata, and its selfLink is dropped; empty to leave both
     *     as they are
     */
    WireWalk(byte[] bytes, JsonSink sink, String resourceVersion) {
        this.bytes = bytes;
        this.in = new WireReader(bytes);
        this.sink = sink;
        this.resourceVersion = resourceVersion;
    }

    /** Tells the fields of a message, without the braces around them. */
    void fields(Layout layout, int from, int to) {
        if (++depth > DEPTH_MAX) {
            throw WireReader.malformed("nested deeper than " + DEPTH_MAX);
        }
        int frame = scan(layout, from, to);
        boolean stamped =
                depth == 2 && !resourceVersion.isEmpty() && layout.type.name().equals(OBJECT_META);
        for (Layout.Slot slot : layout.slots) {
            int count = frames[frame + 2 * slot.index + 1];
            if (count == 0 && slot.silent && !stamped) {
                continue;
            }
            if (stamped && slot.field.number() == SELF_LINK) {
                continue;
            }
            if (stamped && slot.field.number() == RESOURCE_VERSION) {
                sink.name(slot);
                sink.plain(resourceVersion);
                continue;
            }
            field(slot, frames[frame + 2 * slot.index], count, to);
        }
        frameTop = frame;
        depth--;
    }

    private int scan(Layout layout, int from, int to) {
        int frame = frameTop;
        frameTop += 2 * layout.slots.length;
        if (frameTop > frames.length) {
            frames = Arrays.copyOf(frames, Math.max(frameTop, 2 * frames.length));
        }
        Arrays.fill(frames, frame, frameTop, 0);
        in.position = from;
        while (in.position < to) {
            int start = in.position;
            int tag = in.tag(to);
            Layout.Slot slot = layout.slot(tag >>> 3);
            if (slot != null) {
                int at = frame + 2 * slot.index;
                boolean lastWins = slot.single() && slot.field.kind() != FieldSchema.Kind.MESSAGE;
                if (frames[at + 1]++ == 0 || lastWins) {
                    frames[at] = start;
                }
                if (tag != slot.tag && !(slot.field.repeated() && (tag & 7) == 2)) {
                    throw WireReader.malformed("field " + slot.field + " with wire type " + (tag & 7));
                }
            }
            in.skip(tag, to);
        }
        return frame;
    }

    private void field(Layout.Slot slot, int at, int count, int end) {
        FieldSchema field = slot.field;
        if (field.map()) {
            map(slot, at, count, end);
        } else if (field.repeated()) {
            list(slot, at, count, end);
        } else if (field.kind() == FieldSchema.Kind.MESSAGE) {
            message(slot, at, count, end);
        } else if (count > 0) {
            in.position = at;
            in.tag(end);
            scalar(slot, end);
        } else if (field.alwaysWritten()) {
            sink.name(slot);
            absent(field);
        }
    }

    private void absent(FieldSchema field) {
        if (field.pointer()) {
            sink.nothing();
            return;
        }
        switch (field.kind()) {
            case STRING -> sink.plain("");
            case BOOL -> sink.bool(false);
            case INT32, INT64, DOUBLE -> sink.number(0);
            case BYTES, MESSAGE -> sink.nothing();
        }
    }

    /** A single scalar that is on the wire; the cursor stands behind its tag. */
    private void scalar(Layout.Slot slot, int end) {
        FieldSchema field = slot.field;
        boolean keepZero = field.alwaysWritten() || field.pointer() && field.kind() != FieldSchema.Kind.BYTES;
        int start = in.position;
        boolean zero = switch (field.kind()) {
            case STRING, BYTES -> in.varint(end) == 0;
            case BOOL, INT32, INT64 -> in.varint(end) == 0;
            case DOUBLE -> in.fixed64(end) == 0;
            case MESSAGE -> throw new IllegalStateException(field + " is no scalar");
        };
        if (!zero || keepZero) {
            in.position = start;
            sink.name(slot);
            value(field.kind(), end);
        }
    }

    /** Tells the scalar at the cursor and steps over it. */
    private void value(FieldSchema.Kind kind, int end) {
        switch (kind) {
            case STRING -> {
                int stop = in.lengthEnd(end);
                sink.string(bytes, in.position, stop);
                in.position = stop;
            }
            case BYTES -> {
                int stop = in.lengthEnd(end);
                sink.base64(bytes, in.position, stop);
                in.position = stop;
            }
            case BOOL -> sink.bool(in.varint(end) != 0);
            case INT32 -> sink.number((int) in.varint(end));
            case INT64 -> sink.number(in.varint(end));
            case DOUBLE -> sink.number(in.fixed64(end));
            case MESSAGE -> throw new IllegalStateException("a message is no scalar");
        }
    }

    private void message(Layout.Slot slot, int at, int count, int end) {
        if (count > 1) {
            merged(slot, at, end);
            return;
        }
        FieldSchema field = slot.field;
        Layout layout = slot.message();
        int stop = 0;
        in.position = 0;
        if (count == 1) {
            in.position = at;
            in.tag(end);
            stop = in.lengthEnd(end);
        }
        if (field.inlined()) {
            fields(layout, in.position, stop);
        } else if (count == 0 && !field.alwaysWritten()) {
            return;
        } else if (count == 0 && field.pointer()) {
            sink.name(slot);
            sink.nothing();
        } else if (!field.alwaysWritten() && !field.pointer() && in.position == stop) {
            return; // omitzero
        } else {
            sink.name(slot);
            message(layout, in.position, stop);
        }
    }

    /** A single message that came in pieces: their bytes one after the other are the whole. */
    private void merged(Layout.Slot slot, int at, int end) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        in.position = at;
        while (in.position < end) {
            int tag = in.tag(end);
            if (tag == slot.tag) {
                int stop = in.lengthEnd(end);
                whole.write(bytes, in.position, stop - in.position);
                in.position = stop;
            } else {
                in.skip(tag, end);
            }
        }
        WireWalk walk = new WireWalk(whole.toByteArray(), sink, resourceVersion);
        walk.depth = depth;
        if (slot.field.inlined()) {
            walk.fields(slot.message(), 0, whole.size());
        } else {
            sink.name(slot);
            walk.message(slot.message(), 0, whole.size());
        }
    }

    /** Tells one message as JSON. */
    void message(Layout layout, int from, int to) {
        switch (layout.special) {
            case NONE -> {
                sink.startObject();
                fields(layout, from, to);
                sink.endObject();
            }
            case TIME, MICRO_TIME -> time(layout, from, to);
            case DURATION -> sink.plain(GoDuration.format(Duration.ofNanos(number(layout, from, to, 1))));
            case QUANTITY -> quantity(from, to);
            case INT_OR_STRING -> intOrString(layout, from, to);
            case RAW_EXTENSION, FIELDS_V1, JSON -> raw(from, to);
            case JSON_SCHEMA_OR_BOOL -> schemaOrBool(layout, from, to);
            case JSON_SCHEMA_OR_ARRAY, JSON_SCHEMA_OR_STRING_ARRAY -> schemaOrList(layout, from, to);
            case STRING_LIST -> strings(layout, from, to);
        }
    }

    /** The last value of a number field of a small message, 0 when absent. */
    private long number(Layout layout, int from, int to, int number) {
        long value = 0;
        in.position = from;
        while (in.position < to) {
            int tag = in.tag(to);
            if (tag == number << 3) {
                value = in.varint(to);
            } else {
                in.skip(tag, to);
            }
        }
        return value;
    }

    /** Puts the cursor on the last value of a length-delimited field and returns its end, -1 when absent. */
    private int delimited(int from, int to, int number) {
        int start = -1;
        in.position = from;
        while (in.position < to) {
            int tag = in.tag(to);
            if (tag == (number << 3 | 2)) {
                start = in.position;
            }
            in.skip(tag, to);
        }
        if (start < 0) {
            return -1;
        }
        in.position = start;
        return in.lengthEnd(to);
    }

    private void time(Layout layout, int from, int to) {
        if (from == to) {
            sink.nothing();
            return;
        }
        Timestamp time =
                new Timestamp(number(layout, from, to, 1), Math.clamp(number(layout, from, to, 2), 0, 999_999_999));
        sink.plain(text, layout.special == TypeSchema.Special.TIME ? time.write(text) : time.writeMicro(text));
    }

    private void quantity(int from, int to) {
        int stop = delimited(from, to, 1);
        if (stop < 0 || stop == in.position) {
            sink.plain("0");
        } else if (canonical(in.position, stop)) {
            sink.string(bytes, in.position, stop);
        } else {
            String text = new String(bytes, in.position, stop - in.position, StandardCharsets.UTF_8);
            byte[] canonical = Quantity.canonical(text).getBytes(StandardCharsets.UTF_8);
            sink.string(canonical, 0, canonical.length);
        }
    }

    /** Whether a quantity is a whole number below 1000 with at most one letter: then there is no shorter form. */
    private boolean canonical(int from, int stop) {
        int at = from;
        while (at < stop && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        boolean plain = at > from && at - from <= 3 && bytes[from] != '0';
        return plain && (at == stop || at == stop - 1 && "mkMGTP".indexOf(bytes[at]) >= 0);
    }

    private void intOrString(Layout layout, int from, int to) {
        if (number(layout, from, to, 1) == 0) {
            sink.number((int) number(layout, from, to, 2));
            return;
        }
        int stop = delimited(from, to, 3);
        if (stop < 0) {
            sink.plain("");
        } else {
            sink.string(bytes, in.position, stop);
        }
    }

    private void raw(int from, int to) {
        int stop = delimited(from, to, 1);
        if (stop < 0 || stop == in.position) {
            sink.nothing();
        } else {
            sink.json(bytes, in.position, stop);
        }
    }

    private void strings(Layout layout, int from, int to) {
        int frame = scan(layout, from, to);
        elements(layout.slots[0], frames[frame], frames[frame + 1], to);
        frameTop = frame;
    }

    /** A schema, or else a list; null when there is neither. */
    private void schemaOrList(Layout layout, int from, int to) {
        int frame = scan(layout, from, to);
        int count = frames[frame + 3];
        if (count > 0) {
            elements(layout.slots[1], frames[frame + 2], count, to);
        } else {
            schema(layout, from, to);
        }
        frameTop = frame;
    }

    private void schemaOrBool(Layout layout, int from, int to) {
        boolean allows = number(layout, from, to, 1) != 0;
        int stop = delimited(from, to, 2);
        if (stop < 0) {
            sink.bool(allows);
        } else {
            Layout.Slot slot = layout.slots[1];
            message(slot.message(), in.position, stop);
        }
    }

    private void schema(Layout layout, int from, int to) {
        int stop = delimited(from, to, 1);
        if (stop < 0) {
            sink.nothing();
        } else {
            message(layout.slots[0].message(), in.position, stop);
        }
    }

    private void list(Layout.Slot slot, int at, int count, int end) {
        if (count > 0 || slot.field.alwaysWritten()) {
            sink.name(slot);
            elements(slot, at, count, end);
        }
    }

    /** Tells a list; the tags of its elements stand from {@code at} on, possibly between others. Null when empty. */
    private void elements(Layout.Slot slot, int at, int count, int end) {
        if (count == 0) {
            sink.nothing();
            return;
        }
        sink.startArray();
        int left = count;
        int next = at;
        while (left > 0) {
            in.position = next;
            int tag = in.tag(end);
            if (tag >>> 3 == slot.field.number()) {
                left--;
                next = element(slot, tag, end);
            } else {
                in.skip(tag, end);
                next = in.position;
            }
        }
        sink.endArray();
    }

    /** Tells the element, or the packed elements, at the cursor; returns what follows. */
    private int element(Layout.Slot slot, int tag, int end) {
        FieldSchema.Kind kind = slot.field.kind();
        if (kind == FieldSchema.Kind.MESSAGE) {
            int stop = in.lengthEnd(end);
            int from = in.position;
            if (slot.typeMeta == null) {
                message(slot.message(), from, stop);
            } else {
                withTypeMeta(slot, slot.typeMeta, from, stop);
            }
            return stop;
        }
        if (tag == slot.tag) {
            value(kind, end);
            return in.position;
        }
        int stop = in.lengthEnd(end);
        while (in.position < stop) {
            value(kind, stop);
        }
        return stop;
    }

    private void withTypeMeta(Layout.Slot slot, ResourceType.Subresource meta, int from, int stop) {
        sink.startObject();
        name("kind");
        sink.plain(meta.kind());
        name("apiVersion");
        sink.plain(meta.version());
        fields(slot.message(), from, stop);
        sink.endObject();
    }

    private void name(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        sink.name(utf8, 0, utf8.length);
    }

    private void map(Layout.Slot slot, int at, int count, int end) {
        if (count == 0) {
            if (slot.field.alwaysWritten()) {
                sink.name(slot);
                sink.nothing();
            }
            return;
        }
        int frame = entries(slot, at, count, end);
        sink.name(slot);
        sink.startObject();
        if (ascending(frame, count)) {
            for (int i = 0; i < count; i++) {
                entry(slot, frame + 4 * i);
            }
        } else {
            sorted(slot, frame, count);
        }
        sink.endObject();
        frameTop = frame;
    }

    /** Finds the entries: four numbers each, where the key and where the whole entry begins and ends. */
    private int entries(Layout.Slot slot, int at, int count, int end) {
        int frame = frameTop;
        frameTop += 4 * count;
        if (frameTop > frames.length) {
            frames = Arrays.copyOf(frames, Math.max(frameTop, 2 * frames.length));
        }
        in.position = at;
        for (int found = 0; found < count; ) {
            int tag = in.tag(end);
            if (tag != slot.tag) {
                in.skip(tag, end);
                continue;
            }
            int stop = in.lengthEnd(end);
            int start = in.position;
            int keyEnd = delimited(start, stop, 1);
            frames[frame + 4 * found] = keyEnd < 0 ? stop : in.position;
            frames[frame + 4 * found + 1] = keyEnd < 0 ? stop : keyEnd;
            frames[frame + 4 * found + 2] = start;
            frames[frame + 4 * found + 3] = stop;
            in.position = stop;
            found++;
        }
        return frame;
    }

    private boolean ascending(int frame, int count) {
        for (int i = 1; i < count; i++) {
            int here = frame + 4 * i;
            int order = Arrays.compareUnsigned(
                    bytes, frames[here - 4], frames[here - 3], bytes, frames[here], frames[here + 1]);
            if (order >= 0) {
                return false;
            }
        }
        return true;
    }

    /** The way for writers that do not sort: by key, the last of equal keys wins. */
    private void sorted(Layout.Slot slot, int frame, int count) {
        TreeMap<byte[], Integer> byKey = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = 0; i < count; i++) {
            int here = frame + 4 * i;
            byKey.put(Arrays.copyOfRange(bytes, frames[here], frames[here + 1]), here);
        }
        byKey.values().forEach(here -> entry(slot, here));
    }

    private void entry(Layout.Slot slot, int here) {
        int stop = frames[here + 3];
        sink.name(bytes, frames[here], frames[here + 1]);
        FieldSchema field = slot.field;
        in.position = frames[here + 2];
        int value = -1;
        while (in.position < stop) {
            int tag = in.tag(stop);
            if (tag >>> 3 == 2 && (tag & 7) == Layout.wireType(field.kind())) {
                value = in.position;
            }
            in.skip(tag, stop);
        }
        if (field.kind() == FieldSchema.Kind.MESSAGE) {
            in.position = value < 0 ? stop : value;
            int end = value < 0 ? stop : in.lengthEnd(stop);
            message(slot.message(), in.position, end);
        } else if (value < 0) {
            zero(field.kind());
        } else {
            in.position = value;
            value(field.kind(), stop);
        }
    }

    private void zero(FieldSchema.Kind kind) {
        switch (kind) {
            case STRING, BYTES, MESSAGE -> sink.plain("");
            case BOOL -> sink.bool(false);
            case INT32, INT64, DOUBLE -> sink.number(0);
        }
    }
}
