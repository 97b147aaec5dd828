package io.tholepin.apiserver;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Store;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The write half of the API over a store in memory, with the real codecs and caches. Bodies are JSON with single
 * quotes.
 */
final class TestCluster extends TestBackend {
    static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private final ObjectWrites writes;
    private volatile Instant now = START;
    private Warnings warnings = new Warnings();

    TestCluster() {
        this(LocalStore.ephemeral(), 42);
    }

    TestCluster(Store store, long seed) {
        super(store);
        writes = new ObjectWrites(this, new Bodies(SCHEMAS), SCHEMAS, new Random(seed), "10.96.0.0/16");
    }

    /** A cluster with the namespace {@code default} and nothing else. */
    static TestCluster withDefaultNamespace() {
        TestCluster cluster = new TestCluster();
        cluster.create("/api/v1/namespaces", "{'metadata':{'name':'default'}}");
        return cluster;
    }

    @Override
    public InstantSource clock() {
        return () -> now;
    }

    void advance(long seconds) {
        now = now.plusSeconds(seconds);
    }

    ResourceType type(String group, String resource) {
        return Objects.requireNonNull(types.resource(group, "v1", resource));
    }

    Map<String, Object> create(String path, String body) {
        return send("POST", path, body).object();
    }

    Map<String, Object> update(String path, String body) {
        return send("PUT", path, body).object();
    }

    Map<String, Object> update(String path, Map<String, Object> body) {
        return send("PUT", path, "application/json", Json.write(body)).object();
    }

    Map<String, Object> merge(String path, String body) {
        return send("PATCH", path, "application/merge-patch+json", json(body)).object();
    }

    Map<String, Object> strategic(String path, String body) {
        return send("PATCH", path, "application/strategic-merge-patch+json", json(body))
                .object();
    }

    WriteResult delete(String path) {
        return send("DELETE", path, "application/json", new byte[0]);
    }

    WriteResult delete(String path, String options) {
        return send("DELETE", path, options);
    }

    WriteResult send(String method, String path, String body) {
        return send(method, path, "application/json", json(body));
    }

    WriteResult send(String method, String pathAndQuery, String contentType, byte[] body) {
        int mark = pathAndQuery.indexOf('?');
        String path = mark < 0 ? pathAndQuery : pathAndQuery.substring(0, mark);
        Query query = Query.parse(mark < 0 ? "" : pathAndQuery.substring(mark + 1));
        Headers headers = Headers.of("Content-Type", contentType);
        ApiRequest request = new ApiRequest(method, path, query, headers, UserInfo.ANONYMOUS, body);
        Warnings fresh = new Warnings();
        warnings = fresh;
        return writes.handle(RequestInfo.of(method, path, query, types), request, fresh);
    }

    /** What the last request was warned of. */
    List<String> warnings() {
        return warnings.texts();
    }

    /** The Status that a request is refused with. */
    static StatusException refusal(Runnable request) {
        try {
            request.run();
        } catch (StatusException refused) {
            return refused;
        }
        throw new AssertionError("not refused");
    }

    static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    static Map<String, Object> tree(String text) {
        return Json.parseObject(json(text));
    }

    /** What the store itself holds under a key, null when nothing. */
    @Nullable
    KeyValue stored(String key) {
        return store().range(RangeRequest.of(KeyRange.key(Bytes.utf8(key)))).join().kvs().stream()
                .findFirst()
                .orElse(null);
    }

    /** An object as the store holds it, null when it does not exist. */
    @Nullable
    Map<String, Object> read(String group, String resource, String namespace, String name) {
        ResourceType type = type(group, resource);
        KeyValue kv = stored(type.key(namespace, name));
        return kv == null ? null : codecOf(type).tree(kv.value(), kv.modRevision());
    }

    long revision() {
        return store().currentRevision().join();
    }
}
