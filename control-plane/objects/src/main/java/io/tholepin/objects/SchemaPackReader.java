package io.tholepin.objects;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pack that the generator wrote: a format number, a table of distinct strings, then types and their fields by
 * index into it.
 */
final class SchemaPackReader {
    private static final int FORMAT = 0x54484F02;
    private static final int REPEATED = 1;
    private static final int MAP = 1 << 1;
    private static final int INLINED = 1 << 2;
    private static final int REQUIRED = 1 << 3;
    private static final int ALWAYS_WRITTEN = 1 << 4;
    private static final int MAP_ATOMIC = 1 << 5;
    private static final int POINTER = 1 << 6;

    private final DataInputStream in;
    private final SchemaDocs docs;
    private final Map<String, List<String>> lists = new HashMap<>();
    private String[] strings = new String[0];
    private TypeSchema[] types = new TypeSchema[0];

    private SchemaPackReader(DataInputStream in, SchemaDocs docs) {
        this.in = in;
        this.docs = docs;
    }

    static InputStream open(String resource) throws IOException {
        InputStream in = SchemaPackReader.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IOException(resource + " is missing: the build generates it");
        }
        return in;
    }

    static SchemaPack builtIn() {
        try (InputStream in = open("schema.pack")) {
            DataInputStream data = new DataInputStream(new ByteArrayInputStream(in.readAllBytes()));
            return new SchemaPackReader(data, new SchemaDocs("schema.docs")).read();
        } catch (IOException e) {
            throw new UncheckedIOException("schema.pack", e);
        }
    }

    private SchemaPack read() throws IOException {
        int format = in.readInt();
        if (format != FORMAT) {
            throw new IOException("schema pack of format " + format + " (expected: " + FORMAT + ")");
        }
        strings = new String[in.readUnsignedShort()];
        for (int i = 0; i < strings.length; i++) {
            strings[i] = in.readUTF().intern();
        }
        readTypes();
        Map<String, TypeSchema> byName = HashMap.newHashMap(types.length);
        for (TypeSchema type : types) {
            byName.put(type.name(), type);
        }
        return new SchemaPack(byName);
    }

    /** Types refer to each other, so the fields wait until every type exists. */
    private void readTypes() throws IOException {
        types = new TypeSchema[in.readUnsignedShort()];
        List<List<RawField>> fields = new ArrayList<>(types.length);
        for (int i = 0; i < types.length; i++) {
            String name = string();
            TypeSchema.Special special = TypeSchema.Special.valueOf(string());
            boolean atomic = in.readBoolean();
            boolean typeMeta = in.readBoolean();
            types[i] = new TypeSchema(name, special, docs.at(in.readUnsignedShort()), atomic, typeMeta);
            int count = in.readUnsignedShort();
            List<RawField> raw = new ArrayList<>(count);
            for (int f = 0; f < count; f++) {
                raw.add(rawField());
            }
            fields.add(raw);
        }
        for (int i = 0; i < types.length; i++) {
            types[i].link(fields.get(i).stream().map(this::field).toList());
        }
    }

    private record RawField(
            String jsonName,
            int number,
            String kind,
            int message,
            int flags,
            String listType,
            List<String> listMapKeys,
            List<String> patchStrategies,
            String patchMergeKey,
            String defaultJson,
            int doc) {}

    private RawField rawField() throws IOException {
        return new RawField(
                string(),
                in.readUnsignedShort(),
                string(),
                in.readShort(),
                in.readUnsignedShort(),
                string(),
                list(),
                list(),
                string(),
                string(),
                in.readUnsignedShort());
    }

    private FieldSchema field(RawField raw) {
        int flags = raw.flags;
        @Nullable TypeSchema message = raw.message < 0 ? null : types[raw.message];
        return new FieldSchema(
                raw.jsonName,
                raw.number,
                FieldSchema.Kind.valueOf(raw.kind),
                message,
                (flags & REPEATED) != 0,
                (flags & MAP) != 0,
                (flags & INLINED) != 0,
                (flags & REQUIRED) != 0,
                (flags & ALWAYS_WRITTEN) != 0,
                (flags & POINTER) != 0,
                FieldSchema.ListType.valueOf(raw.listType),
                raw.listMapKeys,
                (flags & MAP_ATOMIC) != 0,
                raw.patchStrategies,
                raw.patchMergeKey,
                raw.defaultJson,
                docs.at(raw.doc));
    }

    private String string() throws IOException {
        return strings[in.readUnsignedShort()];
    }

    private List<String> list() throws IOException {
        String joined = string();
        return lists.computeIfAbsent(joined, text -> text.isEmpty() ? List.of() : List.of(text.split(",")));
    }
}
