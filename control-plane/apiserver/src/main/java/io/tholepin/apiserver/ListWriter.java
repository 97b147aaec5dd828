package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.Tables;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a page of a list. JSON is the stored bytes of the objects put together, without looking into them: items of a
 * typed list carry no kind and apiVersion, so each is an opening brace and the bytes behind them.
 */
final class ListWriter {
    private final Shapes shapes;

    ListWriter(Shapes shapes) {
        this.shapes = shapes;
    }

    /** Answers a list. */
    void write(Call call, Media media, Page page, ObjectCodec codec) {
        boolean table = media.shape() == Media.Shape.TABLE;
        if (media.encoding() != Media.Encoding.JSON || table) {
            call.reply().object(200, media, tree(call, media, page));
            return;
        }
        BodyOutput body = call.reply().body(200, media.encoding().contentType());
        OutputStream out = media.pretty() ? new PrettyJson(body) : body;
        try {
            out.write(head(call.type(), media, page));
            if (media.shape() == Media.Shape.METADATA_LIST) {
                metadataItems(out, media, page, codec.typeMetaLength());
            } else {
                items(out, page, codec.typeMetaLength());
            }
            out.write(new byte[] {']', '}', '\n'});
            body.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // sinks throw ClosedException instead
        }
    }

    private static byte[] head(ResourceType type, Media media, Page page) {
        boolean partial = media.shape() == Media.Shape.METADATA_LIST;
        StringBuilder head = new StringBuilder(160)
                .append("{\"kind\":\"")
                .append(partial ? "PartialObjectMetadataList" : type.kind() + "List")
                .append("\",\"apiVersion\":\"")
                .append(partial ? media.metaApiVersion() : type.apiVersion())
                .append("\",\"metadata\":")
                .append(Json.text(listMeta(page)))
                .append(",\"items\":[");
        return head.toString().getBytes(StandardCharsets.UTF_8);
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

    private static void items(OutputStream out, Page page, int typeMetaLength) throws IOException {
        byte[] separator = {',', '{'};
        boolean first = true;
        while (page.objects().hasNext()) {
            byte[] json = page.objects().next().json();
            out.write(separator, first ? 1 : 0, first ? 1 : 2);
            out.write(json, typeMetaLength, json.length - typeMetaLength);
            first = false;
        }
    }

    private static void metadataItems(OutputStream out, Media media, Page page, int typeMetaLength) throws IOException {
        byte[] head = ("{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"" + media.metaApiVersion() + "\",")
                .getBytes(StandardCharsets.UTF_8);
        boolean first = true;
        while (page.objects().hasNext()) {
            byte[] json = page.objects().next().json();
            if (!first) {
                out.write(',');
            }
            out.write(head);
            out.write(json, typeMetaLength, MetadataSlice.end(json, typeMetaLength) - typeMetaLength);
            out.write('}');
            first = false;
        }
    }

    private Map<String, Object> tree(Call call, Media media, Page page) {
        boolean bare = media.shape() == Media.Shape.OBJECT;
        List<Map<String, Object>> objects = new ArrayList<>();
        while (page.objects().hasNext()) {
            Map<String, Object> tree = Json.parseObject(page.objects().next().json());
            if (bare) {
                tree.remove("kind");
                tree.remove("apiVersion");
            }
            objects.add(tree);
        }
        Map<String, Object> meta = listMeta(page);
        return switch (media.shape()) {
            case OBJECT -> list(call.type(), meta, objects);
            case TABLE -> shapes.table(call, media, meta, objects);
            case METADATA, METADATA_LIST -> {
                Map<String, Object> partial = Tables.partialList(meta, objects);
                partial.put("apiVersion", media.metaApiVersion());
                yield partial;
            }
        };
    }

    private static Map<String, Object> list(
            ResourceType type, Map<String, Object> meta, List<Map<String, Object>> objects) {
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("kind", type.kind() + "List");
        list.put("apiVersion", type.apiVersion());
        list.put("metadata", meta);
        list.put("items", new ArrayList<Object>(objects));
        return list;
    }
}
