package io.tholepin.objects;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Writes compact JSON as UTF-8. Commas follow from the last byte written: no value ends in an opening sign or a colon.
 */
final class ByteSink implements JsonSink {
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** A one in each byte. */
    private static final long EACH = 0x0101010101010101L;

    private static final long TOP_BITS = 0x8080808080808080L;

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
        out[size++] = '"';
        int plain = plainEnd(bytes, from, to);
        System.arraycopy(bytes, from, out, size, plain - from);
        size += plain - from;
        if (plain < to) {
            escaped(bytes, plain, to);
        } else {
            out[size++] = '"';
        }
    }

    /** Where the first byte stands that needs escaping, or the end. Eight bytes at a time, then one by one. */
    private static int plainEnd(byte[] bytes, int from, int to) {
        int i = from;
        for (; i <= to - 8; i += 8) {
            long word = (long) LONGS.get(bytes, i);
            long quote = word ^ EACH * '"';
            long backslash = word ^ EACH * '\\';
            long found = word - EACH * 0x20 | quote - EACH | backslash - EACH;
            if ((found & ~word & TOP_BITS) != 0) {
                break;
            }
        }
        while (i < to && !needsEscape(bytes[i])) {
            i++;
        }
        return i;
    }

    private static boolean needsEscape(byte c) {
        return c >= 0 && c < 0x20 || c == '"' || c == '\\';
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

    @Override
    public void plain(byte[] ascii, int length) {
        separate();
        reserve(length + 2);
        out[size++] = '"';
        System.arraycopy(ascii, 0, out, size, length);
        size += length;
        out[size++] = '"';
    }

    private void ascii(String text) {
        raw(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void number(long value) {
        separate();
        if (value < 0 || value > 9_999_999) {
            ascii(Long.toString(value));
            return;
        }
        int rest = (int) value;
        int length = 1;
        for (int power = 10; power <= rest; power *= 10) {
            length++;
        }
        reserve(length);
        for (int i = size + length - 1; i >= size; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += length;
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
