package io.tholepin.watchcache;

/**
 * The order of registry keys: of their UTF-8 bytes, unsigned, that is, of code points. An object's key is
 * {@code namespace/name}; it is compared without being put together, so {@code a-b/x} comes before {@code a/x}.
 */
final class KeyOrder {
    private KeyOrder() {}

    /** Compares an element's key, relative to its resource's prefix, with a key. */
    static int compare(Keyed object, String key) {
        String namespace = object.namespace;
        int length = namespace.length();
        if (length == 0) {
            return compare(object.name, key, 0);
        }
        int shared = Math.min(length, key.length());
        for (int i = 0; i < shared; i++) {
            int order = compare(namespace.charAt(i), key.charAt(i));
            if (order != 0) {
                return order;
            }
        }
        if (key.length() <= length) {
            return 1;
        }
        int order = compare('/', key.charAt(length));
        return order != 0 ? order : compare(object.name, key, length + 1);
    }

    /** Compares two keys. */
    static int compare(String left, String right) {
        return compare(left, right, 0);
    }

    /** The shortest key that is greater than {@code left} and not greater than {@code right}, which is greater. */
    static String between(String left, String right) {
        int i = 0;
        while (i < left.length() && left.charAt(i) == right.charAt(i)) {
            i++;
        }
        return right.substring(0, i + 1);
    }

    private static int compare(String text, String key, int from) {
        int shared = Math.min(text.length(), key.length() - from);
        for (int i = 0; i < shared; i++) {
            int order = compare(text.charAt(i), key.charAt(from + i));
            if (order != 0) {
                return order;
            }
        }
        return text.length() - (key.length() - from);
    }

    /** A surrogate stands for a code point above all others. */
    private static int compare(char left, char right) {
        boolean leftIsHigh = Character.isSurrogate(left);
        return leftIsHigh == Character.isSurrogate(right) ? left - right : leftIsHigh ? 1 : -1;
    }
}
