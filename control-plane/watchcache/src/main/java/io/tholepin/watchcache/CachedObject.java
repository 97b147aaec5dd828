package io.tholepin.watchcache;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object as the cache keeps it: its JSON bytes and the few values that selectors need. Immutable but for what a
 * {@link FormCache} hangs on it; safe to share between threads. Two objects are equal only when they are the same.
 */
public final class CachedObject extends Keyed {
    private final long resourceVersion;
    private final Map<String, String> labels;
    private final String[] fields;
    private final byte[] json;
    private volatile FormCache.@Nullable Form @Nullable [] forms;

    /**
     * Takes its arguments without copying; the caller gives the map and the arrays away.
     *
     * @param namespace empty for a cluster-scoped object
     * @param resourceVersion revision of its last change; also inside the JSON
     * @param labels labels; the cache may replace the map by an equal one that takes less memory
     * @param fields values of the resource's selectable fields, in the order of {@link ObjectDecoder#fieldNames}
     * @param json the complete object as compact JSON, beginning with
     *     {@code {"kind":...,"apiVersion":...,} (constant for a resource, see {@link ObjectDecoder#typeMetaLength})
     */
    public CachedObject(
            String namespace,
            String name,
            long resourceVersion,
            Map<String, String> labels,
            String[] fields,
            byte[] json) {
        super(namespace, name);
        this.resourceVersion = resourceVersion;
        this.labels = labels;
        this.fields = fields;
        this.json = json;
    }

    /** Its namespace, empty for a cluster-scoped object. */
    public String namespace() {
        return namespace;
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Revision of its last change; in a DELETED event, of its deletion. */
    public long resourceVersion() {
        return resourceVersion;
    }

    /** Its labels, immutable. */
    public Map<String, String> labels() {
        return labels;
    }

    /** Values of the resource's selectable fields, in the order of {@link ObjectDecoder#fieldNames}; read only. */
    public String[] fields() {
        return fields;
    }

    /** The complete object as compact JSON, the array itself; read only. */
    public byte[] json() {
        return json;
    }

    /** Its registry key without the resource's prefix: {@code namespace/name}, or the name alone. */
    public String key() {
        return treeKey();
    }

    /** Its other forms by kind, as {@link FormCache} keeps them; null when it has none. */
    FormCache.@Nullable Form @Nullable [] forms() {
        return forms;
    }

    void forms(FormCache.@Nullable Form[] made) {
        this.forms = made;
    }

    /**
     * The same object with another {@code metadata.resourceVersion}, outside and inside its JSON: what a DELETED event
     * carries.
     */
    public CachedObject withResourceVersion(long revision) {
        return new CachedObject(namespace, name, revision, labels, fields, JsonResourceVersion.replace(json, revision));
    }
}
