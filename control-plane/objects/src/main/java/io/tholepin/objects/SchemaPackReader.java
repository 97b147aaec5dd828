package io.tholepin.objects;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pack that the generator wrote: a format number, a table of distinct strings, then the types, then the
 * fields of each, by index into it.
 */
final class SchemaPackReader {
    private static final int FORMAT = 0x54484F03;
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
            strings[i] = in.readUTF();
        }
        readTypes();
        Map<String, TypeSchema> byName = HashMap.newHashMap(types.length);
        for (TypeSchema type : types) {
            byName.put(type.name(), type);
        }
        return new SchemaPack(byName);
    }

    /** Types refer to each other, so all stand before the first field. */
    private void readTypes() throws IOException {
        types = new TypeSchema[in.readUnsignedShort()];
        int[] counts = new int[types.length];
        for (int i = 0; i < types.length; i++) {
            String name = string();
            TypeSchema.Special special = TypeSchema.Special.valueOf(string());
            boolean atomic = in.readBoolean();
            boolean typeMeta = in.readBoolean();
            types[i] = new TypeSchema(name, special, docs.at(in.readUnsignedShort()), atomic, typeMeta);
            counts[i] = in.readUnsignedShort();
        }
        for (int i = 0; i < types.length; i++) {
            FieldSchema[] fields = new FieldSchema[counts[i]];
            for (int f = 0; f < fields.length; f++) {
                fields[f] = field();
            }
            types[i].link(List.of(fields));
        }
    }

    private FieldSchema field() throws IOException {
        String jsonName = string();
        int number = in.readUnsignedShort();
        FieldSchema.Kind kind = FieldSchema.Kind.valueOf(string());
        int message = in.readShort();
        int flags = in.readUnsignedShort();
        return new FieldSchema(
                jsonName,
                number,
                kind,
                message < 0 ? null : types[message],
                (flags & REPEATED) != 0,
                (flags & MAP) != 0,
                (flags & INLINED) != 0,
                (flags & REQUIRED) != 0,
                (flags & ALWAYS_WRITTEN) != 0,
                (flags & POINTER) != 0,
                FieldSchema.ListType.valueOf(string()),
                list(),
                (flags & MAP_ATOMIC) != 0,
                list(),
                string(),
                string(),
                docs.at(in.readUnsignedShort()));
    }

    private String string() throws IOException {
        return strings[in.readUnsignedShort()];
    }

    private List<String> list() throws IOException {
        String joined = string();
        return joined.isEmpty() ? List.of() : lists.computeIfAbsent(joined, text -> List.of(text.split(",")));
    }
}
