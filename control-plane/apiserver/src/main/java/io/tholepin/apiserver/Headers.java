package io.tholepin.apiserver;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** HTTP headers in order; names compare without case. Not thread-safe; belongs to one request or response. */
public final class Headers {
    private final List<String> pairs = new ArrayList<>();

    /** Headers from name, value, name, value. */
    public static Headers of(String... pairs) {
        Headers headers = new Headers();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    /** Appends one; a name may occur many times. */
    public Headers add(String name, String value) {
        pairs.add(name);
        pairs.add(value);
        return this;
    }

    /** Replaces all with this name by one. */
    public Headers set(String name, String value) {
        for (int i = pairs.size() - 2; i >= 0; i -= 2) {
            if (pairs.get(i).equalsIgnoreCase(name)) {
                pairs.remove(i + 1);
                pairs.remove(i);
            }
        }
        return add(name, value);
    }

    /** The first value with this name, null when there is none. */
    public @Nullable String first(String name) {
        for (int i = 0; i < pairs.size(); i += 2) {
            if (pairs.get(i).equalsIgnoreCase(name)) {
                return pairs.get(i + 1);
            }
        }
        return null;
    }

    /** The first value with this name, empty when there is none. */
    public String value(String name) {
        String first = first(name);
        return first == null ? "" : first;
    }

    /** All values with this name, in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        forEach((key, value) -> {
            if (key.equalsIgnoreCase(name)) {
                values.add(value);
            }
        });
        return values;
    }

    /** Visits all in order. */
    public void forEach(BiConsumer<String, String> visitor) {
        for (int i = 0; i < pairs.size(); i += 2) {
            visitor.accept(pairs.get(i), pairs.get(i + 1));
        }
    }
}
