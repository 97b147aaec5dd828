package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Nothing is created in a namespace that does not exist or is being deleted, and some namespaces stay. The namespace
 * that was looked at is a condition of the create, so nothing slips into one that is deleted at the same moment.
 * Source: contract 4.4.
 */
final class NamespaceLifecycle {
    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");

    private final ResourceType namespaces;
    private final ApiMetrics metrics;

    NamespaceLifecycle(ResourceTypes types, ApiMetrics metrics) {
        this.metrics = metrics;
        namespaces = Objects.requireNonNull(types.resource("", "v1", "namespaces"), "namespaces are not served");
    }

    /**
     * Checks a create.
     *
     * @param name the object's name or its generateName, for the message
     */
    void checkCreate(View view, ResourceType type, String namespace, String name) {
        measured("CREATE", () -> create(view, type, namespace, name));
    }

    private void create(View view, ResourceType type, String namespace, String name) {
        if (!type.namespaced()) {
            return;
        }
        Stored found = view.look(namespaces, "", namespace);
        if (found == null) {
            throw StatusException.notFound(namespaces, namespace);
        }
        if (isTerminating(found)) {
            throw terminating(type, namespace, name);
        }
    }

    private static boolean isTerminating(Stored namespace) {
        return Json.string(namespace.object(), "status", "phase").equals("Terminating")
                || !Json.string(namespace.object(), "metadata", "deletionTimestamp")
                        .isEmpty();
    }

    private static StatusException terminating(ResourceType type, String namespace, String name) {
        StatusException.Cause cause = new StatusException.Cause(
                "NamespaceTerminating", "namespace " + namespace + " is being terminated", "metadata.namespace");
        return new StatusException(
                403,
                "Forbidden",
                type.groupResource() + " \"" + name + "\" is forbidden: unable to create new content in namespace "
                        + namespace + " because it is being terminated",
                new StatusException.Details(name, type.group(), type.resource(), "", List.of(cause), 0));
    }

    /** Checks a delete. */
    void checkDelete(ResourceType type, String name) {
        measured("DELETE", () -> delete(type, name));
    }

    private void delete(ResourceType type, String name) {
        if (type.equals(namespaces) && IMMORTAL.contains(name)) {
            throw new StatusException(
                    403,
                    "Forbidden",
                    "namespaces \"" + name + "\" is forbidden: this namespace may not be deleted",
                    StatusException.Details.of("", "namespaces", name));
        }
    }

    private void measured(String operation, Runnable check) {
        long start = System.nanoTime();
        boolean rejected = true;
        try {
            check.run();
            rejected = false;
        } finally {
            metrics.admitted("NamespaceLifecycle", operation, System.nanoTime() - start, rejected);
        }
    }
}
