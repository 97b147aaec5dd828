package io.tholepin.objects;

/** Where a walk over the wire puts what it meets: JSON text or a tree. Not thread-safe. */
interface JsonSink {
    void startObject();

    void endObject();

    void startArray();

    void endArray();

    /** The name of a known field; its value follows. */
    void name(Layout.Slot slot);

    /** A name given as UTF-8. */
    void name(byte[] bytes, int from, int to);

    /** A text given as UTF-8. */
    void string(byte[] bytes, int from, int to);

    /** A text of ASCII without characters that JSON escapes. */
    void plain(String text);

    /** The same, given as the first bytes of an array. */
    void plain(byte[] ascii, int length);

    void number(long value);

    void number(double value);

    void bool(boolean value);

    void nothing();

    /** Bytes to be shown in base64. */
    void base64(byte[] bytes, int from, int to);

    /** JSON text, not necessarily compact. */
    void json(byte[] bytes, int from, int to);

    /** Whether a floating-point number is written as an integer, as Go does. */
    static boolean integral(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15;
    }
}
