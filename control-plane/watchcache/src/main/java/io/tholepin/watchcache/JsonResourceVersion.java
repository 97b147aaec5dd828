package io.tholepin.watchcache;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Replaces {@code metadata.resourceVersion} in the bytes of a JSON object and leaves every other byte as it is. Walks
 * the members of the object and of its metadata, so the same words in labels, annotations or deeper objects do not
 * matter. Member names must be written without escapes, as every encoder of ours does.
 */
final class JsonResourceVersion {
    private static final byte[] METADATA = "metadata".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESOURCE_VERSION = "resourceVersion".getBytes(StandardCharsets.US_ASCII);

    private JsonResourceVersion() {}

    /**
     * A copy of {@code json} with the given revision; the member is added in front when the metadata has none.
     *
     * @throws IllegalArgumentException when it is no JSON object with an object {@code metadata}
     */
    static byte[] replace(byte[] json, long revision) {
        int metadata = member(json, skipSpace(json, 0), METADATA);
        if (metadata < 0 || json[metadata] != '{') {
            throw malformed(json, "an object with metadata");
        }
        int value = member(json, metadata, RESOURCE_VERSION);
        if (value < 0) {
            boolean alone = json[skipSpace(json, metadata + 1)] == '}';
            String added = "\"resourceVersion\":\"" + revision + (alone ? "\"" : "\",");
            return splice(json, metadata + 1, metadata + 1, added);
        }
        return splice(json, value, valueEnd(json, value), "\"" + revision + "\"");
    }

    private static byte[] splice(byte[] json, int from, int to, String text) {
        byte[] middle = text.getBytes(StandardCharsets.US_ASCII);
        byte[] joined = new byte[json.length - (to - from) + middle.length];
        System.arraycopy(json, 0, joined, 0, from);
        System.arraycopy(middle, 0, joined, from, middle.length);
        System.arraycopy(json, to, joined, from + middle.length, json.length - to);
        return joined;
    }

    /** Where the value of a member of the object that opens at {@code open} begins; -1 when it has no such member. */
    private static int member(byte[] json, int open, byte[] name) {
        if (at(json, open) != '{') {
            throw malformed(json, "{ at " + open);
        }
        int i = skipSpace(json, open + 1);
        while (at(json, i) != '}') {
            int nameEnd = stringEnd(json, i);
            int colon = skipSpace(json, nameEnd);
            if (at(json, colon) != ':') {
                throw malformed(json, ": at " + colon);
            }
            int value = skipSpace(json, colon + 1);
            if (Arrays.equals(json, i + 1, nameEnd - 1, name, 0, name.length)) {
                return value;
            }
            i = skipSpace(json, valueEnd(json, value));
            if (at(json, i) == ',') {
                i = skipSpace(json, i + 1);
            }
        }
        return -1;
    }

    /** Index after the value that begins at {@code i}. */
    private static int valueEnd(byte[] json, int i) {
        byte first = at(json, i);
        if (first == '"') {
            return stringEnd(json, i);
        }
        return first == '{' || first == '[' ? nestedEnd(json, i) : scalarEnd(json, i);
    }

    private static int nestedEnd(byte[] json, int open) {
        int depth = 0;
        int i = open;
        do {
            switch (at(json, i)) {
                case '"' -> i = stringEnd(json, i) - 1;
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {}
            }
            i++;
        } while (depth > 0);
        return i;
    }

    private static int scalarEnd(byte[] json, int start) {
        int i = start;
        while (i < json.length && json[i] != ',' && json[i] != '}' && json[i] != ']' && json[i] > ' ') {
            i++;
        }
        return i;
    }

    /** Index after the closing quote of the string that opens at {@code open}. */
    private static int stringEnd(byte[] json, int open) {
        if (at(json, open) != '"') {
            throw malformed(json, "a string at " + open);
        }
        int i = open + 1;
        while (at(json, i) != '"') {
            i += json[i] == '\\' ? 2 : 1;
        }
        return i + 1;
    }

    private static int skipSpace(byte[] json, int start) {
        int i = start;
        while (i < json.length && (json[i] == ' ' || json[i] == '\n' || json[i] == '\r' || json[i] == '\t')) {
            i++;
        }
        return i;
    }

    private static byte at(byte[] json, int i) {
        if (i >= json.length) {
            throw malformed(json, "more");
        }
        return json[i];
    }

    private static IllegalArgumentException malformed(byte[] json, String expected) {
        return new IllegalArgumentException("JSON of " + json.length + " bytes (expected: " + expected + ")");
    }
}
