package io.tholepin.apiserver;

import java.util.ArrayList;
import java.util.List;

/**
 * Warnings that a request collects for its {@code Warning} headers: each text once; when 4096 characters were recorded,
 * further texts are cut to 256. Source: contract 2.7.
 */
public final class Warnings {
    static final int TOTAL_CHARS_MAX = 4096;
    static final int CUT_CHARS = 256;

    private final List<String> texts = new ArrayList<>();
    private int total;

    /** Records one, unless it was recorded before. */
    public void add(String text) {
        String kept = total + text.length() > TOTAL_CHARS_MAX && text.length() > CUT_CHARS
                ? text.substring(0, CUT_CHARS)
                : text;
        if (!texts.contains(kept)) {
            texts.add(kept);
            total += kept.length();
        }
    }

    /** All, in the order they came. */
    public List<String> texts() {
        return List.copyOf(texts);
    }

    void writeTo(Headers headers) {
        for (String text : texts) {
            headers.add("Warning", "299 - \"" + quoted(text) + "\"");
        }
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else {
                out.append(c < ' ' || c > '~' ? '?' : c);
            }
        }
        return out.toString();
    }
}
