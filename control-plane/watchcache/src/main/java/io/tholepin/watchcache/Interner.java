package io.tholepin.watchcache;

import org.jspecify.annotations.Nullable;

/**
 * Makes equal strings the same string, as far as a table of fixed size goes: a string stays until another one needs its
 * place. For the few namespaces, label keys, label values and node names that most objects share. Safe to use from any
 * thread without a lock: strings are immutable and a lost race only means a string that is not shared.
 */
final class Interner {
    /** Longest string that is kept, in characters; longer ones are hardly ever shared. */
    private static final int LENGTH_MAX = 256;

    private final @Nullable String[] slots;

    /** Room for {@code size} strings, a power of two. */
    Interner(int size) {
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("size: " + size + " (expected: a power of two)");
        }
        slots = new String[size];
    }

    /** An equal string: the one seen before if it is still in the table. */
    String intern(String text) {
        if (text.isEmpty() || text.length() > LENGTH_MAX) {
            return text.isEmpty() ? "" : text;
        }
        int hash = text.hashCode() * 0x9E3779B9;
        int first = (hash >>> 16 ^ hash) & slots.length - 1;
        String held = slots[first];
        if (text.equals(held)) {
            return held;
        }
        int second = first ^ 1;
        String beside = slots[second];
        if (text.equals(beside)) {
            return beside;
        }
        slots[second] = held;
        slots[first] = text;
        return text;
    }
}
