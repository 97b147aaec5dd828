package io.tholepin.objects;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes block-style YAML as sigs.k8s.io/yaml does: keys sorted, lists not indented below their key, texts with line
 * breaks as literal blocks, quotes only where the text would read as something else. Lines are never folded. Used
 * once.
 */
final class YamlWriter {
    private static final String INDICATORS = "-?:,[]{}#&*!|>'\"%@`";
    private final StringBuilder out = new StringBuilder(1024);

    String document(@Nullable Object tree) {
        switch (tree) {
            case Map<?, ?> map when !map.isEmpty() -> mapping(Json.asObject(map), 0, true);
            case List<?> list when !list.isEmpty() -> sequence(Json.asList(list), 0, true);
            case null, default -> {
                scalar(tree, 2);
                out.append('\n');
            }
        }
        return out.toString();
    }

    /** @param startsLine false when the first key stands behind a dash on the current line */
    private void mapping(Map<String, Object> map, int indent, boolean startsLine) {
        boolean first = true;
        for (Map.Entry<String, Object> entry : new TreeMap<>(map).entrySet()) {
            if (!first || startsLine) {
                indent(indent);
            }
            first = false;
            out.append(key(entry.getKey())).append(':');
            valueOfKey(entry.getValue(), indent);
        }
    }

    private void valueOfKey(@Nullable Object value, int indent) {
        switch (value) {
            case Map<?, ?> map
            when !map.isEmpty() -> {
                out.append('\n');
                mapping(Json.asObject(map), indent + 2, true);
            }
            case List<?> list
            when !list.isEmpty() -> {
                out.append('\n');
                sequence(Json.asList(list), indent, true);
            }
            case null, default -> {
                out.append(' ');
                scalar(value, indent + 2);
                out.append('\n');
            }
        }
    }

    private void sequence(List<Object> list, int indent, boolean startsLine) {
        boolean first = true;
        for (Object item : list) {
            if (!first || startsLine) {
                indent(indent);
            }
            first = false;
            out.append("- ");
            switch (item) {
                case Map<?, ?> map when !map.isEmpty() -> mapping(Json.asObject(map), indent + 2, false);
                case List<?> inner when !inner.isEmpty() -> sequence(Json.asList(inner), indent + 2, false);
                case null, default -> {
                    scalar(item, indent + 2);
                    out.append('\n');
                }
            }
        }
    }

    private void scalar(@Nullable Object value, int indent) {
        switch (value) {
            case String text when text.indexOf('\n') >= 0 && canBeBlock(text) -> block(text, indent);
            case String text -> out.append(flow(text));
            case Map<?, ?> empty -> out.append("{}");
            case List<?> empty -> out.append("[]");
            case null, default -> out.append(Json.text(value));
        }
    }

    private static String key(String text) {
        return flow(text);
    }

    /** One line: plain where it reads back as this text, else quoted. */
    private static String flow(String text) {
        if (isPlain(text)) {
            return text;
        }
        boolean readsAsText = text.equals(YamlScalars.plain(text));
        return readsAsText && text.indexOf('\n') < 0 && isPrintable(text)
                ? "'" + text.replace("'", "''") + "'"
                : doubleQuoted(text);
    }

    private static boolean isPlain(String text) {
        if (text.isEmpty() || !text.equals(YamlScalars.plain(text)) || text.equals("<<") || text.equals("=")) {
            return false;
        }
        char first = text.charAt(0);
        boolean softIndicator = (first == '-' || first == '?' || first == ':')
                && text.length() > 1
                && text.charAt(1) != ' '
                && !text.startsWith("---");
        return (INDICATORS.indexOf(first) < 0 || softIndicator)
                && !text.startsWith("...")
                && first != ' '
                && !text.endsWith(" ")
                && !text.endsWith(":")
                && !text.contains(": ")
                && !text.contains(" #")
                && text.indexOf('\n') < 0
                && !isBase60(text)
                && isPrintable(text);
    }

    /** {@code 1:30} was a number in YAML 1.1; old readers still take it for one. */
    private static boolean isBase60(String text) {
        boolean colon = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            colon |= c == ':';
            if ((c < '0' || c > '9') && c != ':' && c != '.' && c != '_' && !(i == 0 && (c == '-' || c == '+'))) {
                return false;
            }
        }
        return colon;
    }

    private static boolean isPrintable(String text) {
        return text.codePoints().allMatch(YamlWriter::isPrintable);
    }

    private static boolean isPrintable(int c) {
        return c == '\n'
                || c >= 0x20 && c <= 0x7e
                || c >= 0xa0 && c < 0xd800 && c != 0x2028 && c != 0x2029
                || c >= 0xe000 && c <= 0xfffd && c != 0xfeff
                || c >= 0x10000;
    }

    private static boolean canBeBlock(String text) {
        char first = text.charAt(0);
        return first != ' ' && first != '\n' && !text.endsWith(" ") && !text.contains(" \n") && isPrintable(text);
    }

    private void block(String text, int indent) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '\n') {
            end--;
        }
        int trailing = text.length() - end;
        out.append(trailing == 0 ? "|-" : trailing == 1 ? "|" : "|+");
        for (String line : text.substring(0, end).split("\n", -1)) {
            out.append('\n');
            if (!line.isEmpty()) {
                indent(indent);
                out.append(line);
            }
        }
        out.repeat('\n', Math.max(0, trailing - 1));
    }

    private static String doubleQuoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                case '\r' -> quoted.append("\\r");
                case 0 -> quoted.append("\\0");
                default -> {
                    if (isPrintable(c)) {
                        quoted.appendCodePoint(c);
                    } else {
                        quoted.append(c < 0x100 ? String.format("\\x%02X", c) : String.format("\\u%04X", c));
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }

    private void indent(int indent) {
        out.repeat(' ', indent);
    }
}
