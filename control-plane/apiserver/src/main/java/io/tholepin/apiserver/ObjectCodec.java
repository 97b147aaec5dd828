package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.objects.Json;
import io.tholepin.objects.SelectableFields;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.ObjectDecoder;
import java.util.Map;

/** Stored form of one resource's objects, both ways. Stateless and thread-safe. */
public interface ObjectCodec extends ObjectDecoder {
    /** The value to store: protobuf envelope for a built-in type, JSON for a custom one; without resourceVersion. */
    Bytes encode(Map<String, Object> object);

    /**
     * The object in a stored value, with kind, apiVersion and its resourceVersion (none for 0). The caller owns the
     * tree.
     */
    Map<String, Object> tree(Bytes value, long modRevision);

    /**
     * Whether the items of a list leave out kind and apiVersion, as those of built-in types do; custom resources' carry
     * them. Source: contract 1.3.
     */
    default boolean typedItems() {
        return true;
    }

    /** What a cache keeps of an object, which as a whole is {@code tree}. */
    static CachedObject cached(Map<String, Object> tree, long modRevision, SelectableFields selectable) {
        return new CachedObject(
                Json.string(tree, "metadata", "namespace"),
                Json.string(tree, "metadata", "name"),
                modRevision,
                Json.strings(tree, "metadata", "labels"),
                selectable.values(tree),
                Json.write(tree));
    }
}
