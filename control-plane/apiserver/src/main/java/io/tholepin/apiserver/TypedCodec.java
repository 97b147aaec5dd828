package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.objects.Conversions;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.objects.SelectableFields;
import io.tholepin.watchcache.CachedObject;
import java.util.List;
import java.util.Map;

/**
 * The stored form of a built-in resource. Most are stored as they are served; one that shares its storage with another
 * resource goes through the other's form. Source: contract 2.13.
 */
public final class TypedCodec implements ObjectCodec {
    /**
     * Fields by which clients select few of many objects: a kubelet its pods (contract 1.8), {@code kubectl describe}
     * the events of an object, a driver's plugin its slices.
     */
    private static final Map<String, List<String>> INDEXED = Map.of(
            "v1 Pod", List.of("spec.nodeName"),
            "v1 Event", List.of("involvedObject.uid", "involvedObject.name"),
            "events.k8s.io/v1 Event", List.of("regarding.uid", "regarding.name"),
            "resource.k8s.io/v1 ResourceSlice", List.of("spec.nodeName"));

    private final ResourceType type;
    private final io.tholepin.objects.ObjectCodec stored;
    private final SelectableFields selectable;
    private final int typeMetaLength;

    /**
     * @throws IllegalArgumentException when the type is not in the pack
     */
    public TypedCodec(ResourceType type, SchemaPack schemas) {
        this.type = type;
        stored = io.tholepin.objects.ObjectCodec.of(storedType(type), schemas);
        selectable = SelectableFields.of(type);
        typeMetaLength = io.tholepin.objects.ObjectCodec.of(type, schemas).typeMetaLength();
    }

    private static ResourceType storedType(ResourceType type) {
        if (!type.convertsForStorage()) {
            return type;
        }
        int slash = type.storageApiVersion().indexOf('/');
        return new ResourceType(
                slash < 0 ? "" : type.storageApiVersion().substring(0, slash),
                type.storageApiVersion().substring(slash + 1),
                type.resource(),
                type.singular(),
                type.kind(),
                type.namespaced(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                type.storageTypeName(),
                type.storagePrefix());
    }

    @Override
    public Bytes encode(Map<String, Object> object) {
        Map<String, Object> form =
                type.convertsForStorage() ? Conversions.toStorage(type, Json.copyObject(object)) : object;
        return Bytes.wrap(stored.encodeForStore(form));
    }

    @Override
    public Map<String, Object> tree(Bytes value, long modRevision) {
        Map<String, Object> tree = stored.decodeTree(value.array(), modRevision);
        if (modRevision == 0) {
            Json.child(tree, "metadata").remove("resourceVersion");
        }
        return Conversions.fromStorage(type, tree);
    }

    @Override
    public CachedObject decode(Bytes key, Bytes value, long modRevision) {
        if (type.convertsForStorage()) {
            return ObjectCodec.cached(tree(value, modRevision), modRevision, selectable);
        }
        io.tholepin.objects.ObjectCodec.Decoded decoded = stored.decode(value.array(), modRevision);
        return new CachedObject(
                decoded.namespace(), decoded.name(), modRevision, decoded.labels(), decoded.fields(), decoded.json());
    }

    @Override
    public List<String> fieldNames() {
        return selectable.names();
    }

    @Override
    public List<String> indexedFields() {
        return INDEXED.getOrDefault(type.apiVersion() + " " + type.kind(), List.of());
    }

    @Override
    public int typeMetaLength() {
        return typeMetaLength;
    }
}
