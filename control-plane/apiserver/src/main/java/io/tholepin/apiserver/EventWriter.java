package io.tholepin.apiserver;

import io.tholepin.objects.Envelope;
import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.Tables.IncludeObject;
import io.tholepin.watchcache.CacheEvent;
import io.tholepin.watchcache.CachedObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Writes the events of one watch: JSON documents with a newline after each, or length-prefixed protobuf. What an event
 * shows of its object was encoded once for all watches ({@link CachedObject#json}, {@link Forms}), and its bytes are
 * shared up to the socket. Events are collected until {@link #send}; on a WebSocket each goes at once, as a frame of
 * its own. Source: contract 1.7, 3.5.
 */
final class EventWriter {
    /** Collected bytes at which the caller should send. */
    private static final int FULL_BYTES = 64 * 1024;

    private static final byte[] CLOSED_LINE = {'}', '\n'};
    private static final byte[] CLOSED = {'}'};
    private static final byte[] ROW_END = {'}', ']', '}'};
    private static final byte[] ENVELOPE_TAIL = Envelope.tail();
    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    /** What stands around a JSON object in an event, by type. */
    private static final Map<String, byte[]> HEADS = heads();

    /**
     * What the client asked for.
     *
     * @param include how much of an object a table's row shows
     * @param codec of the resource
     */
    record Style(Media media, IncludeObject include, ObjectCodec codec) {}

    /** What all watches encode with. */
    record Tools(Shapes shapes, Forms forms, Encoder encoder) {}

    private final Call call;
    private final Media media;
    private final Shapes shapes;
    private final Forms forms;
    private final Encoder encoder;
    private final ObjectCodec codec;
    private final int typeMetaLength;
    private final IncludeObject include;
    private final Shapes.Columns columns = new Shapes.Columns();
    private final Pieces collected = new Pieces();
    private final boolean framed;
    private final ApiMetrics.Events events;
    private long revision;

    /**
     * @param events counts what is sent
     */
    EventWriter(Call call, Style style, Tools tools, ApiMetrics.Events events) {
        this.call = call;
        this.media = style.media;
        this.include = style.include;
        this.codec = style.codec;
        this.typeMetaLength = style.codec.typeMetaLength();
        this.shapes = tools.shapes;
        this.forms = tools.forms;
        this.encoder = tools.encoder;
        this.framed = call.reply().sink().framed();
        this.events = events;
    }

    private static Map<String, byte[]> heads() {
        Map<String, byte[]> heads = new LinkedHashMap<>();
        for (String type : new String[] {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"}) {
            heads.put(type, ("{\"type\":\"" + type + "\",\"object\":").getBytes(StandardCharsets.US_ASCII));
        }
        return Map.copyOf(heads);
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
        switch (media.encoding()) {
            case JSON -> json(type, object);
            case PROTOBUF -> protobuf(type, object);
            case YAML -> throw new IllegalStateException("no watch in YAML");
        }
    }

    private void json(String type, CachedObject object) {
        switch (media.shape()) {
            case OBJECT -> {
                byte[] json = object.json();
                json(type, json, json.length);
            }
            case METADATA, METADATA_LIST -> {
                byte[] json = forms.metadataJson(object, typeMetaLength, media.metaApiVersion());
                json(type, json, json.length);
            }
            case TABLE -> table(type, object);
        }
    }

    /** The message's bytes are shared; what stands around them is made for each watch. */
    private void protobuf(String type, CachedObject object) {
        boolean whole = media.shape() == Media.Shape.OBJECT;
        byte[] message = whole ? forms.protobuf(call.type(), object) : forms.metadataProtobuf(object, typeMetaLength);
        byte[] head = whole
                ? Envelope.head(call.type().apiVersion(), call.type().kind(), message.length)
                : Envelope.head(media.metaApiVersion(), "PartialObjectMetadata", message.length);
        int length = head.length + message.length + ENVELOPE_TAIL.length;
        events.sent(length);
        collected.add(Envelope.watchFrameHead(type, length));
        collected.add(head);
        collected.add(message);
        collected.add(ENVELOPE_TAIL);
        if (framed) {
            send();
        }
    }

    /** A table of one row; the columns are described in the first only. */
    private void table(String type, CachedObject object) {
        int before = collected.bytes();
        collected.add(head(type));
        String columnsOnce = columns.first() ? ListWriter.columns(call.type()) : "null";
        collected.add(ListWriter.tableHead(media, object.resourceVersion(), columnsOnce));
        collected.add(forms.cells(call.type(), object));
        collected.add(ListWriter.OBJECT);
        collected.add(ListWriter.rowObject(forms, object, typeMetaLength, include));
        collected.add(ROW_END);
        events.sent(collected.bytes() - before);
        end();
    }

    /** Adds a bookmark. */
    void bookmark(long revision) {
        bookmark(revision, false);
    }

    private void bookmark(long revision, boolean initialEventsEnd) {
        Map<String, Object> object = empty(revision);
        Map<String, Object> metadata = Json.child(object, "metadata");
        if (initialEventsEnd) {
            events.initialSent();
            Map<String, Object> annotations = new LinkedHashMap<>();
            annotations.put(INITIAL_EVENTS_END, "true");
            metadata.put("annotations", annotations);
        }
        Map<String, Object> shaped = media.shape() == Media.Shape.TABLE
                ? shapes.bookmarkTable(call, media, object, columns)
                : shapes.object(call, media, object);
        encoded("BOOKMARK", encoder.encode(compact(), shaped));
    }

    /** An object with nothing but a resourceVersion, and what its type always shows. Source: contract 1.7. */
    private Map<String, Object> empty(long revision) {
        Map<String, Object> bare = new LinkedHashMap<>();
        bare.put("kind", call.type().kind());
        bare.put("apiVersion", call.type().apiVersion());
        Map<String, Object> metadata = new LinkedHashMap<>();
        bare.put("metadata", metadata);
        if (call.type().custom() != null) {
            metadata.put("resourceVersion", Long.toString(revision));
            return bare;
        }
        return codec.tree(codec.encode(bare), revision);
    }

    /** Adds an ERROR event and sends everything. */
    void error(StatusException status) {
        encoded("ERROR", encoder.encode(compact(), status.toStatus()));
        send();
    }

    private Media compact() {
        return new Media(media.encoding(), Media.Shape.OBJECT, "v1", false);
    }

    private void encoded(String type, byte[] object) {
        switch (media.encoding()) {
            case JSON -> json(type, object, object[object.length - 1] == '\n' ? object.length - 1 : object.length);
            case PROTOBUF -> protobuf(type, object);
            case YAML -> throw new IllegalStateException("no watch in YAML");
        }
    }

    private void json(String type, byte[] object, int length) {
        events.sent(length);
        collected.add(head(type));
        collected.add(object, 0, length);
        end();
    }

    private static byte[] head(String type) {
        return Objects.requireNonNull(HEADS.get(type), type);
    }

    private void end() {
        if (framed) {
            collected.add(CLOSED);
            send();
        } else {
            collected.add(CLOSED_LINE);
        }
    }

    private void protobuf(String type, byte[] document) {
        events.sent(document.length);
        collected.add(Envelope.watchFrameHead(type, document.length));
        collected.add(document);
        if (framed) {
            send();
        }
    }

    /** The highest revision written so far. */
    long revision() {
        return revision;
    }

    /** Whether enough has been collected to be worth sending. */
    boolean full() {
        return collected.bytes() >= FULL_BYTES;
    }

    /** Sends what has been collected. */
    void send() {
        if (collected.count() > 0) {
            call.reply().sink().write(collected);
            collected.clear();
        }
    }
}
