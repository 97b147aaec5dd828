package io.tholepin.apiserver;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Query parameters of a request, decoded; a parameter may occur many times. Immutable. */
public record Query(Map<String, List<String>> values) {
    /** No parameters. */
    public static final Query NONE = new Query(Map.of());

    /** Parses what follows the question mark; a malformed escape is kept as it stands. */
    public static Query parse(String raw) {
        if (raw.isEmpty()) {
            return NONE;
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String pair : raw.split("&")) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (!name.isEmpty()) {
                values.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
            }
        }
        return new Query(values);
    }

    /** A path with its escapes decoded; a plus sign stands for itself. */
    static String decodePath(String raw) {
        return raw.indexOf('%') < 0 ? raw : decode(raw.replace("+", "%2B"));
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return text;
        }
    }

    /** The first value, empty when there is none. */
    public String first(String name) {
        List<String> all = values.get(name);
        return all == null ? "" : all.getFirst();
    }

    /** All values, empty when there is none. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** Whether the parameter occurs, with any value. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Kubernetes' reading of a flag: present and neither {@code false} nor {@code 0}. */
    public boolean flag(String name) {
        List<String> all = values.get(name);
        return all != null
                && !all.getFirst().equalsIgnoreCase("false")
                && !all.getFirst().equals("0");
    }
}
