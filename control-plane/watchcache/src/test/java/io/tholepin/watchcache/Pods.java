package io.tholepin.watchcache;

import io.tholepin.kv.Bytes;
import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Small pods, stored as JSON, and how they are read back. */
final class Pods {
    static final String PREFIX = "/registry/pods/";
    static final Selection ALL = new Selection("", "", Selection.everything());

    /** Its only selectable field is the phase. */
    static final ObjectDecoder DECODER = new ObjectDecoder() {
        @Override
        public CachedObject decode(Bytes key, Bytes value, long modRevision) {
            Map<String, Object> tree = Json.parseObject(value.array());
            Map<String, Object> metadata = Objects.requireNonNull(Json.object(tree, "metadata"));
            metadata.put("resourceVersion", Long.toString(modRevision));
            return new CachedObject(
                    Json.string(metadata, "namespace"),
                    Json.string(metadata, "name"),
                    modRevision,
                    Json.strings(metadata, "labels"),
                    new String[] {Json.string(tree, "status", "phase")},
                    Json.write(tree));
        }

        @Override
        public List<String> fieldNames() {
            return List.of("status.phase");
        }

        @Override
        public List<String> indexedFields() {
            return fieldNames();
        }

        @Override
        public int typeMetaLength() {
            return "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",".length();
        }
    };

    private Pods() {}

    static String key(String namespace, String name) {
        return PREFIX + namespace + "/" + name;
    }

    /** The stored bytes of a pod with one label {@code app} and a phase. */
    static byte[] stored(String namespace, String name, String app, String phase) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        metadata.put("namespace", namespace);
        metadata.put("labels", Map.of("app", app));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", "Pod");
        tree.put("apiVersion", "v1");
        tree.put("metadata", metadata);
        tree.put("status", Map.of("phase", phase));
        return Json.write(tree);
    }

    static CachedObject pod(String namespace, String name, String app, long revision) {
        Bytes key = Bytes.utf8(key(namespace, name));
        return DECODER.decode(key, Bytes.wrap(stored(namespace, name, app, "Running")), revision);
    }

    static Selection app(String app) {
        return new Selection("", "", object -> app.equals(object.labels().get("app")));
    }

    /** An object as {@code ns/name@revision}. */
    static String text(CachedObject object) {
        return object.key() + "@" + object.resourceVersion();
    }

    static List<String> text(Snapshot snapshot) {
        List<String> all = new ArrayList<>();
        snapshot.iterator("", "").forEachRemaining(object -> all.add(text(object)));
        return all;
    }

    /** An event as {@code ADDED ns/name@revision}, with the revision that its JSON says. */
    static String text(CacheEvent event) {
        CachedObject object = event.object();
        if (object == null) {
            return event.type() + " " + event.revision() + (event.initialEventsEnd() ? " end" : "");
        }
        String json = Json.string(Json.parseObject(object.json()), "metadata", "resourceVersion");
        return event.type() + " " + object.key() + "@" + json;
    }

    /** What a watch has to say without waiting. */
    static List<String> drain(CacheWatch watch) {
        List<String> all = new ArrayList<>();
        try {
            for (CacheEvent event = watch.next(Duration.ZERO); event != null; event = watch.next(Duration.ZERO)) {
                all.add(text(event));
            }
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        return all;
    }

    /** The value, which must be there. */
    static <T> T sure(@Nullable T value) {
        return Objects.requireNonNull(value);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
