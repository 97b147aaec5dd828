package io.tholepin.etcdprotocol;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Messages as etcd's gateway writes and reads them: fields under their original names, zero values left out, 64-bit
 * numbers as text, bytes as base64, enums by name; read with either spelling of a name, enums by name or number, and
 * unknown fields passed over. Source: contract 1.12.
 */
final class JsonDialect {
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    /** What the parser puts before the text of another's exception. */
    private static final Pattern EXCEPTION = Pattern.compile("^(?:[a-z]\\w*\\.)+[A-Z][\\w$]*: ");

    private JsonDialect() {}

    /** One message as JSON on one line. */
    static String write(Message message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("none of our messages has an Any", e);
        }
    }

    /**
     * Reads one message of {@code prototype}'s type; nothing at all is an empty message.
     *
     * @throws InvalidProtocolBufferException when it is not JSON, or does not fit the type
     */
    static Message read(String json, Message prototype) throws InvalidProtocolBufferException {
        Message.Builder builder = prototype.newBuilderForType();
        if (!json.isBlank()) {
            try {
                PARSER.merge(json, builder);
            } catch (InvalidProtocolBufferException malformed) {
                throw new InvalidProtocolBufferException(readable(String.valueOf(malformed.getMessage())));
            }
        }
        return builder.build();
    }

    /** A parser's complaint in words for people: without the names of our classes, beginning as etcd's do. */
    private static String readable(String complaint) {
        String text = EXCEPTION.matcher(complaint).replaceFirst("").strip();
        return text.startsWith("End of input") ? "unexpected EOF" : "proto: " + text;
    }

    /**
     * The objects of a text that is a row of them, with nothing or white space between.
     *
     * @throws InvalidProtocolBufferException when there is something else, or the last one has no end
     */
    static List<String> split(String json) throws InvalidProtocolBufferException {
        List<String> objects = new ArrayList<>();
        int depth = 0;
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '{') {
                start = depth++ == 0 ? i : start;
            } else if (c == '}' && --depth == 0) {
                objects.add(json.substring(start, i + 1));
            }
            boolean outside = depth <= 0 && c != '}' && !Character.isWhitespace(c);
            if (outside || depth < 0) {
                throw new InvalidProtocolBufferException("expected a JSON object at offset " + i);
            }
        }
        if (depth != 0) {
            throw new InvalidProtocolBufferException("the last JSON object has no end");
        }
        return objects;
    }

    /** {@code text} as it stands between the quotes of a JSON string. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
