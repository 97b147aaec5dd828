package io.tholepin.apiserver;

import io.tholepin.objects.CustomDefinition;
import io.tholepin.objects.DefinitionStatus;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.StatusException.Details;
import io.tholepin.objects.Strategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Deletes single objects: at once, after a grace period, or when the last finalizer is gone. Source: contract 2.6.
 */
final class Deletions {
    static final String ORPHAN = "orphan";
    static final String FOREGROUND = "foregroundDeletion";

    private final Registry registry;
    private final Preparation preparation;
    private final Bodies bodies;

    Deletions(Registry registry, Preparation preparation, Bodies bodies) {
        this.registry = registry;
        this.preparation = preparation;
        this.bodies = bodies;
    }

    WriteResult delete(WriteCall call) {
        DeleteOptions options = DeleteOptions.of(call.request(), bodies);
        ResourceType type = call.type();
        preparation.lifecycle().checkDelete(type, call.name());
        Registry.Outcome outcome = delete(type, call.namespace(), call.name(), options);
        if (outcome.kind() != Registry.Outcome.Kind.DELETED) {
            boolean accepted = Boolean.FALSE.equals(options.orphanDependents());
            return new WriteResult(accepted ? 202 : 200, outcome.object());
        }
        return new WriteResult(
                200, Strategy.of(type).returnsDeletedObject() ? outcome.object() : success(type, outcome.object()));
    }

    /** Deletes an object or begins to. */
    Registry.Outcome delete(ResourceType type, String namespace, String name, DeleteOptions options) {
        return registry.change(type, namespace, name, options.dryRun(), view -> {
            Stored current = view.current();
            if (current == null) {
                throw StatusException.notFound(type, name);
            }
            return decide(view, type, current, options);
        });
    }

    /** What a deletion makes of an object. */
    Next decide(View view, ResourceType type, Stored current, DeleteOptions options) {
        checkPreconditions(type, current, options);
        Map<String, Object> object = Json.copyObject(current.object());
        if (type.resource().equals("namespaces") && type.group().isEmpty()) {
            Next terminating = terminate(object, options);
            if (terminating != null) {
                return terminating;
            }
        }
        if (type.resource().equals(CustomDefinition.RESOURCE) && type.group().equals(CustomDefinition.GROUP)) {
            holdUntilEmpty(object);
        }
        Strategy strategy = Strategy.of(type);
        Grace grace = strategy.gracefulDelete() ? grace(strategy, object, options) : Grace.NONE;
        if (grace == Grace.PENDING) {
            return new Next.Keep(object);
        }
        setPropagation(object, options, strategy.defaultPropagation());
        boolean held = !Json.list(object, "metadata", "finalizers").isEmpty();
        if (held && grace == Grace.NONE) {
            markDeleting(object);
        }
        return held || grace == Grace.WAIT
                ? new Next.Put(object, Next.Riders.NONE)
                : new Next.Delete(object, preparation.onDelete(view, type, current.object()));
    }

    /** How a graceful deletion goes on. */
    private enum Grace {
        /** The kind has none, or it is over. */
        NONE,
        /** It has begun earlier and this request does not shorten it. */
        PENDING,
        /** The object says until when. */
        WAIT,
        /** The period is zero: the object goes now. */
        OVER
    }

    private Grace grace(Strategy strategy, Map<String, Object> object, DeleteOptions options) {
        Map<String, Object> metadata = Json.child(object, "metadata");
        String deletion = Json.string(metadata, "deletionTimestamp");
        if (!deletion.isEmpty()) {
            return shorten(metadata, Instant.parse(deletion), options.gracePeriodSeconds());
        }
        long period = strategy.gracePeriodSeconds(object, options.gracePeriodSeconds());
        metadata.put("deletionTimestamp", SystemFields.text(now().plusSeconds(period)));
        metadata.put("deletionGracePeriodSeconds", period);
        countGeneration(metadata);
        return period > 0 ? Grace.WAIT : Grace.OVER;
    }

    private Grace shorten(Map<String, Object> metadata, Instant deletion, @Nullable Long requested) {
        long before = Json.integer(metadata, 0, "deletionGracePeriodSeconds");
        if (before == 0) {
            return Grace.NONE;
        }
        long period = requested == null ? before : requested < 0 ? 1 : requested;
        if (period >= before) {
            return Grace.PENDING;
        }
        Instant sooner = deletion.plusSeconds(period - before);
        metadata.put("deletionTimestamp", SystemFields.text(sooner.isBefore(now()) ? now() : sooner));
        metadata.put("deletionGracePeriodSeconds", period);
        return period > 0 ? Grace.WAIT : Grace.OVER;
    }

    private void markDeleting(Map<String, Object> object) {
        Map<String, Object> metadata = Json.child(object, "metadata");
        if (metadata.get("deletionGracePeriodSeconds") == null) {
            countGeneration(metadata);
        }
        String deletion = Json.string(metadata, "deletionTimestamp");
        if (deletion.isEmpty() || Instant.parse(deletion).isAfter(now())) {
            metadata.put("deletionTimestamp", SystemFields.text(now()));
        }
        metadata.put("deletionGracePeriodSeconds", 0L);
    }

    private static void countGeneration(Map<String, Object> metadata) {
        long generation = Json.integer(metadata, 0, "generation");
        if (generation > 0) {
            metadata.put("generation", generation + 1);
        }
    }

    private Instant now() {
        return preparation.fields().now();
    }

    /** The first request to delete a namespace lets it terminate; null when it has lost its content already. */
    private @Nullable Next terminate(Map<String, Object> namespace, DeleteOptions options) {
        Map<String, Object> metadata = Json.child(namespace, "metadata");
        if (Json.string(metadata, "deletionTimestamp").isEmpty()) {
            metadata.put("deletionTimestamp", SystemFields.text(now()));
            Json.child(namespace, "status").put("phase", "Terminating");
            setPropagation(namespace, options, "Background");
            return new Next.Put(namespace, Next.Riders.NONE);
        }
        return Json.list(namespace, "spec", "finalizers").isEmpty() ? null : new Next.Keep(namespace);
    }

    /** The first request to delete a definition holds it until the objects of its resource are gone. */
    private void holdUntilEmpty(Map<String, Object> definition) {
        Map<String, Object> metadata = Json.child(definition, "metadata");
        if (!Json.string(metadata, "deletionTimestamp").isEmpty()) {
            return;
        }
        List<Object> finalizers = new ArrayList<>(Json.list(metadata, "finalizers"));
        if (!finalizers.contains(CustomDefinition.CLEANUP_FINALIZER)) {
            finalizers.add(CustomDefinition.CLEANUP_FINALIZER);
            metadata.put("finalizers", finalizers);
        }
        DefinitionStatus.terminating(
                definition,
                true,
                "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
                now());
    }

    private static void checkPreconditions(ResourceType type, Stored current, DeleteOptions options) {
        String uid = Json.string(current.object(), "metadata", "uid");
        if (!options.uid().isEmpty() && !options.uid().equals(uid)) {
            throw conflict(
                    type,
                    current,
                    "the UID in the precondition (" + options.uid() + ") does not match the UID in record (" + uid
                            + "). The object might have been deleted and then recreated");
        }
        String version = Long.toString(current.revision());
        if (!options.resourceVersion().isEmpty() && !options.resourceVersion().equals(version)) {
            throw conflict(
                    type,
                    current,
                    "the ResourceVersion in the precondition (" + options.resourceVersion()
                            + ") does not match the ResourceVersion in record (" + version
                            + "). The object might have been modified");
        }
    }

    /** Names the kind where other conflicts name the resource, as Kubernetes does here. */
    private static StatusException conflict(ResourceType type, Stored current, String why) {
        String name = Json.string(current.object(), "metadata", "name");
        String kind = type.group().isEmpty() ? type.kind() : type.kind() + "." + type.group();
        return new StatusException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + kind + " \"" + name + "\": " + why,
                Details.of(type.group(), type.kind(), name));
    }

    /** Sets the finalizers by which the garbage collector learns what to do with dependents. */
    private static void setPropagation(Map<String, Object> object, DeleteOptions options, String byDefault) {
        Map<String, Object> metadata = Json.child(object, "metadata");
        List<Object> before = Json.list(metadata, "finalizers");
        List<Object> after = new ArrayList<>(before);
        after.removeIf(finalizer -> finalizer.equals(ORPHAN) || finalizer.equals(FOREGROUND));
        switch (propagation(before, options, byDefault)) {
            case "Orphan" -> after.add(ORPHAN);
            case "Foreground" -> after.add(FOREGROUND);
            default -> {}
        }
        if (after.isEmpty()) {
            metadata.remove("finalizers");
        } else if (!after.equals(before)) {
            metadata.put("finalizers", after);
        }
    }

    private static String propagation(List<Object> finalizers, DeleteOptions options, String byDefault) {
        if (byDefault.equals("Unsupported")) {
            return byDefault;
        }
        if (options.orphanDependents() != null) {
            return options.orphanDependents() ? "Orphan" : "Background";
        }
        if (!options.propagationPolicy().isEmpty()) {
            return options.propagationPolicy();
        }
        if (finalizers.contains(ORPHAN)) {
            return "Orphan";
        }
        return finalizers.contains(FOREGROUND) ? "Foreground" : byDefault;
    }

    private static Map<String, Object> success(ResourceType type, Map<String, Object> deleted) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("name", Json.string(deleted, "metadata", "name"));
        if (!type.group().isEmpty()) {
            details.put("group", type.group());
        }
        details.put("kind", type.resource());
        details.put("uid", Json.string(deleted, "metadata", "uid"));
        Map<String, Object> status = Statuses.success();
        status.put("details", details);
        return status;
    }
}
