package io.tholepin.schemagenerator;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes the pack: a header, a table of distinct strings, the types, then the fields of each; and beside it,
 * compressed, the distinct texts of documentation. {@code SchemaPack} in {@code objects} reads both; a change here is a
 * change there and a new {@link #FORMAT}.
 */
final class PackWriter {
    /** First four bytes of the pack: "THO" and the format's number. */
    static final int FORMAT = 0x54484F03;

    private final Table strings = new Table();
    private final Table docs = new Table();
    private final Map<String, Integer> typeIndex = new HashMap<>();

    /** Distinct texts in order of first use. */
    private static final class Table {
        private final Map<String, Integer> index = new HashMap<>();
        private final List<String> texts = new ArrayList<>();

        int add(String text) {
            return index.computeIfAbsent(text, key -> {
                texts.add(key);
                return texts.size() - 1;
            });
        }
    }

    private PackWriter() {
        strings.add("");
        docs.add("");
    }

    /** The pack's two files. */
    record Files(byte[] pack, byte[] docs) {}

    static Files write(List<TypeModel> types) throws IOException {
        return new PackWriter()
                .files(types.stream()
                        .sorted(Comparator.comparing(TypeModel::name))
                        .toList());
    }

    private Files files(List<TypeModel> types) throws IOException {
        for (TypeModel type : types) {
            typeIndex.put(type.name(), typeIndex.size());
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeShort(types.size());
        for (TypeModel type : types) {
            type(out, type);
        }
        for (TypeModel type : types) {
            for (FieldModel field : type.fields()) {
                field(out, field);
            }
        }
        ByteArrayOutputStream pack = new ByteArrayOutputStream();
        DataOutputStream head = new DataOutputStream(pack);
        head.writeInt(FORMAT);
        head.writeShort(strings.texts.size());
        for (String text : strings.texts) {
            head.writeUTF(text);
        }
        body.writeTo(head);
        return new Files(pack.toByteArray(), docs());
    }

    private void type(DataOutputStream out, TypeModel type) throws IOException {
        string(out, type.name());
        string(out, type.special());
        out.writeBoolean(type.atomic());
        out.writeBoolean(type.typeMeta());
        out.writeShort(docs.add(type.doc()));
        out.writeShort(type.fields().size());
    }

    private void field(DataOutputStream out, FieldModel field) throws IOException {
        string(out, field.jsonName());
        out.writeShort(field.number());
        string(out, field.kind());
        out.writeShort(message(field));
        out.writeShort(field.flags());
        string(out, field.listType());
        string(out, String.join(",", field.listMapKeys()));
        string(out, String.join(",", field.patchStrategies()));
        string(out, field.patchMergeKey());
        string(out, field.defaultJson());
        out.writeShort(docs.add(field.doc()));
    }

    private int message(FieldModel field) {
        if (field.message().isEmpty()) {
            return -1;
        }
        Integer index = typeIndex.get(field.message());
        if (index == null) {
            throw new IllegalStateException(field.jsonName() + ": type " + field.message() + " is not in the pack");
        }
        return index;
    }

    private void string(DataOutputStream out, String text) throws IOException {
        out.writeShort(strings.add(text));
    }

    private byte[] docs() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out =
                new DataOutputStream(new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_COMPRESSION)))) {
            out.writeShort(docs.texts.size());
            for (String text : docs.texts) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                out.writeShort(utf8.length);
                out.write(utf8);
            }
        }
        return bytes.toByteArray();
    }
}
