package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.objects.CustomResource;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SelectableFields;
import io.tholepin.watchcache.CachedObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The stored form of a custom resource's objects: JSON in the storage version. What is read is pruned and defaulted, so
 * a cache shows what a request would. Source: contract 2.13, 4.1.
 */
final class CustomCodec implements ObjectCodec {
    private final CustomResource custom;
    private final SelectableFields selectable;
    private final int typeMetaLength;

    CustomCodec(ResourceType type) {
        custom = Objects.requireNonNull(type.custom(), "a built-in resource");
        selectable = SelectableFields.of(type);
        String head = "{\"kind\":" + Json.text(type.kind()) + ",\"apiVersion\":" + Json.text(type.apiVersion()) + ",";
        typeMetaLength = head.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public Bytes encode(Map<String, Object> object) {
        return Bytes.wrap(Json.write(custom.toStorage(object)));
    }

    @Override
    public Map<String, Object> tree(Bytes value, long modRevision) {
        return custom.fromStorage(Json.parseObject(value.array()), modRevision);
    }

    @Override
    public CachedObject decode(Bytes key, Bytes value, long modRevision) {
        return ObjectCodec.cached(tree(value, modRevision), modRevision, selectable);
    }

    @Override
    public List<String> fieldNames() {
        return selectable.names();
    }

    /** All of them: whoever names a field in a definition wants to select few of many objects by it. */
    @Override
    public List<String> indexedFields() {
        return selectable.names();
    }

    @Override
    public int typeMetaLength() {
        return typeMetaLength;
    }

    @Override
    public boolean typedItems() {
        return false;
    }
}
