package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.Tables;
import io.tholepin.objects.Tables.IncludeObject;
import io.tholepin.objects.Yaml;
import io.tholepin.watchcache.CachedObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a page of a list, in every encoding object by object, so that a list of any size takes the same memory. JSON
 * is the stored bytes of the objects put together, without looking into them: items of a typed list carry no kind and
 * apiVersion, so each is an opening brace and the bytes behind them. Source: contract 1.3, 3.4, 3.5.
 */
final class ListWriter {
    private static final byte[] NEXT = {',', '{'};
    private static final byte[] END = {']', '}', '\n'};

    private final Forms forms;

    ListWriter(Forms forms) {
        this.forms = forms;
    }

    /** Answers a list; returns how many objects it has. */
    long write(Call call, Media media, Page page, ObjectCodec codec) {
        // Read before the head is out: it may be refused.
        IncludeObject include = IncludeObject.parse(
                media.shape() == Media.Shape.TABLE ? call.query().first("includeObject") : "");
        BodyOutput body = call.reply().body(200, media.encoding().contentType());
        Counted counted = new Counted(page);
        OutputStream out = media.pretty() && media.encoding() == Media.Encoding.JSON ? new PrettyJson(body) : body;
        try {
            switch (media.encoding()) {
                case JSON -> json(out, call.type(), media, counted.page, codec, include);
                case YAML -> yaml(out, call.type(), media, counted.page, codec, include);
                case PROTOBUF -> protobuf(out, call.type(), media, counted.page, codec.typeMetaLength());
            }
            body.finish();
            return counted.objects;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // sinks throw ClosedException instead
        }
    }

    /** Answers with one object as a table, in JSON. */
    void writeOne(Call call, Media media, CachedObject object, int typeMetaLength) {
        IncludeObject include = IncludeObject.parse(call.query().first("includeObject"));
        BodyOutput body = call.reply().body(200, media.encoding().contentType());
        try {
            body.write(tableHead(media, object.resourceVersion(), columns(call.type())));
            row(body, forms, call.type(), object, typeMetaLength, include);
            body.write(END);
            body.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // sinks throw ClosedException instead
        }
    }

    /**
     * What stands before the row of a table of one object.
     *
     * @param columns their description as JSON
     */
    static byte[] tableHead(Media media, long resourceVersion, String columns) {
        return ("{\"kind\":\"Table\",\"apiVersion\":\"" + media.metaApiVersion()
                        + "\",\"metadata\":{\"resourceVersion\":\"" + resourceVersion + "\"},\"columnDefinitions\":"
                        + columns
                        + ",\"rows\":[")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A page whose objects are counted as they are gone through. */
    private static final class Counted {
        private final Page page;
        private long objects;

        Counted(Page page) {
            this.page =
                    new Page(page.revision(), page.continueToken(), page.remaining(), () -> count(page), page.origin());
        }

        private Iterator<CachedObject> count(Page page) {
            Iterator<CachedObject> all = page.objects().iterator();
            objects = 0;
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return all.hasNext();
                }

                @Override
                public CachedObject next() {
                    objects++;
                    return all.next();
                }
            };
        }
    }

    private void json(
            OutputStream out, ResourceType type, Media media, Page page, ObjectCodec codec, IncludeObject include)
            throws IOException {
        out.write(head(type, media, page).getBytes(StandardCharsets.UTF_8));
        switch (media.shape()) {
            case OBJECT -> items(out, page, codec.typedItems() ? codec.typeMetaLength() : 1);
            case METADATA, METADATA_LIST -> {
                boolean first = true;
                for (CachedObject object : page.objects()) {
                    separate(out, first);
                    first = false;
                    BodyOutput.share(out, forms.metadataJson(object, codec.typeMetaLength(), media.metaApiVersion()));
                }
            }
            case TABLE -> {
                boolean first = true;
                for (CachedObject object : page.objects()) {
                    separate(out, first);
                    first = false;
                    row(out, forms, type, object, codec.typeMetaLength(), include);
                }
            }
        }
        out.write(END);
    }

    private static void separate(OutputStream out, boolean first) throws IOException {
        if (!first) {
            out.write(',');
        }
    }

    private static String head(ResourceType type, Media media, Page page) {
        String metadata = Json.text(listMeta(page));
        String start = "{\"kind\":\"" + kind(type, media) + "\",\"apiVersion\":\"" + apiVersion(type, media)
                + "\",\"metadata\":" + metadata;
        return media.shape() == Media.Shape.TABLE
                ? start + ",\"columnDefinitions\":" + columns(type) + ",\"rows\":["
                : start + ",\"items\":[";
    }

    /** The description of a resource's columns as JSON. */
    static String columns(ResourceType type) {
        return Json.text(Tables.columnDefinitions(Tables.forType(type)));
    }

    private static String kind(ResourceType type, Media media) {
        return switch (media.shape()) {
            case OBJECT -> type.listKind();
            case METADATA, METADATA_LIST -> "PartialObjectMetadataList";
            case TABLE -> "Table";
        };
    }

    private static String apiVersion(ResourceType type, Media media) {
        return media.shape() == Media.Shape.OBJECT ? type.apiVersion() : media.metaApiVersion();
    }

    /** The list's metadata. */
    static Map<String, Object> listMeta(Page page) {
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("resourceVersion", Long.toString(page.revision()));
        if (!page.continueToken().isEmpty()) {
            meta.put("continue", page.continueToken());
        }
        if (page.remaining() > 0) {
            meta.put("remainingItemCount", page.remaining());
        }
        return meta;
    }

    private static void items(OutputStream out, Page page, int offset) throws IOException {
        boolean first = true;
        for (CachedObject object : page.objects()) {
            byte[] json = object.json();
            BodyOutput.share(out, NEXT, first ? 1 : 0, first ? 1 : 2);
            BodyOutput.share(out, json, offset, json.length - offset);
            first = false;
        }
    }

    /** One row of a table. */
    static void row(
            OutputStream out,
            Forms forms,
            ResourceType type,
            CachedObject object,
            int typeMetaLength,
            IncludeObject include)
            throws IOException {
        BodyOutput.share(out, forms.cells(type, object));
        BodyOutput.share(out, OBJECT);
        BodyOutput.share(out, rowObject(forms, object, typeMetaLength, include));
        out.write('}');
    }

    /** What a row shows of its object, which stands after {@link #OBJECT}. */
    static byte[] rowObject(Forms forms, CachedObject object, int typeMetaLength, IncludeObject include) {
        return switch (include) {
            case NONE -> NULL;
            case METADATA -> forms.metadataJson(object, typeMetaLength, "meta.k8s.io/v1");
            case OBJECT -> object.json();
        };
    }

    /** What stands between the cells of a row and its object. */
    static final byte[] OBJECT = ",\"object\":".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

    /** As the whole list would be written at once: keys sorted, items not indented below theirs. */
    private void yaml(
            OutputStream out, ResourceType type, Media media, Page page, ObjectCodec codec, IncludeObject include)
            throws IOException {
        boolean table = media.shape() == Media.Shape.TABLE;
        Map<String, Object> before = new LinkedHashMap<>();
        before.put("apiVersion", apiVersion(type, media));
        Map<String, Object> after = new LinkedHashMap<>();
        after.put("kind", kind(type, media));
        after.put("metadata", listMeta(page));
        if (table) {
            before.put("columnDefinitions", Tables.columnDefinitions(Tables.forType(type)));
            before.putAll(after);
            after = Map.of();
        }
        out.write(Yaml.write(before));
        String name = table ? "rows" : "items";
        boolean first = true;
        for (CachedObject object : page.objects()) {
            if (first) {
                out.write((name + ":\n").getBytes(StandardCharsets.US_ASCII));
                first = false;
            }
            out.write(Yaml.write(List.of(item(type, media, object, codec, include))));
        }
        if (first) {
            out.write((name + ": []\n").getBytes(StandardCharsets.US_ASCII));
        }
        if (!after.isEmpty()) {
            out.write(Yaml.write(after));
        }
    }

    private Map<String, Object> item(
            ResourceType type, Media media, CachedObject object, ObjectCodec codec, IncludeObject include)
            throws IOException {
        switch (media.shape()) {
            case OBJECT -> {
                Map<String, Object> tree = Json.parseObject(object.json());
                if (codec.typedItems()) {
                    tree.remove("kind");
                    tree.remove("apiVersion");
                }
                return tree;
            }
            case METADATA, METADATA_LIST -> {
                return Json.parseObject(forms.metadataJson(object, codec.typeMetaLength(), media.metaApiVersion()));
            }
            case TABLE -> {
                java.io.ByteArrayOutputStream row = new java.io.ByteArrayOutputStream();
                row(row, forms, type, object, codec.typeMetaLength(), include);
                return Json.parseObject(row.toByteArray());
            }
        }
        throw new IllegalStateException("shape: " + media.shape());
    }

    /**
     * The message's length stands before it, so the objects are gone through twice: once for their lengths, which are
     * kept with them, and once for their bytes.
     */
    private void protobuf(OutputStream out, ResourceType type, Media media, Page page, int typeMetaLength)
            throws IOException {
        ProtobufList list = new ProtobufList(kind(type, media), apiVersion(type, media), forms, listMeta(page));
        boolean whole = media.shape() == Media.Shape.OBJECT;
        for (CachedObject object : page.objects()) {
            list.count(
                    whole ? forms.protobufLength(type, object) : forms.metadataProtobufLength(object, typeMetaLength));
        }
        list.begin(out);
        for (CachedObject object : page.objects()) {
            list.item(out, whole ? forms.protobuf(type, object) : forms.metadataProtobuf(object, typeMetaLength));
        }
        list.end(out);
    }
}
