package io.tholepin.watchcache;

import io.tholepin.kv.Bytes;
import java.util.List;

/** Turns what the store holds into what the cache keeps, for one resource. Stateless and thread-safe. */
public interface ObjectDecoder {
    /**
     * Decodes one stored value.
     *
     * @param key registry key
     * @param value stored bytes (protobuf envelope or JSON)
     * @param modRevision becomes the object's resourceVersion
     */
    CachedObject decode(Bytes key, Bytes value, long modRevision);

    /**
     * Names of the selectable fields that {@link CachedObject#fields} carries, without metadata.name and -.namespace.
     */
    List<String> fieldNames();

    /**
     * Those of {@link #fieldNames} by which lists and watches often select few of many objects: each costs some bytes
     * for each object and makes such a selection cost what it returns. All labels are indexed anyway. None when not
     * overridden.
     */
    default List<String> indexedFields() {
        return List.of();
    }

    /**
     * Length in bytes of the constant head {@code {"kind":"Pod","apiVersion":"v1",} of each object's JSON. A typed list
     * writes an opening brace and the bytes from there on.
     */
    int typeMetaLength();
}
