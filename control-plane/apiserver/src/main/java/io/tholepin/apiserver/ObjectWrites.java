package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SchemaPack;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.Strategy;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * The write half of the API: sends each write to whoever carries it out. Thread-safe; blocks. Source: contract 2.
 */
public final class ObjectWrites implements Writes {
    private final Registry registry;
    private final Creations creations;
    private final Updates updates;
    private final PatchRequests patches;
    private final Deletions deletions;
    private final CollectionDeletions collections;
    private final Scales scales;
    private final Bindings bindings;
    private final Evictions evictions;

    /**
     * @param chance of uids, generated names and addresses; thread-safe, unpredictable outside tests
     * @param serviceRange IPv4 CIDR of cluster IPs, such as {@code 10.96.0.0/16}
     */
    public ObjectWrites(
            Backend backend, Bodies bodies, SchemaPack schemas, RandomGenerator chance, String serviceRange) {
        registry = new Registry(backend);
        SystemFields fields = new SystemFields(backend.clock(), chance);
        ServiceAddresses addresses = new ServiceAddresses(
                backend, fields, ClusterAddresses.parse(serviceRange), new TypedCodec(NodePorts.STORED, schemas));
        EventLeases leases = new EventLeases(backend.store(), backend.clock());
        Preparation preparation = new Preparation(
                backend, fields, new NamespaceLifecycle(backend.types(), backend.metrics()), addresses, leases);
        creations = new Creations(registry, preparation, bodies);
        updates = new Updates(registry, preparation, bodies);
        patches = new PatchRequests(registry, preparation, schemas);
        deletions = new Deletions(registry, preparation, bodies);
        collections = new CollectionDeletions(backend, deletions, bodies);
        scales = new Scales(registry, preparation, patches, bodies);
        ResourceType pods = Objects.requireNonNull(backend.types().resource("", "v1", "pods"));
        bindings = new Bindings(registry, fields, pods, bodies);
        evictions = new Evictions(backend, registry, deletions, fields, bodies);
    }

    /**
     * Starts to see to the status of custom resources' definitions: without it none is served. Ends when closed.
     *
     * @param backend the one of these writes
     */
    public AutoCloseable settleDefinitions(StoreBackend backend) {
        DefinitionController controller = new DefinitionController(backend, backend.definitions(), deletions);
        controller.start();
        return controller;
    }

    @Override
    public WriteResult handle(RequestInfo info, ApiRequest request, Warnings warnings) {
        WriteCall call = WriteCall.of(info, request, warnings);
        String deprecation = Strategy.of(call.type()).deprecation();
        if (!deprecation.isEmpty()) {
            warnings.add(deprecation);
        }
        if (info.resource().equals("bindings") && info.group().isEmpty()) {
            return bindings.create(call);
        }
        return switch (info.subresource()) {
            case "" -> object(call);
            case "scale" -> info.verb().equals("patch") ? scales.patch(call) : scales.update(call);
            case "binding" -> bindings.create(call);
            case "eviction" -> evictions.create(call);
            case "exec", "attach", "portforward", "proxy", "log" -> throw unreachable(call);
            case "token" -> throw notServed();
            default -> info.verb().equals("patch") ? patches.patch(call) : updates.update(call);
        };
    }

    private WriteResult object(WriteCall call) {
        return switch (call.info().verb()) {
            case "create" -> creations.create(call);
            case "update" -> updates.update(call);
            case "patch" -> patches.patch(call);
            case "delete" -> deletions.delete(call);
            case "deletecollection" -> collections.delete(call);
            default ->
                throw new IllegalArgumentException("not a write: " + call.info().verb());
        };
    }

    /** There is no kubelet to connect to: the answer that Kubernetes gives when it finds no address for one. */
    private StatusException unreachable(WriteCall call) {
        ResourceType type = call.type();
        Stored found = registry.cached(type, call.namespace(), call.name());
        if (found == null) {
            return StatusException.notFound(type, call.name());
        }
        return connectRefusal(type, found.object());
    }

    /** Why nothing can be connected to: a pod without a node, or a node that nobody can reach. */
    static StatusException connectRefusal(ResourceType type, Map<String, Object> object) {
        String name = Json.string(object, "metadata", "name");
        if (type.resource().equals("pods")
                && Json.string(object, "spec", "nodeName").isEmpty()) {
            return StatusException.badRequest("pod " + name + " does not have a host assigned");
        }
        String text = type.resource().equals("services")
                ? "no endpoints available for service \"" + name + "\""
                : "no preferred addresses found; known addresses: []";
        return type.resource().equals("services")
                ? new StatusException(503, "ServiceUnavailable", text, StatusException.Details.NONE)
                : new StatusException(
                        500, "InternalError", "Internal error occurred: " + text, StatusException.Details.NONE);
    }

    private static StatusException notServed() {
        return new StatusException(
                404, "NotFound", "the server could not find the requested resource", StatusException.Details.NONE);
    }
}
