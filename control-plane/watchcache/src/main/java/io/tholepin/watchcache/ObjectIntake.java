package io.tholepin.watchcache;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes what a store holds into objects that take little memory: namespaces, labels and field values are interned,
 * and what an object shares with its former state is that state's own. Thread-safe.
 */
final class ObjectIntake {
    private final Bytes prefix;
    private final ObjectDecoder decoder;
    private final Interner interner;
    private final IndexedFields indexed;

    ObjectIntake(Bytes prefix, ObjectDecoder decoder, Interner interner) {
        this.prefix = prefix;
        this.decoder = decoder;
        this.interner = interner;
        this.indexed = IndexedFields.of(decoder);
    }

    /** Which fields of the objects are indexed. */
    IndexedFields indexed() {
        return indexed;
    }

    /** A store key without the resource's prefix. */
    String relative(Bytes key) {
        byte[] bytes = key.array();
        return new String(bytes, prefix.length(), bytes.length - prefix.length(), StandardCharsets.UTF_8);
    }

    /**
     * Decodes one pair.
     *
     * @param before the object's former state when it is known
     * @throws UndecodableException when the value makes no sense or belongs under another key
     */
    CachedObject decode(KeyValue kv, @Nullable CachedObject before) {
        CachedObject object;
        try {
            object = decoder.decode(kv.key(), kv.value(), kv.modRevision());
        } catch (RuntimeException cause) {
            throw new UndecodableException("cannot decode " + kv.key() + ": " + cause.getMessage(), cause);
        }
        if (KeyOrder.compare(object, relative(kv.key())) != 0) {
            throw new UndecodableException("object " + object.key() + " is stored under " + kv.key(), null);
        }
        return compact(object, before);
    }

    private CachedObject compact(CachedObject object, @Nullable CachedObject before) {
        Map<String, String> labels = object.labels();
        String[] fields = object.fields();
        if (before == null) {
            intern(fields);
            return new CachedObject(
                    interner.intern(object.namespace()),
                    object.name(),
                    object.resourceVersion(),
                    LabelMap.of(labels, interner),
                    fields,
                    object.json());
        }
        boolean sameFields = Arrays.equals(fields, before.fields());
        if (!sameFields) {
            intern(fields);
        }
        return new CachedObject(
                before.namespace(),
                before.name(),
                object.resourceVersion(),
                labels.equals(before.labels()) ? before.labels() : LabelMap.of(labels, interner),
                sameFields ? before.fields() : fields,
                object.json());
    }

    private void intern(String[] fields) {
        for (int i = 0; i < fields.length; i++) {
            fields[i] = interner.intern(fields[i]);
        }
    }

    /** A stored value that the cache cannot show. The cache stays closed rather than leave the object out. */
    static final class UndecodableException extends RuntimeException {
        UndecodableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
