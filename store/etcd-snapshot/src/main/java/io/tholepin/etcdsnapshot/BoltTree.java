package io.tholepin.etcdsnapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Lays one bucket out from entries that come in key order: leaves fill from left to right, and above each level that
 * needs more than one page another one grows. Holds one page a level, with its overflow, so memory does not depend on
 * how many entries there are.
 */
final class BoltTree {
    private static final int PADDED_PART = 8;

    private final PageAppender pages;
    private final List<Level> levels = new ArrayList<>();
    private byte[] lastKey = new byte[0];

    BoltTree(PageAppender pages) {
        this.pages = pages;
        levels.add(new Level(0));
    }

    /** Adds an entry whose key is larger than the last one's. */
    void add(byte[] key, byte[] value) throws IOException {
        add(key, value, 0);
    }

    /** Adds a bucket; {@code header} is what {@link #finish} of its tree returned. */
    void addBucket(byte[] name, byte[] header) throws IOException {
        add(name, header, BoltFormat.BUCKET_ELEMENT);
    }

    private void add(byte[] key, byte[] value, int flags) throws IOException {
        if (Arrays.compareUnsigned(key, lastKey) <= 0) {
            throw new IllegalArgumentException("key out of order: "
                    + HexFormat.of().formatHex(key)
                    + " (expected: > "
                    + HexFormat.of().formatHex(lastKey) + ")");
        }
        lastKey = key;
        add(0, new Element(key, value, flags));
    }

    /**
     * Writes what is left.
     *
     * @return the header of the bucket, which is the whole bucket when it is small
     */
    byte[] finish() throws IOException {
        Level bottom = levels.getFirst();
        if (levels.size() == 1 && bottom.bytes <= BoltWriter.PAGE_BYTES / 4) {
            return bottom.inline();
        }
        return header(finishRoot());
    }

    /** Writes what is left, and never as part of a header. Returns the root page. */
    long finishRoot() throws IOException {
        for (int depth = 0; depth < levels.size() - 1; depth++) {
            flush(depth, 0);
        }
        return levels.getLast().write(levels.getLast().elements.size());
    }

    private static byte[] header(long root) {
        return ByteBuffer.allocate(BoltFormat.BUCKET_HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(root)
                .array();
    }

    private void add(int depth, Element element) throws IOException {
        Level level = levels.get(depth);
        // A branch keeps two for its next page: one with a single child would be no branch.
        int kept = depth == 0 ? 0 : 2;
        if (level.elements.size() > kept
                && level.bytes + element.bytes() > BoltWriter.PAGE_BYTES
                && (depth > 0 || level.isDense())) {
            flush(depth, kept);
        }
        level.add(element);
    }

    private void flush(int depth, int kept) throws IOException {
        Level level = levels.get(depth);
        if (depth + 1 == levels.size()) {
            levels.add(new Level(depth + 1));
        }
        byte[] first = level.elements.getFirst().key;
        long id = level.write(level.elements.size() - kept);
        add(depth + 1, new Element(first, id));
    }

    /** An entry of a leaf, or a branch's way to a page. */
    private static final class Element {
        private final byte[] key;
        private final byte[] value;
        private final int flags;
        private final long child;

        Element(byte[] key, byte[] value, int flags) {
            this.key = key;
            this.value = value;
            this.flags = flags;
            this.child = 0;
        }

        Element(byte[] key, long child) {
            this.key = key;
            this.value = new byte[0];
            this.flags = 0;
            this.child = child;
        }

        long bytes() {
            return BoltFormat.ELEMENT_BYTES + (long) key.length + value.length;
        }
    }

    /** The page that is being filled at one height. */
    private final class Level {
        private final boolean leaf;
        private final List<Element> elements = new ArrayList<>();
        private long bytes = BoltFormat.PAGE_HEADER_BYTES;

        Level(int depth) {
            leaf = depth == 0;
        }

        void add(Element element) {
            elements.add(element);
            bytes += element.bytes();
        }

        /** Whether writing it now would pad no more than an eighth of it: large values share pages of several KiB. */
        boolean isDense() {
            return Math.floorMod(-bytes, BoltWriter.PAGE_BYTES) * PADDED_PART <= bytes;
        }

        /** Writes the first {@code count} elements as a page, with overflow where they need it, and lets go of them. */
        long write(int count) throws IOException {
            List<Element> written = elements.subList(0, count);
            long size = BoltFormat.PAGE_HEADER_BYTES;
            for (Element element : written) {
                size += element.bytes();
            }
            long id = pages.position() / BoltWriter.PAGE_BYTES;
            pages.putLong(id);
            pages.putShort(leaf ? BoltFormat.LEAF : BoltFormat.BRANCH);
            pages.putShort(count);
            pages.putInt(Math.toIntExact((size - 1) / BoltWriter.PAGE_BYTES));
            putElements(written);
            pages.pad(BoltWriter.PAGE_BYTES);
            written.clear();
            bytes -= size - BoltFormat.PAGE_HEADER_BYTES;
            return id;
        }

        private void putElements(List<Element> written) throws IOException {
            int distance = written.size() * BoltFormat.ELEMENT_BYTES;
            for (Element element : written) {
                if (leaf) {
                    pages.putInt(element.flags);
                    pages.putInt(distance);
                    pages.putInt(element.key.length);
                    pages.putInt(element.value.length);
                } else {
                    pages.putInt(distance);
                    pages.putInt(element.key.length);
                    pages.putLong(element.child);
                }
                distance += element.key.length + element.value.length - BoltFormat.ELEMENT_BYTES;
            }
            for (Element element : written) {
                pages.put(element.key);
                pages.put(element.value);
            }
        }

        /** A bucket header with this leaf behind it, as a page with the id 0. */
        byte[] inline() {
            ByteBuffer out = ByteBuffer.allocate(BoltFormat.BUCKET_HEADER_BYTES + Math.toIntExact(bytes))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(BoltFormat.BUCKET_HEADER_BYTES + Long.BYTES)
                    .putShort((short) BoltFormat.LEAF)
                    .putShort((short) elements.size())
                    .putInt(0);
            int distance = elements.size() * BoltFormat.ELEMENT_BYTES;
            for (Element element : elements) {
                out.putInt(element.flags).putInt(distance).putInt(element.key.length);
                out.putInt(element.value.length);
                distance += element.key.length + element.value.length - BoltFormat.ELEMENT_BYTES;
            }
            for (Element element : elements) {
                out.put(element.key).put(element.value);
            }
            return out.array();
        }
    }
}
