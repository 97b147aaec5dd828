package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.WatchCache;
import java.util.Map;

/** Answers GETs of one object and of collections. Source: contract 1.2, 1.3. */
final class Reads {
    private static final byte[] NEWLINE = {'\n'};

    private final Backend backend;
    private final Lists lists;
    private final ListWriter writer;
    private final Shapes shapes;
    private final Forms forms;

    Reads(Backend backend, Shapes shapes, Forms forms) {
        this.backend = backend;
        this.lists = new Lists(backend);
        this.writer = new ListWriter(forms);
        this.shapes = shapes;
        this.forms = forms;
    }

    /** Answers with one object, or its scale. */
    void get(Call call) {
        Media media = Negotiation.choose(call, Negotiation.Endpoint.OBJECT);
        CachedObject object = find(call);
        boolean scale = call.info().subresource().equals("scale");
        if (!scale
                && media.encoding() == Media.Encoding.JSON
                && (!media.pretty() || media.shape() == Media.Shape.OBJECT)) {
            json(call, media, object);
        } else if (!scale && media.encoding() == Media.Encoding.PROTOBUF) {
            call.reply().large(200, media.encoding().contentType(), document(call.type(), media, object));
        } else {
            Map<String, Object> tree = Json.parseObject(object.json());
            Map<String, Object> shown = scale ? Scales.of(call.type(), tree) : tree;
            call.reply().object(200, media, shapes.object(call, media, shown));
        }
    }

    private byte[] document(ResourceType type, Media media, CachedObject object) {
        return media.shape() == Media.Shape.OBJECT
                ? Forms.document(type.apiVersion(), type.kind(), forms.protobuf(type, object))
                : Forms.document(
                        media.metaApiVersion(),
                        "PartialObjectMetadata",
                        forms.metadataProtobuf(object, backend.codecOf(type).typeMetaLength()));
    }

    private void json(Call call, Media media, CachedObject object) {
        int typeMetaLength = backend.codecOf(call.type()).typeMetaLength();
        switch (media.shape()) {
            case OBJECT -> json(call, media, object.json());
            case METADATA, METADATA_LIST ->
                json(call, media, forms.metadataJson(object, typeMetaLength, media.metaApiVersion()));
            case TABLE -> writer.writeOne(call, media, object, typeMetaLength);
        }
    }

    private static void json(Call call, Media media, byte[] json) {
        if (media.pretty()) {
            call.reply().bytes(200, media.encoding().contentType(), Encoder.json(json, true));
            return;
        }
        BodyOutput out = call.reply().body(200, media.encoding().contentType());
        out.shareAll(json);
        out.shareAll(NEWLINE);
        out.finish();
    }

    /** The object that a request names. */
    CachedObject find(Call call) {
        return find(
                call.type(),
                call.info().objectNamespace(),
                call.info().name(),
                call.query().first("resourceVersion"));
    }

    private CachedObject find(ResourceType type, String namespace, String name, String version) {
        WatchCache cache = backend.cacheOf(type);
        long wanted = version.isEmpty() ? -1 : ListOptions.parseRevision(version);
        if (!cache.ready() || !mayAnswer(cache, wanted)) {
            return stored(type, namespace, name, wanted);
        }
        if (wanted < 0) {
            return mostRecent(type, cache, namespace, name);
        }
        CachedObject found =
                (wanted == 0 ? cache.latest() : Failures.await(cache.notOlderThan(wanted))).get(namespace, name);
        if (found == null) {
            throw StatusException.notFound(type, name);
        }
        return found;
    }

    /** Linearizable: from the cache, from the store when the cache does not come along. */
    private CachedObject mostRecent(ResourceType type, WatchCache cache, String namespace, String name) {
        CachedObject found;
        try {
            found = Failures.await(cache.consistent()).get(namespace, name);
        } catch (WatchCache.TooNewException | WatchCache.NotReadyException behind) {
            return stored(type, namespace, name, -1);
        }
        if (found == null) {
            throw StatusException.notFound(type, name);
        }
        return found;
    }

    /** Whether a cache may answer about a revision: -1 for the most recent one, else one not older than this. */
    private boolean mayAnswer(WatchCache cache, long wanted) {
        CacheReads may = backend.cacheReads();
        return wanted < 0 ? may.lists() : may.progress() || cache.latest().revision() >= wanted;
    }

    /** From the store itself, which is always recent; while the cache is being filled, or when it may not answer. */
    private CachedObject stored(ResourceType type, String namespace, String name, long wanted) {
        RangeResult result = Failures.await(
                backend.store().range(RangeRequest.of(KeyRange.key(Bytes.utf8(type.key(namespace, name))))));
        if (result.revision() < wanted) {
            throw new WatchCache.TooNewException(wanted, result.revision());
        }
        if (result.kvs().isEmpty()) {
            throw StatusException.notFound(type, name);
        }
        KeyValue pair = result.kvs().getFirst();
        return backend.codecOf(type).decode(pair.key(), pair.value(), pair.modRevision());
    }

    /** Answers with a collection. */
    void list(Call call) {
        Media media = Negotiation.choose(call, Negotiation.Endpoint.LIST);
        ListOptions options = ListOptions.of(call.query(), false);
        RequestInfo info = call.info();
        try (StoreLists.Turn turn = backend.storeLists().turn()) {
            Page page = lists.page(call.type(), info.objectNamespace(), options, turn);
            count(call.type(), page.origin(), writer.write(call, media, page, backend.codecOf(call.type())));
        }
    }

    private void count(ResourceType type, Page.Origin origin, long returned) {
        if (origin.cache()) {
            backend.metrics().cacheList(type, origin.index(), origin.fetched(), returned);
        } else {
            backend.metrics().storageList(type, origin.fetched(), returned);
        }
    }
}
