package io.tholepin.schemagenerator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The table go-fields.txt: by full type name and field number. Immutable. */
final class GoFields {
    private final Map<String, Map<Integer, GoField>> types;
    private final Set<String> withTypeMeta;

    private GoFields(Map<String, Map<Integer, GoField>> types, Set<String> withTypeMeta) {
        this.types = types;
        this.withTypeMeta = withTypeMeta;
    }

    /** Reads the table this build carries. */
    static GoFields load() throws IOException {
        try (InputStream in = GoFields.class.getResourceAsStream("go-fields.txt")) {
            if (in == null) {
                throw new IOException("go-fields.txt is missing");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static GoFields parse(String text) {
        Map<String, Map<Integer, GoField>> types = new HashMap<>();
        Set<String> withTypeMeta = new HashSet<>();
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            String[] words = line.split(" ");
            Map<Integer, GoField> fields = new HashMap<>();
            for (int i = 1; i < words.length; i++) {
                int digits = 0;
                while (digits < words[i].length() && Character.isDigit(words[i].charAt(digits))) {
                    digits++;
                }
                int number = Integer.parseInt(words[i].substring(0, digits));
                fields.put(number, GoField.parse(words[i].substring(digits)));
            }
            String name = words[0].replace("@", "");
            if (!name.equals(words[0])) {
                withTypeMeta.add(name);
            }
            types.put(name, fields);
        });
        return new GoFields(types, withTypeMeta);
    }

    /** Whether anything is known about the type. */
    boolean knows(String typeName) {
        return types.containsKey(typeName);
    }

    /** Whether the type has kind and apiVersion in JSON. */
    boolean hasTypeMeta(String typeName) {
        return withTypeMeta.contains(typeName);
    }

    /** The field, {@link GoField#USUAL} when the table does not name it. */
    GoField field(String typeName, int number) {
        return types.getOrDefault(typeName, Map.of()).getOrDefault(number, GoField.USUAL);
    }
}
