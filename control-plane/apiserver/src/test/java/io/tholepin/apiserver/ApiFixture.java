package io.tholepin.apiserver;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Store;
import io.tholepin.objects.CustomDefinition;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CacheSettings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An API over a store in memory, without a socket. */
final class ApiFixture extends TestBackend {
    static final UserInfo ADMIN = UserInfo.authenticated("admin", List.of(UserInfo.MASTERS));
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    final ApiHandler handler;
    UserInfo user = ADMIN;
    volatile CacheReads cacheReads = CacheReads.ALL;

    /** Over a store in memory, the cache of config maps filled. */
    ApiFixture() {
        this(LocalStore.ephemeral());
        catchUp("configmaps", 0);
    }

    /** An API over a store, which it closes. */
    ApiFixture(Store store) {
        this(store, CacheSettings.defaults());
    }

    /** The same with caches of other bounds. */
    ApiFixture(Store store, CacheSettings settings) {
        super(store, settings);
        Bodies bodies = new Bodies(SCHEMAS);
        Random random = new Random(42);
        handler = new ApiHandler(this, new ObjectWrites(this, bodies, SCHEMAS, random, "10.96.0.0/16"), bodies, random);
        new Bootstrap(this, random, "10.96.0.0/16", "127.0.0.1", 6443).run();
    }

    @Override
    public CacheReads cacheReads() {
        return cacheReads;
    }

    @Override
    public InstantSource clock() {
        return InstantSource.fixed(NOW);
    }

    /** Waits until a core resource's cache has reached a revision, 0 for its fill. */
    void catchUp(String resource, long revision) {
        cacheOf(java.util.Objects.requireNonNull(types.resource("", "v1", resource)))
                .notOlderThan(revision)
                .join();
    }

    /** Lets a core resource's cache go, with the history it holds. */
    void forget(String resource) {
        caches.drop(java.util.Objects.requireNonNull(types.resource("", "v1", resource)));
    }

    /** Serves a custom resource in the group {@code example.com} that is called and looks like pods. */
    ResourceType customPods() {
        Map<String, Object> definition = TestCluster.tree("{'metadata':{'name':'pods.example.com'},'spec':{'group':"
                + "'example.com','scope':'Namespaced','names':{'plural':'pods','kind':'Pod','listKind':'PodList'},"
                + "'versions':[{'name':'v1','served':true,'storage':true,'selectableFields':[{'jsonPath':"
                + "'.spec.nodeName'}],'schema':{'openAPIV3Schema':{'type':'object',"
                + "'x-kubernetes-preserve-unknown-fields':true}}}]},"
                + "'status':{'conditions':[{'type':'Established','status':'True'}]}}");
        List<ResourceType> served =
                CustomDefinition.of(definition, Json.write(definition)).served();
        types.custom(served);
        return served.getFirst();
    }

    /** Has a GET answered into a sink. */
    void send(MemorySink sink, String uri, String... headers) {
        handler.handle(request("GET", uri, new byte[0], headers), sink);
    }

    MemorySink send(String method, String uri, byte[] body, String... headers) {
        MemorySink sink = new MemorySink();
        handler.handle(request(method, uri, body, headers), sink);
        return sink;
    }

    private ApiRequest request(String method, String uri, byte[] body, String... headers) {
        int question = uri.indexOf('?');
        return new ApiRequest(
                method,
                question < 0 ? uri : uri.substring(0, question),
                question < 0 ? Query.NONE : Query.parse(uri.substring(question + 1)),
                Headers.of(headers),
                user,
                body);
    }

    MemorySink get(String uri, String... headers) {
        return send("GET", uri, new byte[0], headers);
    }

    MemorySink post(String uri, String body) {
        return send("POST", uri, body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
    }

    /** Begins a request that goes on, such as a watch. */
    MemorySink open(String uri, String... headers) {
        MemorySink sink = new MemorySink();
        ApiRequest request = request("GET", uri, new byte[0], headers);
        Thread.ofVirtual().start(() -> {
            try {
                handler.handle(request, sink);
            } catch (ResponseSink.ClosedException left) {
                // as it should
            }
        });
        return sink;
    }

    static Map<String, Object> tree(MemorySink answer) {
        return Json.parseObject(answer.body.toByteArray());
    }

    /** Creates a config map; returns its resourceVersion. */
    String configMap(String namespace, String name, String labels) {
        MemorySink answer = post(
                "/api/v1/namespaces/" + namespace + "/configmaps",
                "{\"metadata\":{\"name\":\"" + name + "\",\"labels\":{" + labels + "}},\"data\":{\"k\":\"v\"}}");
        if (answer.status != 201) {
            throw new AssertionError(answer.toString());
        }
        return Json.string(tree(answer), "metadata", "resourceVersion");
    }

    static List<String> names(MemorySink list) {
        return Json.list(tree(list), "items").stream()
                .map(item -> Json.string(item, "metadata", "name"))
                .toList();
    }
}
