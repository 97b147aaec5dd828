package io.tholepin.client;

import io.tholepin.objects.Json;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a local copy of one collection: a list, then a watch from its resourceVersion, and again from the start when
 * the watch cannot go on. The handler hears of each object that appeared, changed or vanished, on the informer's one
 * thread, and must not block. Its trees are shared: read only.
 */
public final class Informer implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Informer.class.getName());
    private static final Duration RETRY = Duration.ofMillis(500);

    private final ApiClient client;
    private final String path;
    private final Consumer<Map<String, Object>> changed;
    private final Map<String, Map<String, Object>> objects = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;
    private String resourceVersion = "";

    /**
     * @param path collection to follow, {@code /api/v1/namespaces}
     * @param changed hears of every object that changed, in its new state, or its last one when it was deleted
     */
    public Informer(ApiClient client, String path, Consumer<Map<String, Object>> changed) {
        this.client = client;
        this.path = path;
        this.changed = changed;
        thread = Thread.ofVirtual().name("informer " + path).unstarted(this::run);
    }

    /** Starts following. */
    public void start() {
        thread.start();
    }

    /** What is known now. */
    public Collection<Map<String, Object>> objects() {
        return objects.values();
    }

    /** One object by {@code namespace/name} ({@code name} when cluster-scoped), null when unknown. */
    public @Nullable Map<String, Object> object(String key) {
        return objects.get(key);
    }

    /** The key {@link #object} takes. */
    public static String key(Map<String, Object> object) {
        String namespace = Json.string(object, "metadata", "namespace");
        String name = Json.string(object, "metadata", "name");
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    private void run() {
        while (!closed.get()) {
            try {
                if (resourceVersion.isEmpty()) {
                    list();
                }
                client.watch(path, resourceVersion, this::onEvent);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                resourceVersion = "";
                if (!pause(e)) {
                    return;
                }
            }
        }
    }

    private boolean pause(RuntimeException why) {
        if (closed.get()) {
            return false;
        }
        LOG.log(Level.DEBUG, "following " + path + " again", why);
        try {
            Thread.sleep(RETRY);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void list() throws InterruptedException {
        Map<String, Object> list = client.get(path, Map.of());
        Map<String, Map<String, Object>> gone = new HashMap<>(objects);
        for (Object item : Json.list(list, "items")) {
            Map<String, Object> object = Json.asObject(item);
            gone.remove(key(object));
            keep(object);
        }
        gone.forEach((key, object) -> {
            objects.remove(key);
            changed.accept(object);
        });
        resourceVersion = Json.string(list, "metadata", "resourceVersion");
    }

    private void keep(Map<String, Object> object) {
        Map<String, Object> before = objects.put(key(object), object);
        if (before == null || !version(before).equals(version(object))) {
            changed.accept(object);
        }
    }

    private boolean onEvent(Map<String, Object> event) {
        Map<String, Object> object = Json.child(event, "object");
        switch (Json.string(event, "type")) {
            case "ADDED", "MODIFIED" -> keep(object);
            case "DELETED" -> {
                objects.remove(key(object));
                changed.accept(object);
            }
            case "BOOKMARK" -> {}
            default ->
                throw new ApiException(
                        (int) Json.integer(object, 0, "code"),
                        Json.string(object, "reason"),
                        "watching " + path + ": " + Json.string(object, "message"),
                        null);
        }
        resourceVersion = version(object);
        return !closed.get();
    }

    private static String version(Map<String, Object> object) {
        return Json.string(object, "metadata", "resourceVersion");
    }

    @Override
    public void close() {
        closed.set(true);
        thread.interrupt();
    }
}
