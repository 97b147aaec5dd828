package io.tholepin.apiserver;

import io.tholepin.objects.Envelope;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.TablePrinter;
import io.tholepin.objects.Tables;
import io.tholepin.objects.Transcoder;
import io.tholepin.objects.TypeSchema;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.FormCache;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes of objects in the forms that clients ask for. JSON is what the cache holds; each other form is made once
 * for an object and shared by every list and watch, as long as it is asked for and there is room. Thread-safe. Source:
 * contract 3.4, 3.5, 9 ("encode once per watcher").
 */
final class Forms {
    /** Part of the heap that forms may take. */
    private static final int HEAP_PART = 16;

    private static final long BYTES_MIN = 32L << 20;
    private static final String META_V1 = "meta.k8s.io/v1";

    /** How long the cells of a table may stay right, longest first. */
    private static final List<Duration> HORIZONS = List.of(Duration.ofHours(1), Duration.ofMinutes(1));

    private enum Kind {
        PROTOBUF,
        METADATA_JSON,
        METADATA_PROTOBUF,
        CELLS
    }

    private final FormCache cache = new FormCache(
            Kind.values().length, Math.max(BYTES_MIN, Runtime.getRuntime().maxMemory() / HEAP_PART));
    private final TypeNames types;
    private final InstantSource clock;

    Forms(TypeNames types, InstantSource clock) {
        this.types = types;
        this.clock = clock;
    }

    /** Bytes of forms that are kept. */
    long bytes() {
        return cache.bytes();
    }

    /** An object as a protobuf message without envelope. */
    byte[] protobuf(ResourceType type, CachedObject object) {
        return get(object, Kind.PROTOBUF, () -> FormCache.Made.forever(message(type, object)));
    }

    /** Length of {@link #protobuf}. */
    int protobufLength(ResourceType type, CachedObject object) {
        return cache.length(object, Kind.PROTOBUF.ordinal(), () -> FormCache.Made.forever(message(type, object)));
    }

    private byte[] message(ResourceType type, CachedObject object) {
        return Transcoder.toProtobuf(schema(type.apiVersion(), type.kind()), Json.parseObject(object.json()));
    }

    /** An object's {@code PartialObjectMetadata} as compact JSON. */
    byte[] metadataJson(CachedObject object, int typeMetaLength, String apiVersion) {
        if (!apiVersion.equals(META_V1)) {
            return partial(object, typeMetaLength, apiVersion);
        }
        return get(
                object, Kind.METADATA_JSON, () -> FormCache.Made.forever(partial(object, typeMetaLength, apiVersion)));
    }

    private static byte[] partial(CachedObject object, int typeMetaLength, String apiVersion) {
        byte[] head = ("{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"" + apiVersion + "\",")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] json = object.json();
        int length = MetadataSlice.end(json, typeMetaLength) - typeMetaLength;
        byte[] partial = Arrays.copyOf(head, head.length + length + 1);
        System.arraycopy(json, typeMetaLength, partial, head.length, length);
        partial[partial.length - 1] = '}';
        return partial;
    }

    /** An object's {@code PartialObjectMetadata} as a protobuf message without envelope. */
    byte[] metadataProtobuf(CachedObject object, int typeMetaLength) {
        return get(object, Kind.METADATA_PROTOBUF, () -> FormCache.Made.forever(metadata(object, typeMetaLength)));
    }

    /** Length of {@link #metadataProtobuf}. */
    int metadataProtobufLength(CachedObject object, int typeMetaLength) {
        return cache.length(
                object,
                Kind.METADATA_PROTOBUF.ordinal(),
                () -> FormCache.Made.forever(metadata(object, typeMetaLength)));
    }

    private byte[] metadata(CachedObject object, int typeMetaLength) {
        byte[] json = partial(object, typeMetaLength, META_V1);
        return Transcoder.toProtobuf(schema(META_V1, "PartialObjectMetadata"), Json.parseObject(json));
    }

    /**
     * An object's row of a table, JSON without its closing brace and the member {@code object}: cells, and conditions
     * if there are any. Cells tell times as ages, so they are made anew when an age reads differently.
     */
    byte[] cells(ResourceType type, CachedObject object) {
        return get(object, Kind.CELLS, () -> madeCells(type, object));
    }

    private FormCache.Made madeCells(ResourceType type, CachedObject object) {
        TablePrinter printer = Tables.forType(type);
        Map<String, Object> tree = Json.parseObject(object.json());
        Instant now = clock.instant();
        Map<String, Object> row = new LinkedHashMap<>(Tables.row(printer, tree, Tables.IncludeObject.NONE, now));
        row.remove("object");
        byte[] json = Json.write(row);
        return new FormCache.Made(
                Arrays.copyOf(json, json.length - 1), until(printer, tree, now).toEpochMilli());
    }

    /** An age only ever grows, so a row that reads the same at a later moment does so all the time until then. */
    private static Instant until(TablePrinter printer, Map<String, Object> tree, Instant now) {
        List<Object> cells = printer.cells(tree, now);
        for (Duration horizon : HORIZONS) {
            if (printer.cells(tree, now.plus(horizon)).equals(cells)) {
                return now.plus(horizon);
            }
        }
        return now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    }

    private byte[] get(CachedObject object, Kind kind, java.util.function.Supplier<FormCache.Made> make) {
        return cache.get(object, kind.ordinal(), clock.millis(), make);
    }

    /** A message's document: itself in its envelope. */
    static byte[] document(String apiVersion, String kind, byte[] message) {
        return Envelope.wrap(apiVersion, kind, message);
    }

    /** The schema of a kind. */
    TypeSchema schema(String apiVersion, String kind) {
        TypeSchema type = types.find(apiVersion, kind);
        if (type == null) {
            throw new IllegalStateException("no protobuf form: " + apiVersion + " " + kind);
        }
        return type;
    }
}
