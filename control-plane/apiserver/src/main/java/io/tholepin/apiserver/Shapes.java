package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.TablePrinter;
import io.tholepin.objects.Tables;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes tables and metadata-only objects of objects. Thread-safe. Source: contract 3.4. */
final class Shapes {
    private final InstantSource clock;

    Shapes(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether a watch's table has described its columns yet. */
    static final class Columns {
        private boolean told;

        /** True the first time. */
        boolean first() {
            boolean first = !told;
            told = true;
            return first;
        }
    }

    /** The metadata of an object alone. */
    static Map<String, Object> metadata(Map<String, Object> object, Media media) {
        Map<String, Object> partial = Tables.partial(object);
        partial.put("apiVersion", media.metaApiVersion());
        return partial;
    }

    /** An object in the shape asked for. */
    Map<String, Object> object(Call call, Media media, Map<String, Object> object) {
        return switch (media.shape()) {
            case OBJECT -> object;
            case METADATA, METADATA_LIST -> metadata(object, media);
            case TABLE -> tableOfOne(call, media, object, new Columns());
        };
    }

    /** A list of objects in the shape asked for. */
    Map<String, Object> list(Call call, Media media, Map<String, Object> list) {
        Map<String, Object> meta = Json.child(list, "metadata");
        List<Map<String, Object>> items = new ArrayList<>();
        for (Object item : Json.list(list, "items")) {
            items.add(typed(call, Json.asObject(item)));
        }
        return switch (media.shape()) {
            case OBJECT -> list;
            case METADATA, METADATA_LIST -> {
                Map<String, Object> partial = Tables.partialList(meta, items);
                partial.put("apiVersion", media.metaApiVersion());
                yield partial;
            }
            case TABLE -> table(call, media, meta, items);
        };
    }

    /** Items of a typed list carry no kind and apiVersion; on their own they do. */
    private static Map<String, Object> typed(Call call, Map<String, Object> item) {
        Map<String, Object> typed = new LinkedHashMap<>();
        typed.put("kind", call.type().kind());
        typed.put("apiVersion", call.type().apiVersion());
        typed.putAll(item);
        return typed;
    }

    /** Objects with kind and apiVersion as a table. */
    Map<String, Object> table(Call call, Media media, Map<String, Object> listMeta, List<Map<String, Object>> objects) {
        TablePrinter printer = Tables.forType(call.type());
        Tables.IncludeObject include = include(call);
        Instant now = clock.instant();
        List<Map<String, Object>> rows = new ArrayList<>(objects.size());
        for (Map<String, Object> object : objects) {
            rows.add(Tables.row(printer, object, include, now));
        }
        return of(media, Tables.table(printer, listMeta, rows, true));
    }

    /** One object as a table; a watch describes the columns in its first event only. */
    Map<String, Object> tableOfOne(Call call, Media media, Map<String, Object> object, Columns columns) {
        TablePrinter printer = printer(call, object);
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("resourceVersion", Json.string(object, "metadata", "resourceVersion"));
        List<Map<String, Object>> rows = List.of(Tables.row(printer, object, include(call), clock.instant()));
        return of(media, Tables.table(printer, meta, rows, columns.first()));
    }

    private static TablePrinter printer(Call call, Map<String, Object> object) {
        String kind = Json.string(object, "kind");
        return kind.equals(call.type().kind()) ? Tables.forType(call.type()) : Tables.forKind(kind);
    }

    /** A watch's bookmark as a table. */
    Map<String, Object> bookmarkTable(Call call, Media media, Map<String, Object> bookmark, Columns columns) {
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("resourceVersion", Json.string(bookmark, "metadata", "resourceVersion"));
        return of(
                media,
                Tables.table(
                        Tables.forType(call.type()), meta, List.of(Tables.bookmarkRow(bookmark)), columns.first()));
    }

    private static Map<String, Object> of(Media media, Map<String, Object> table) {
        table.put("apiVersion", media.metaApiVersion());
        return table;
    }

    private static Tables.IncludeObject include(Call call) {
        return Tables.IncludeObject.parse(call.query().first("includeObject"));
    }
}
