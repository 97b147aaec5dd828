package io.tholepin.watchcache;

import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Other forms of cached objects (protobuf, metadata alone, table cells) as bytes: made once for each object and form,
 * shared by all who ask, and kept while they are asked for, up to a number of bytes in all. When that is reached those
 * go first that nobody has asked for since the last time round (CLOCK). A form hangs on its object, so that finding it
 * costs a few reads of memory and no lock. An object that is never asked pays one empty reference.
 *
 * <p>Thread-safe. Source of the replacement rule: Corbató, "A Paging Experiment with the Multics System" (1968).
 */
public final class FormCache {
    /** Heap of a form beside its bytes, about. */
    private static final int OVERHEAD_BYTES = 64;

    private final int kinds;
    private final long bytesMax;

    // Guarded by this object's monitor.
    private final ArrayDeque<Form> kept = new ArrayDeque<>();
    private long bytes;

    /**
     * A form that was made.
     *
     * @param untilMillis the moment, in milliseconds since 1970, from which on it must be made anew
     */
    public record Made(byte[] bytes, long untilMillis) {
        /** One that stays right. */
        public static Made forever(byte[] bytes) {
            return new Made(bytes, Long.MAX_VALUE);
        }
    }

    /** One form of one object. Its bytes are gone when it was let go; how many they were is still known. */
    static final class Form {
        private final int length;
        private final long untilMillis;
        private volatile byte @Nullable [] content;
        private volatile boolean touched;

        Form(Made made) {
            this.content = made.bytes;
            this.length = made.bytes.length;
            this.untilMillis = made.untilMillis;
        }
    }

    /**
     * A cache of at most so many bytes.
     *
     * @param kinds how many forms an object can have
     * @param bytesMax at least 0
     */
    public FormCache(int kinds, long bytesMax) {
        if (bytesMax < 0) {
            throw new IllegalArgumentException("bytesMax: " + bytesMax + " (expected: >= 0)");
        }
        this.kinds = kinds;
        this.bytesMax = bytesMax;
    }

    /**
     * A form of an object, made when it is not at hand. Whoever asks for a form that somebody else is making waits for
     * it.
     *
     * @param kind from 0 to below {@code kinds}; always of the same meaning
     * @param nowMillis milliseconds since 1970; a form that was made to last until then is made anew
     */
    public byte[] get(CachedObject object, int kind, long nowMillis, Supplier<Made> make) {
        byte[] present = present(find(object, kind), nowMillis);
        if (present != null) {
            return present;
        }
        Form form;
        Made made;
        synchronized (object) {
            Form old = find(object, kind);
            present = present(old, nowMillis);
            if (present != null) {
                return present;
            }
            made = make.get();
            form = new Form(made);
            @Nullable Form[] forms = object.forms();
            if (forms == null) {
                forms = new Form[kinds];
            }
            forms[kind] = form;
            object.forms(forms); // a volatile write, so that whoever reads the array finds the form in it
        }
        keep(form);
        return made.bytes;
    }

    /** How long a form is; made when that is not known. As {@link #get}, for a form that stays right. */
    public int length(CachedObject object, int kind, Supplier<Made> make) {
        Form form = find(object, kind);
        return form == null ? get(object, kind, 0, make).length : form.length;
    }

    private static @Nullable Form find(CachedObject object, int kind) {
        @Nullable Form[] forms = object.forms();
        return forms == null ? null : forms[kind];
    }

    private static byte @Nullable [] present(@Nullable Form form, long nowMillis) {
        if (form == null || form.untilMillis <= nowMillis) {
            return null;
        }
        byte[] content = form.content;
        if (content != null && !form.touched) {
            form.touched = true;
        }
        return content;
    }

    /** Counts a form in, and lets others go. One that was made anew stays counted until it is its turn. */
    private synchronized void keep(Form form) {
        kept.add(form);
        bytes += form.length + OVERHEAD_BYTES;
        while (bytes > bytesMax) {
            Form oldest = kept.remove();
            if (oldest.touched) {
                oldest.touched = false;
                kept.add(oldest);
            } else {
                oldest.content = null;
                bytes -= oldest.length + OVERHEAD_BYTES;
            }
        }
    }

    /** Bytes kept at this moment, what goes with them included. */
    public synchronized long bytes() {
        return bytes;
    }
}
