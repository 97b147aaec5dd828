package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/**
 * A branch or leaf page with its overflow, checked as a whole before anything is read from it: every key and value lies
 * inside it behind the table of elements, none overlaps another, no key is empty and keys ascend.
 */
final class BoltPage {
    private final String name;
    private final MemorySegment bytes;
    private final boolean leaf;
    private final int count;

    private BoltPage(String name, MemorySegment bytes, boolean leaf, int count) {
        this.name = name;
        this.bytes = bytes;
        this.leaf = leaf;
        this.count = count;
    }

    /**
     * Checks a page.
     *
     * @param name how to call it in messages
     * @param bytes from its header to the end of its overflow
     */
    static BoltPage check(String name, MemorySegment bytes) throws IOException {
        if (bytes.byteSize() < BoltFormat.PAGE_HEADER_BYTES) {
            throw BoltFormat.corrupt(name, "bytes", bytes.byteSize(), ">= " + BoltFormat.PAGE_HEADER_BYTES);
        }
        int flags = Short.toUnsignedInt(bytes.get(BoltFormat.SHORT, 8));
        if (flags != BoltFormat.BRANCH && flags != BoltFormat.LEAF) {
            throw BoltFormat.corrupt(name, "flags", Integer.toHexString(flags), "1 (branch) or 2 (leaf)");
        }
        int count = Short.toUnsignedInt(bytes.get(BoltFormat.SHORT, 10));
        BoltPage page = new BoltPage(name, bytes, flags == BoltFormat.LEAF, count);
        if (page.tableEnd() > bytes.byteSize()) {
            throw BoltFormat.corrupt(
                    name,
                    "elements",
                    count,
                    "at most " + (bytes.byteSize() - BoltFormat.PAGE_HEADER_BYTES) / BoltFormat.ELEMENT_BYTES);
        }
        page.checkElements();
        return page;
    }

    /** How it is called in messages. */
    String name() {
        return name;
    }

    /** Whether it holds entries and not pages. */
    boolean isLeaf() {
        return leaf;
    }

    /** How many elements it holds. */
    int count() {
        return count;
    }

    /** Key of the element {@code index}, a view. */
    MemorySegment key(int index) {
        return bytes.asSlice(start(index), keyBytes(index));
    }

    /** Value of the element {@code index} of a leaf, a view. */
    MemorySegment value(int index) {
        return bytes.asSlice(start(index) + keyBytes(index), valueBytes(index));
    }

    /** Whether the element {@code index} of a leaf is a bucket. */
    boolean isBucket(int index) {
        return leaf && (bytes.get(BoltFormat.INT, element(index)) & BoltFormat.BUCKET_ELEMENT) != 0;
    }

    /** Page that the element {@code index} of a branch leads to. */
    long child(int index) {
        return bytes.get(BoltFormat.LONG, element(index) + 8);
    }

    private void checkElements() throws IOException {
        long end = tableEnd();
        for (int i = 0; i < count; i++) {
            long start = start(i);
            long length = keyBytes(i) + valueBytes(i);
            if (start < end || start > bytes.byteSize() || length > bytes.byteSize() - start) {
                throw BoltFormat.corrupt(
                        element(i, "bytes"), "at", start + "+" + length, "within " + end + ".." + bytes.byteSize());
            }
            if (keyBytes(i) == 0) {
                throw BoltFormat.corrupt(element(i, "key"), "length", 0, "> 0");
            }
            if (i > 0 && compare(key(i - 1), key(i)) >= 0) {
                throw BoltFormat.corrupt(element(i, "key"), "order", hex(key(i)), "> " + hex(key(i - 1)));
            }
            end = start + length;
        }
    }

    private String element(int index, String part) {
        return name + ": element " + index + ": " + part;
    }

    private long tableEnd() {
        return element(count);
    }

    private static long element(int index) {
        return BoltFormat.PAGE_HEADER_BYTES + (long) index * BoltFormat.ELEMENT_BYTES;
    }

    private long start(int index) {
        return element(index) + unsigned(element(index) + (leaf ? 4 : 0));
    }

    private long keyBytes(int index) {
        return unsigned(element(index) + (leaf ? 8 : 4));
    }

    private long valueBytes(int index) {
        return leaf ? unsigned(element(index) + 12) : 0;
    }

    private long unsigned(long offset) {
        return Integer.toUnsignedLong(bytes.get(BoltFormat.INT, offset));
    }

    /** Bytewise unsigned. */
    static int compare(MemorySegment left, MemorySegment right) {
        long at = left.mismatch(right);
        if (at < 0) {
            return 0;
        }
        if (at == left.byteSize() || at == right.byteSize()) {
            return Long.compare(left.byteSize(), right.byteSize());
        }
        return Integer.compare(left.get(ValueLayout.JAVA_BYTE, at) & 0xFF, right.get(ValueLayout.JAVA_BYTE, at) & 0xFF);
    }

    /** The first bytes, for messages. */
    static String hex(MemorySegment bytes) {
        long shown = Math.min(bytes.byteSize(), 40);
        String text = HexFormat.of().formatHex(bytes.asSlice(0, shown).toArray(ValueLayout.JAVA_BYTE));
        return shown < bytes.byteSize() ? text + "…" : text;
    }
}
