package io.tholepin.apiserver;

/**
 * Says what is wrong with malformed JSON in the words of Go's parser, which Kubernetes passes on to its users. Only
 * called for JSON that did not parse, so it is written for shortness, not speed.
 */
final class GoJson {
    private static final int DEPTH_MAX = 10_000;

    private final byte[] json;
    private int at;

    private GoJson(byte[] json) {
        this.json = json;
    }

    /** A first syntax error; ends the scan. */
    private static final class SyntaxError extends RuntimeException {
        SyntaxError(String message) {
            super(message, null, false, false);
        }
    }

    /** The first syntax error of a document, empty when there is none. */
    static String syntaxError(byte[] json) {
        try {
            new GoJson(json).document();
            return "";
        } catch (SyntaxError error) {
            return String.valueOf(error.getMessage());
        }
    }

    private void document() {
        value(0);
        space();
        if (at < json.length) {
            throw unexpected("after top-level value");
        }
    }

    private void value(int depth) {
        space();
        if (depth > DEPTH_MAX) {
            throw new SyntaxError("exceeded max depth");
        }
        char c = current();
        switch (c) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> {
                if (c != '-' && (c < '0' || c > '9')) {
                    throw unexpected("looking for beginning of value");
                }
                number();
            }
        }
    }

    private void object(int depth) {
        at++;
        space();
        if (current() == '}') {
            at++;
            return;
        }
        while (true) {
            space();
            if (current() != '"') {
                throw unexpected("looking for beginning of object key string");
            }
            string();
            space();
            if (current() != ':') {
                throw unexpected("after object key");
            }
            at++;
            value(depth + 1);
            space();
            char c = current();
            at++;
            if (c == '}') {
                return;
            }
            if (c != ',') {
                at--;
                throw unexpected("after object key:value pair");
            }
        }
    }

    private void array(int depth) {
        at++;
        space();
        if (current() == ']') {
            at++;
            return;
        }
        while (true) {
            value(depth + 1);
            space();
            char c = current();
            at++;
            if (c == ']') {
                return;
            }
            if (c != ',') {
                at--;
                throw unexpected("after array element");
            }
        }
    }

    private void string() {
        at++;
        while (current() != '"') {
            if (current() < ' ') {
                throw unexpected("in string literal");
            }
            if (current() == '\\') {
                at++;
                escape();
            }
            at++;
        }
        at++;
    }

    private void escape() {
        char c = current();
        if (c == 'u') {
            for (int i = 0; i < 4; i++) {
                at++;
                if (Character.digit(current(), 16) < 0) {
                    throw unexpected("in \\u hexadecimal character escape");
                }
            }
        } else if ("\"\\/bfnrt".indexOf(c) < 0) {
            throw unexpected("in string escape code");
        }
    }

    private void word(String word) {
        for (int i = 1; i < word.length(); i++) {
            at++;
            if (current() != word.charAt(i)) {
                throw unexpected("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
        }
        at++;
    }

    private void number() {
        if (current() == '-') {
            at++;
            digit("in numeric literal");
        }
        if (current() == '0') {
            at++;
        } else {
            digits();
        }
        if (at < json.length && json[at] == '.') {
            at++;
            digit("after decimal point in numeric literal");
            digits();
        }
        if (at < json.length && (json[at] == 'e' || json[at] == 'E')) {
            at++;
            if (current() == '+' || current() == '-') {
                at++;
            }
            digit("in exponent of numeric literal");
            digits();
        }
    }

    private void digit(String where) {
        if (current() < '0' || current() > '9') {
            throw unexpected(where);
        }
    }

    private void digits() {
        while (at < json.length && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
    }

    private void space() {
        while (at < json.length && (json[at] == ' ' || json[at] == '\t' || json[at] == '\r' || json[at] == '\n')) {
            at++;
        }
    }

    private char current() {
        if (at >= json.length) {
            throw new SyntaxError("unexpected end of JSON input");
        }
        return (char) (json[at] & 0xff);
    }

    private SyntaxError unexpected(String where) {
        char c = current();
        String shown = switch (c) {
            case '\'' -> "'\\''";
            case '"' -> "'\"'";
            case '\n' -> "'\\n'";
            case '\r' -> "'\\r'";
            case '\t' -> "'\\t'";
            case '\\' -> "'\\\\'";
            default ->
                c < ' ' || c == 0x7f
                        ? String.format("'\\x%02x'", (int) c)
                        : c > 0x7f && c < 0xa1 ? String.format("'\\u%04x'", (int) c) : "'" + c + "'";
        };
        return new SyntaxError("invalid character " + shown + " " + where);
    }
}
