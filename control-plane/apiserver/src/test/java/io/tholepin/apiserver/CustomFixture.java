package io.tholepin.apiserver;

import io.tholepin.kv.Store;
import io.tholepin.objects.BuiltInResources;
import io.tholepin.objects.Json;
import io.tholepin.objects.SchemaPack;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An API server with everything that custom resources need, without a socket. Several may share one store. Bodies are
 * JSON with single quotes.
 */
final class CustomFixture implements AutoCloseable {
    static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    static final String WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-22T12:00:00Z"));

    final StoreBackend backend;
    private final ApiHandler handler;
    private final AutoCloseable definitions;

    /** Over a store, which it leaves open. */
    CustomFixture(Store store, long seed) {
        SchemaPack schemas = SchemaPack.builtIn();
        Random random = new Random(seed);
        backend = new StoreBackend(store, new ResourceTypes(BuiltInResources.all()), schemas, CLOCK);
        Bodies bodies = new Bodies(schemas);
        ObjectWrites writes = new ObjectWrites(backend, bodies, schemas, random, "10.96.0.0/16");
        handler = new ApiHandler(backend, writes, bodies, random);
        var filled = backend.fill();
        new Bootstrap(backend, random, "10.96.0.0/16", "127.0.0.1", 6443).run();
        filled.join();
        definitions = writes.settleDefinitions(backend);
    }

    @Override
    public void close() {
        try {
            definitions.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        backend.close();
    }

    /** A definition of widgets with one version of this spec; {@code more} are further members of the version. */
    static String widgets(String spec, String more) {
        return definition(
                "widgets",
                "Widget",
                "{'name':'v1','served':true,'storage':true,'schema':{'openAPIV3Schema':{'type':'object','properties':"
                        + "{'spec':" + spec
                        + ",'status':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}}"
                        + (more.isEmpty() ? "" : "," + more) + "}");
    }

    static String definition(String plural, String kind, String versions) {
        return "{'apiVersion':'apiextensions.k8s.io/v1','kind':'CustomResourceDefinition','metadata':{'name':'" + plural
                + ".example.com'},'spec':{'group':'example.com','scope':'Namespaced','names':{'plural':'" + plural
                + "','kind':'" + kind + "'},'versions':[" + versions + "]}}";
    }

    static String widget(String name, String spec) {
        return "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'" + name + "'},'spec':" + spec + "}";
    }

    MemorySink send(String method, String uri, String body, String... headers) {
        MemorySink sink = new MemorySink();
        handler.handle(request(method, uri, body, headers), sink);
        return sink;
    }

    private static ApiRequest request(String method, String uri, String body, String... headers) {
        int question = uri.indexOf('?');
        Headers all = Headers.of(headers);
        if (!body.isEmpty() && all.value("Content-Type").isEmpty()) {
            all.add("Content-Type", "application/json");
        }
        return new ApiRequest(
                method,
                question < 0 ? uri : uri.substring(0, question),
                question < 0 ? Query.NONE : Query.parse(uri.substring(question + 1)),
                all,
                ApiFixture.ADMIN,
                body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    MemorySink get(String uri, String... headers) {
        return send("GET", uri, "", headers);
    }

    MemorySink post(String uri, String body) {
        return send("POST", uri, body);
    }

    MemorySink merge(String uri, String patch) {
        return send("PATCH", uri, patch, "Content-Type", "application/merge-patch+json");
    }

    MemorySink delete(String uri) {
        return send("DELETE", uri, "");
    }

    /** Begins a watch or another request that goes on. */
    MemorySink open(String uri) {
        MemorySink sink = new MemorySink();
        ApiRequest request = request("GET", uri, "");
        Thread.ofVirtual().start(() -> {
            try {
                handler.handle(request, sink);
            } catch (ResponseSink.ClosedException left) {
                // as it should
            }
        });
        return sink;
    }

    /** Sends and expects a code; returns the answer as a tree. */
    static Map<String, Object> ok(int code, MemorySink answer) {
        if (answer.status != code) {
            throw new AssertionError(answer.toString());
        }
        return Json.parseObject(answer.body.toByteArray());
    }

    /** Creates a definition and waits until it is established. */
    void define(String definition) throws InterruptedException {
        Map<String, Object> created = ok(201, post(DEFINITIONS, definition));
        awaitEstablished(Json.string(created, "metadata", "name"));
    }

    void awaitEstablished(String name) throws InterruptedException {
        awaitCondition(name, "Established True");
    }

    void awaitCondition(String name, String wanted) throws InterruptedException {
        for (int i = 0; i < 5_000; i++) {
            if (conditions(name).contains(wanted)) {
                return;
            }
            Thread.sleep(2);
        }
        throw new AssertionError(name + ": " + conditions(name) + " (expected: " + wanted + ")");
    }

    /** Types and statuses of a definition's conditions; none when it does not exist. */
    List<String> conditions(String name) {
        return Json.list(Json.parseObject(get(DEFINITIONS + "/" + name).body.toByteArray()), "status", "conditions")
                .stream()
                .map(c -> Json.string(c, "type") + " " + Json.string(c, "status"))
                .toList();
    }

    void awaitGone(String name) throws InterruptedException {
        for (int i = 0; i < 5_000; i++) {
            if (get(DEFINITIONS + "/" + name).status == 404) {
                return;
            }
            Thread.sleep(2);
        }
        throw new AssertionError(name + " is still there");
    }
}
