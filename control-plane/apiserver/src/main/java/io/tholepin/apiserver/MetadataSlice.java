package io.tholepin.apiserver;

/** Finds the {@code metadata} member in an object's JSON without parsing the rest. */
final class MetadataSlice {
    private static final byte[] KEY = "\"metadata\":".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private MetadataSlice() {}

    /**
     * Offset just behind the value of {@code metadata} when the member begins at {@code offset}; -1 when it does not.
     */
    static int end(byte[] json, int offset) {
        int start = offset + KEY.length;
        if (start > json.length || java.util.Arrays.mismatch(KEY, 0, KEY.length, json, offset, start) >= 0) {
            return -1;
        }
        int depth = 0;
        boolean inString = false;
        for (int i = start; i < json.length; i++) {
            byte c = json[i];
            if (inString) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
                if (depth == 0) {
                    return i + 1;
                }
            }
        }
        return -1;
    }
}
