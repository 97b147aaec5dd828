package io.tholepin.apiserver;

import io.tholepin.objects.CustomDefinition;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.ResourceType.Subresource;
import io.tholepin.objects.SchemaPack;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.Strategy;
import io.tholepin.watchcache.WatchCache;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The API: answers one request. Knows nothing of sockets; the server and in-process clients call it alike. Thread-safe.
 */
public final class ApiHandler {
    private static final System.Logger LOG = System.getLogger(ApiHandler.class.getName());

    /** Subresources that lead to a kubelet. */
    private static final Set<String> KUBELET = Set.of("log", "exec", "attach", "portforward", "proxy");

    /** Most attempts of a request whose resource's definition keeps changing. */
    private static final int ATTEMPTS_MAX = 10;

    private final Backend backend;
    private final Writes writes;
    private final Encoder encoder;
    private final Access access;
    private final Reads reads;
    private final Watches watches;
    private final Reviews reviews;
    private final Shapes shapes;
    private final NonResources nonResources;
    private final ComponentStatuses components;
    private final RandomGenerator random;

    public ApiHandler(Backend backend, Writes writes, Bodies bodies, RandomGenerator random) {
        this.backend = backend;
        this.writes = writes;
        this.random = random;
        TypeNames names = new TypeNames(SchemaPack.builtIn(), backend.types().all());
        this.encoder = new Encoder(names);
        this.shapes = new Shapes(backend.clock());
        Forms forms = new Forms(names, backend.clock());
        RbacAuthorizer authorizer = new RbacAuthorizer(backend);
        this.access = new Access(authorizer, token -> null);
        this.reads = new Reads(backend, shapes, forms);
        this.watches = new Watches(backend, new EventWriter.Tools(shapes, forms, encoder), random);
        this.reviews = new Reviews(authorizer, bodies, token -> null);
        this.nonResources = new NonResources(backend, SchemaPack.builtIn());
        this.components = new ComponentStatuses(nonResources.health(), shapes);
    }

    /** Tells clients where the API is served: {@code host:port}. */
    void servedAt(String address) {
        nonResources.servedAt(address);
    }

    /** What is told to Prometheus. */
    ApiMetrics metrics() {
        return backend.metrics();
    }

    /** Counts an answer that a client in this process got the head of; for whoever makes such clients. */
    public void answeredInProcess(int code, String method) {
        backend.metrics().clientAnswered(code, method);
    }

    /**
     * Answers a request. Blocks, for a watch until it ends; call it on a virtual thread. Every refusal and failure
     * becomes an answer; the only exception is {@link ResponseSink.ClosedException}, when nobody is left to answer.
     */
    public void handle(ApiRequest request, ResponseSink sink) {
        String auditId = new UUID(random.nextLong(), random.nextLong()).toString();
        Reply reply = new Reply(request, sink, encoder, auditId);
        RequestInfo info = info(request);
        ApiMetrics.Request measured = backend.metrics().begin(RequestLabels.of(request, info));
        try {
            UserInfo user = access.user(request);
            access.check(Authorizer.Attributes.of(user, info));
            answer(request.as(user), info, reply);
        } catch (ResponseSink.ClosedException gone) {
            throw gone;
        } catch (RuntimeException failure) {
            refuse(request, reply, failure);
        } finally {
            measured.done(reply.code(), reply.bytes());
        }
    }

    private RequestInfo info(ApiRequest request) {
        return RequestInfo.of(request.method(), request.path(), request.query(), backend.types());
    }

    /**
     * Answers a request. One about a resource that is not known, or whose definition changed meanwhile, is looked at
     * again by the newest definitions: who has seen that a definition is established will find its resource here.
     */
    private void answer(ApiRequest request, RequestInfo first, Reply reply) {
        RequestInfo info = first;
        for (int attempt = 1; ; attempt++) {
            if (info.resourceRequest() && info.type() == null && info.group().contains(".")) {
                backend.definitions().catchUp();
                info = info(request);
            }
            try {
                route(new Call(request, info, reply));
                return;
            } catch (Definitions.SupersededException | WatchCache.NotReadyException outdated) {
                boolean custom = info.type() != null && info.type().custom() != null;
                if (!custom || reply.begun() || attempt == ATTEMPTS_MAX) {
                    throw outdated;
                }
                backend.definitions().catchUp();
                ResourceType before = info.type();
                info = info(request);
                if (outdated instanceof WatchCache.NotReadyException && Objects.equals(before, info.type())) {
                    throw outdated;
                }
            }
        }
    }

    private static void refuse(ApiRequest request, Reply reply, RuntimeException failure) {
        StatusException status = Failures.status(failure);
        if (status.reason().equals("InternalError") && !(failure instanceof StatusException)) {
            LOG.log(System.Logger.Level.WARNING, request.method() + " " + request.path() + " failed", failure);
        }
        if (reply.begun()) {
            reply.sink().abort();
        } else {
            reply.status(status);
        }
    }

    private void route(Call call) {
        RequestInfo info = call.info();
        if (!info.resourceRequest()) {
            nonResources.answer(call);
            return;
        }
        ResourceType type = info.type();
        if (type == null) {
            if (backend.types().serves(info.apiVersion())) {
                throw notServed();
            }
            call.reply().text(404, "404 page not found\n");
            return;
        }
        checkRoute(call, type);
        String deprecated = Strategy.of(type).deprecation();
        if (!deprecated.isEmpty()) {
            call.reply().warnings().add(deprecated);
        }
        switch (info.verb()) {
            case "get" -> get(call);
            case "list" -> list(call);
            case "watch" -> watches.watch(call);
            default -> write(call);
        }
    }

    private void get(Call call) {
        if (!call.type().stored()) {
            components.get(call);
        } else if (KUBELET.contains(call.info().subresource())) {
            throw ObjectWrites.connectRefusal(
                    call.type(), Json.parseObject(reads.find(call).json()));
        } else {
            reads.get(call);
        }
    }

    private void list(Call call) {
        if (call.type().stored()) {
            reads.list(call);
        } else {
            components.list(call);
        }
    }

    /** Refuses paths that lead nowhere with 404, and methods that do not apply with 405. */
    private static void checkRoute(Call call, ResourceType type) {
        RequestInfo info = call.info();
        List<String> verbs = type.verbs();
        if (!info.subresource().isEmpty()) {
            Subresource subresource = subresource(type, info.subresource());
            if (subresource == null) {
                throw notServed();
            }
            verbs = subresource.verbs();
        }
        boolean inNamespace = !info.namespace().isEmpty() && !type.resource().equals("namespaces");
        boolean oneObject = info.hasName();
        if (inNamespace && !type.namespaced() || !inNamespace && type.namespaced() && oneObject) {
            throw notServed();
        }
        boolean everywhere = type.namespaced() && !inNamespace;
        boolean fits = switch (info.verb()) {
            case "create" -> !everywhere && (!oneObject || !info.subresource().isEmpty());
            case "update", "patch" -> oneObject;
            case "deletecollection" -> !everywhere;
            default -> true;
        };
        if (!fits || !verbs.contains(info.verb()) || call.request().method().equals("HEAD")) {
            throw new StatusException(
                    405,
                    "MethodNotAllowed",
                    "the server does not allow this method on the requested resource",
                    StatusException.Details.NONE);
        }
    }

    private static @Nullable Subresource subresource(ResourceType type, String name) {
        for (Subresource subresource : type.subresources()) {
            if (subresource.name().equals(name)) {
                return subresource;
            }
        }
        return null;
    }

    private static StatusException notServed() {
        return new StatusException(
                404, "NotFound", "the server could not find the requested resource", StatusException.Details.NONE);
    }

    private void write(Call call) {
        boolean review = Reviews.answers(call.type());
        boolean collection = call.info().verb().equals("deletecollection");
        Media media = review
                ? Negotiation.choose(call.request(), Negotiation.Endpoint.PLAIN)
                : Negotiation.choose(call, collection ? Negotiation.Endpoint.LIST : Negotiation.Endpoint.OBJECT);
        if (call.request().body().length > ApiRequest.BODY_BYTES_MAX) {
            throw new StatusException(
                    413,
                    "RequestEntityTooLarge",
                    "Request entity too large: limit is " + ApiRequest.BODY_BYTES_MAX,
                    StatusException.Details.NONE);
        }
        WriteResult result = review
                ? reviews.review(call)
                : writes.handle(call.info(), call.request(), call.reply().warnings());
        if (call.type().resource().equals(CustomDefinition.RESOURCE)) {
            backend.definitions().catchUp(); // whoever has the answer is served by what it says
        }
        Map<String, Object> object = result.object();
        boolean status = Json.string(object, "kind").equals("Status");
        Map<String, Object> shown = status || media.shape() == Media.Shape.OBJECT
                ? object
                : collection ? shapes.list(call, media, object) : shapes.object(call, media, object);
        call.reply().object(result.code(), media, shown);
    }
}
