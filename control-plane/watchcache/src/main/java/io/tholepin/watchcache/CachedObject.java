package io.tholepin.watchcache;

import java.util.Map;

/**
 * One object as the cache keeps it: its JSON bytes and the few values that selectors need. Immutable.
 *
 * @param namespace empty for a cluster-scoped object
 * @param resourceVersion revision of its last change; also inside the JSON
 * @param labels labels, interned strings
 * @param fields values of the resource's selectable fields, in the order of {@link ObjectDecoder#fieldNames}
 * @param json the complete object as compact JSON, beginning with {@code {"kind":...,"apiVersion":...,} (constant for a
 *     resource, see {@link ObjectDecoder#typeMetaLength}); never written to
 */
public record CachedObject(
        String namespace,
        String name,
        long resourceVersion,
        Map<String, String> labels,
        String[] fields,
        byte[] json) {}
