package io.tholepin.apiserver;

import io.tholepin.objects.Envelope;
import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import io.tholepin.watchcache.CacheEvent;
import io.tholepin.watchcache.CachedObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes the events of one watch: JSON documents with a newline after each, or length-prefixed protobuf. Events are
 * collected until {@link #send}; on a WebSocket each goes at once, as a frame of its own. Source: contract 1.7, 3.5.
 */
final class EventWriter {
    /** Collected bytes at which the caller should send. */
    private static final int FULL_BYTES = 64 * 1024;

    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    private final Call call;
    private final Media media;
    private final Shapes shapes;
    private final Encoder encoder;
    private final int typeMetaLength;
    private final Shapes.Columns columns = new Shapes.Columns();
    private long revision;
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream(1024);

    EventWriter(Call call, Media media, Shapes shapes, Encoder encoder, int typeMetaLength) {
        this.call = call;
        this.media = media;
        this.shapes = shapes;
        this.encoder = encoder;
        this.typeMetaLength = typeMetaLength;
    }

    /** Adds an event. */
    void event(CacheEvent event) {
        revision = Math.max(revision, event.revision());
        CachedObject object = event.object();
        if (object == null) {
            bookmark(event.revision(), event.initialEventsEnd());
            return;
        }
        String type = event.type().name();
        if (media.encoding() == Media.Encoding.JSON && media.shape() == Media.Shape.OBJECT) {
            json(type, object.json());
        } else if (media.encoding() == Media.Encoding.JSON && media.shape() == Media.Shape.METADATA) {
            json(type, partial(object.json()));
        } else {
            tree(type, Json.parseObject(object.json()));
        }
    }

    private byte[] partial(byte[] json) {
        byte[] head = ("{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"" + media.metaApiVersion() + "\",")
                .getBytes(StandardCharsets.UTF_8);
        int end = MetadataSlice.end(json, typeMetaLength);
        byte[] partial = java.util.Arrays.copyOf(head, head.length + end - typeMetaLength + 1);
        System.arraycopy(json, typeMetaLength, partial, head.length, end - typeMetaLength);
        partial[partial.length - 1] = '}';
        return partial;
    }

    /** Adds a bookmark. */
    void bookmark(long revision) {
        bookmark(revision, false);
    }

    private void bookmark(long revision, boolean initialEventsEnd) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("resourceVersion", Long.toString(revision));
        if (initialEventsEnd) {
            Map<String, Object> annotations = new LinkedHashMap<>();
            annotations.put(INITIAL_EVENTS_END, "true");
            metadata.put("annotations", annotations);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", call.type().kind());
        object.put("apiVersion", call.type().apiVersion());
        object.put("metadata", metadata);
        Map<String, Object> shaped = media.shape() == Media.Shape.TABLE
                ? shapes.bookmarkTable(call, media, object, columns)
                : shapes.object(call, media, object);
        encoded("BOOKMARK", encoder.encode(compact(), shaped));
    }

    /** Adds an ERROR event and sends everything. */
    void error(StatusException status) {
        encoded("ERROR", encoder.encode(compact(), status.toStatus()));
        send();
    }

    private Media compact() {
        return new Media(media.encoding(), Media.Shape.OBJECT, "v1", false);
    }

    private void tree(String type, Map<String, Object> object) {
        Map<String, Object> shaped = media.shape() == Media.Shape.TABLE
                ? shapes.tableOfOne(call, media, object, columns)
                : shapes.object(call, media, object);
        encoded(type, encoder.encode(compact(), shaped));
    }

    private void encoded(String type, byte[] object) {
        switch (media.encoding()) {
            case JSON -> json(type, object);
            case PROTOBUF -> protobuf(type, object);
            case YAML -> throw new IllegalStateException("no watch in YAML");
        }
    }

    private void json(String type, byte[] object) {
        int length = object.length > 0 && object[object.length - 1] == '\n' ? object.length - 1 : object.length;
        collected.writeBytes(("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.UTF_8));
        collected.write(object, 0, length);
        collected.write('}');
        if (call.reply().sink().framed()) {
            send();
        } else {
            collected.write('\n');
        }
    }

    private void protobuf(String type, byte[] object) {
        collected.writeBytes(Envelope.watchFrame(type, object));
        if (call.reply().sink().framed()) {
            send();
        }
    }

    /** The highest revision written so far. */
    long revision() {
        return revision;
    }

    /** Whether enough has been collected to be worth sending. */
    boolean full() {
        return collected.size() >= FULL_BYTES;
    }

    /** Sends what has been collected. */
    void send() {
        if (collected.size() > 0) {
            byte[] bytes = collected.toByteArray();
            collected.reset();
            call.reply().sink().write(bytes, 0, bytes.length);
        }
    }
}
