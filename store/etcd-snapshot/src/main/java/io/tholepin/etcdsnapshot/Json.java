package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The little JSON that etcd keeps in its buckets. */
sealed interface Json {
    /** How deep values may be nested. */
    int DEPTH_MAX = 16;

    /** An object; of members with the same name the last one counts. */
    record Members(Map<String, Json> values) implements Json {}

    /** An array. */
    record Elements(List<Json> values) implements Json {}

    /** A string. */
    record Text(String value) implements Json {}

    /** A number, true, false or null, as it was written. */
    record Word(String text) implements Json {}

    /** Reads {@code text}, which messages call {@code where}. */
    static Json parse(String where, String text) throws IOException {
        Parser parser = new Parser(where, text);
        Json value = parser.value(0);
        parser.end();
        return value;
    }

    /** {@code text} in quotes. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    /** One pass over a text. */
    final class Parser {
        private final String where;
        private final String text;
        private int position;

        Parser(String where, String text) {
            this.where = where;
            this.text = text;
        }

        Json value(int depth) throws IOException {
            if (depth > DEPTH_MAX) {
                throw BoltFormat.corrupt(where, "depth of JSON", depth, "<= " + DEPTH_MAX);
            }
            return switch (peek()) {
                case '{' -> members(depth);
                case '[' -> elements(depth);
                case '"' -> new Text(string());
                default -> word();
            };
        }

        void end() throws IOException {
            blanks();
            if (position != text.length()) {
                throw unexpected("the end");
            }
        }

        private Json members(int depth) throws IOException {
            Map<String, Json> values = new LinkedHashMap<>();
            position++;
            if (peek() != '}') {
                do {
                    blanks();
                    String name = string();
                    expect(':');
                    values.put(name, value(depth + 1));
                } while (comma());
            }
            expect('}');
            return new Members(values);
        }

        private Json elements(int depth) throws IOException {
            List<Json> values = new ArrayList<>();
            position++;
            if (peek() != ']') {
                do {
                    values.add(value(depth + 1));
                } while (comma());
            }
            expect(']');
            return new Elements(values);
        }

        private Json word() throws IOException {
            int start = position;
            while (position < text.length() && "+-.".indexOf(text.charAt(position)) >= 0
                    || position < text.length() && Character.isLetterOrDigit(text.charAt(position))) {
                position++;
            }
            if (position == start) {
                throw unexpected("a value");
            }
            return new Word(text.substring(start, position));
        }

        private String string() throws IOException {
            expect('"');
            StringBuilder out = new StringBuilder();
            for (char c = take(); c != '"'; c = take()) {
                out.append(c == '\\' ? escaped() : c);
            }
            return out.toString();
        }

        private char escaped() throws IOException {
            char c = take();
            return switch (c) {
                case 'n' -> '\n';
                case 't' -> '\t';
                case 'r' -> '\r';
                case 'b' -> '\b';
                case 'f' -> '\f';
                case '"', '\\', '/' -> c;
                case 'u' -> hex();
                default -> throw unexpected("an escape");
            };
        }

        private char hex() throws IOException {
            int code = 0;
            for (int i = 0; i < 4; i++) {
                int digit = Character.digit(take(), 16);
                if (digit < 0) {
                    throw unexpected("four hexadecimal digits");
                }
                code = code << 4 | digit;
            }
            return (char) code;
        }

        private boolean comma() throws IOException {
            if (peek() != ',') {
                return false;
            }
            position++;
            return true;
        }

        private void expect(char expected) throws IOException {
            if (peek() != expected) {
                throw unexpected("'" + expected + "'");
            }
            position++;
        }

        private char peek() throws IOException {
            blanks();
            if (position == text.length()) {
                throw unexpected("more");
            }
            return text.charAt(position);
        }

        private char take() throws IOException {
            if (position == text.length()) {
                throw unexpected("more");
            }
            return text.charAt(position++);
        }

        private void blanks() {
            while (position < text.length() && " \t\r\n".indexOf(text.charAt(position)) >= 0) {
                position++;
            }
        }

        private IOException unexpected(String expected) {
            String found = position < text.length() ? "'" + text.charAt(position) + "'" : "the end";
            return BoltFormat.corrupt(where, "JSON at " + position, found, expected);
        }
    }
}
