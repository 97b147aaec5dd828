package io.tholepin.schemagenerator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Go comment taken apart.
 *
 * @param text prose as Kubernetes' documentation shows it: lines joined, paragraphs kept, markers and TODOs dropped
 * @param markers lines that begin with a plus sign, without it
 */
record Comment(String text, List<String> markers) {
    static final Comment NONE = new Comment("", List.of());

    /** Takes the lines of a comment apart; prose ends at a line of three dashes. */
    static Comment parse(List<String> lines) {
        List<String> markers = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        boolean prose = true;
        for (String raw : lines) {
            String line = raw.stripTrailing();
            String start = line.stripLeading();
            if (start.startsWith("+")) {
                markers.add(start.substring(1));
            } else if (start.startsWith("---")) {
                prose = false;
            } else if (prose && !start.startsWith("TODO")) {
                append(text, line);
            }
        }
        return new Comment(text.toString().strip(), List.copyOf(markers));
    }

    private static void append(StringBuilder text, String line) {
        if (line.isEmpty()) {
            dropSpace(text);
            text.append("\n\n");
        } else if (line.startsWith(" ") || line.startsWith("\t")) {
            dropSpace(text);
            text.append('\n').append(line).append('\n');
        } else {
            text.append(line).append(' ');
        }
    }

    private static void dropSpace(StringBuilder text) {
        if (!text.isEmpty() && text.charAt(text.length() - 1) == ' ') {
            text.setLength(text.length() - 1);
        }
    }

    /** Whether a marker without value stands there. */
    boolean has(String marker) {
        return markers.contains(marker);
    }

    /** The value of the first {@code +name=value}, null when there is none. */
    @Nullable
    String value(String name) {
        List<String> all = values(name);
        return all.isEmpty() ? null : all.getFirst();
    }

    /** The values of every {@code +name=value}. */
    List<String> values(String name) {
        String head = name + "=";
        return markers.stream()
                .filter(marker -> marker.startsWith(head))
                .map(marker -> marker.substring(head.length()).strip())
                .toList();
    }
}
