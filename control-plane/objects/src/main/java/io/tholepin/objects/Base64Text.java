package io.tholepin.objects;

import java.util.Base64;

/** Base64 as Go reads it: the standard alphabet with padding; line breaks are skipped. */
final class Base64Text {
    private Base64Text() {}

    /**
     * The same bytes without line breaks.
     *
     * @throws TypedReader.MismatchException with Go's message when the text is no base64
     */
    static String canonical(String text) {
        String clean = text.indexOf('\n') < 0 && text.indexOf('\r') < 0 ? text : text.replaceAll("[\r\n]", "");
        int bad = firstBad(clean);
        if (bad >= 0) {
            throw new TypedReader.MismatchException("illegal base64 data at input byte " + bad);
        }
        byte[] bytes = Base64.getDecoder().decode(clean);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Index of the first byte that spoils the text, -1 when it is base64. */
    private static int firstBad(String text) {
        int length = text.length();
        int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
        for (int i = 0; i < length - padding; i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letter && c != '+' && c != '/') {
                return i;
            }
        }
        return length % 4 == 0 ? -1 : length - length % 4;
    }
}
