package io.tholepin.schemagenerator;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comments of Kubernetes' Go types as protoc copied them into Java sources: a {@code <pre>} block before each
 * message class and before each accessor in its {@code OrBuilder} interface. Keys are {@code type} and
 * {@code type#number}.
 */
final class SourceComments {
    private static final Pattern INTERFACE = Pattern.compile("interface_extends:([\\w.]+)\\)");
    private static final Pattern FIELD = Pattern.compile("<code>.* (\\w+) = (\\d+)(?: \\[.*])?;</code>");
    private static final Pattern TYPE = Pattern.compile("Protobuf type \\{@code ([\\w.]+)}");
    private static final Pattern ENTITY = Pattern.compile("&(#(\\d+)|lt|gt|amp|quot);");

    private final Map<String, Comment> comments = new HashMap<>();
    private List<String> block = new ArrayList<>();
    private boolean inBlock;
    private String type = "";

    /** Adds the comments of one source file. */
    void read(BufferedReader source) throws IOException {
        inBlock = false;
        type = "";
        String line;
        while ((line = source.readLine()) != null) {
            line(line.strip(), line);
        }
    }

    private void line(String stripped, String line) {
        if (stripped.equals("* <pre>")) {
            block = new ArrayList<>();
            inBlock = true;
        } else if (stripped.equals("* </pre>")) {
            inBlock = false;
        } else if (inBlock) {
            String text = line.substring(line.indexOf('*') + 1);
            block.add(unescape(text.startsWith(" ") ? text.substring(1) : text));
        } else if (stripped.startsWith("* <code>")) {
            Matcher field = FIELD.matcher(stripped);
            if (field.find() && !type.isEmpty()) {
                keep(type + "#" + field.group(2));
            }
        } else if (stripped.startsWith("* Protobuf type")) {
            Matcher message = TYPE.matcher(stripped);
            if (message.find()) {
                keep(message.group(1));
            }
        } else if (stripped.startsWith("// @@protoc_insertion_point(")) {
            Matcher inside = INTERFACE.matcher(stripped);
            type = inside.find() ? inside.group(1) : "";
            block = new ArrayList<>();
        } else if (stripped.equals("/**")) {
            block = new ArrayList<>();
        }
    }

    private void keep(String key) {
        if (!comments.containsKey(key)) {
            comments.put(key, Comment.parse(block));
        }
    }

    private static String unescape(String text) {
        if (text.indexOf('&') < 0) {
            return text;
        }
        return ENTITY.matcher(text)
                .replaceAll(entity -> Matcher.quoteReplacement(
                        switch (entity.group(1)) {
                            case "lt" -> "<";
                            case "gt" -> ">";
                            case "amp" -> "&";
                            case "quot" -> "\"";
                            default -> Character.toString(Integer.parseInt(entity.group(2)));
                        }));
    }

    /** Adds one comment by hand. */
    void put(String key, Comment comment) {
        comments.put(key, comment);
    }

    /** The comment of a type. */
    Comment type(String typeName) {
        return comments.getOrDefault(typeName, Comment.NONE);
    }

    /** The comment of a field. */
    Comment field(String typeName, int number) {
        return comments.getOrDefault(typeName + "#" + number, Comment.NONE);
    }

    /** How many were read. */
    int size() {
        return comments.size();
    }
}
