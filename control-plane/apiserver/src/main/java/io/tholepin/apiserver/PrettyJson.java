package io.tholepin.apiserver;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Indents compact JSON by two spaces while it passes through. The input is well-formed and has no spaces outside
 * strings.
 */
final class PrettyJson extends OutputStream {
    private final OutputStream out;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean opened;

    PrettyJson(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int start = offset;
        for (int i = offset; i < offset + length; i++) {
            byte c = bytes[i];
            if (inString) {
                inString = escaped || c != '"';
                escaped = !escaped && c == '\\';
            } else if (c == '"' && !opened) {
                inString = true;
            } else if (opened || isStructural(c)) {
                out.write(bytes, start, i - start);
                start = i + 1;
                structural(c);
            }
        }
        out.write(bytes, start, offset + length - start);
    }

    private static boolean isStructural(byte c) {
        return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':';
    }

    private void structural(byte c) throws IOException {
        boolean closing = c == '}' || c == ']';
        if (opened && !closing) {
            newline();
        }
        if (closing) {
            depth--;
            if (!opened) {
                newline();
            }
        }
        opened = c == '{' || c == '[';
        inString = c == '"';
        out.write(c);
        if (opened) {
            depth++;
        } else if (c == ',') {
            newline();
        } else if (c == ':') {
            out.write(' ');
        }
    }

    private void newline() throws IOException {
        out.write('\n');
        for (int i = 0; i < depth; i++) {
            out.write(' ');
            out.write(' ');
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
