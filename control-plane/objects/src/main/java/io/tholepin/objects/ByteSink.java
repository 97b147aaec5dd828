package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Writes compact JSON as UTF-8. Commas follow from the last byte written: no value ends in an opening sign or a colon. */
final class ByteSink implements JsonSink {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private byte[] out;
    private int size;

    ByteSink(int capacity) {
        out = new byte[capacity];
    }

    byte[] toBytes() {
        return Arrays.copyOf(out, size);
    }

    private void reserve(int count) {
        if (out.length - size < count) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, Math.addExact(size, count)));
        }
    }

    /** Bytes that are JSON already. */
    void raw(byte[] bytes) {
        reserve(bytes.length);
        System.arraycopy(bytes, 0, out, size, bytes.length);
        size += bytes.length;
    }

    private void separate() {
        if (size == 0) {
            return;
        }
        switch (out[size - 1]) {
            case '{', '[', ':', ',' -> {}
            default -> {
                reserve(1);
                out[size++] = ',';
            }
        }
    }

    private void sign(int c) {
        reserve(1);
        out[size++] = (byte) c;
    }

    @Override
    public void startObject() {
        separate();
        sign('{');
    }

    @Override
    public void endObject() {
        sign('}');
    }

    @Override
    public void startArray() {
        separate();
        sign('[');
    }

    @Override
    public void endArray() {
        sign(']');
    }

    @Override
    public void name(Layout.Slot slot) {
        separate();
        raw(slot.nameText);
    }

    @Override
    public void name(byte[] bytes, int from, int to) {
        string(bytes, from, to);
        sign(':');
    }

    @Override
    public void string(byte[] bytes, int from, int to) {
        separate();
        reserve(to - from + 2);
        byte[] target = out;
        int at = size;
        target[at++] = '"';
        for (int i = from; i < to; i++) {
            byte c = bytes[i];
            if (c >= 0 && c < 0x20 || c == '"' || c == '\\') {
                size = at;
                escaped(bytes, i, to);
                return;
            }
            target[at++] = c;
        }
        target[at++] = '"';
        size = at;
    }

    private void escaped(byte[] bytes, int from, int to) {
        reserve((to - from) * 6 + 1);
        for (int i = from; i < to; i++) {
            byte c = bytes[i];
            if (c == '"' || c == '\\') {
                out[size++] = '\\';
                out[size++] = c;
            } else if (c < 0 || c >= 0x20) {
                out[size++] = c;
            } else {
                control(c);
            }
        }
        out[size++] = '"';
    }

    private void control(byte c) {
        out[size++] = '\\';
        switch (c) {
            case '\b' -> out[size++] = 'b';
            case '\t' -> out[size++] = 't';
            case '\n' -> out[size++] = 'n';
            case '\f' -> out[size++] = 'f';
            case '\r' -> out[size++] = 'r';
            default -> {
                out[size++] = 'u';
                out[size++] = '0';
                out[size++] = '0';
                out[size++] = HEX[c >> 4];
                out[size++] = HEX[c & 15];
            }
        }
    }

    @Override
    public void plain(String text) {
        separate();
        sign('"');
        ascii(text);
        sign('"');
    }

    private void ascii(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        raw(bytes);
    }

    @Override
    public void number(long value) {
        separate();
        if (value >= 0 && value < 10) {
            sign('0' + (int) value);
        } else {
            ascii(Long.toString(value));
        }
    }

    @Override
    public void number(double value) {
        if (JsonSink.integral(value)) {
            number((long) value);
        } else {
            separate();
            ascii(Double.toString(value));
        }
    }

    @Override
    public void bool(boolean value) {
        separate();
        raw(value ? TRUE : FALSE);
    }

    @Override
    public void nothing() {
        separate();
        raw(NULL);
    }

    @Override
    public void base64(byte[] bytes, int from, int to) {
        separate();
        sign('"');
        raw(Base64.getEncoder().encode(Arrays.copyOfRange(bytes, from, to)));
        sign('"');
    }

    @Override
    public void json(byte[] bytes, int from, int to) {
        separate();
        reserve(to - from);
        boolean quoted = false;
        for (int i = from; i < to; i++) {
            byte c = bytes[i];
            if (!quoted && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
                continue;
            }
            out[size++] = c;
            if (c == '"') {
                quoted = !quoted;
            } else if (quoted && c == '\\' && i + 1 < to) {
                out[size++] = bytes[++i];
            }
        }
    }
}
