package io.tholepin.apiserver;

import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Binds pods to nodes: {@code pods/binding} and the older {@code bindings}. Source: contract 2.10. */
final class Bindings {
    private final Registry registry;
    private final SystemFields fields;
    private final ResourceType pods;
    private final Bodies bodies;

    Bindings(Registry registry, SystemFields fields, ResourceType pods, Bodies bodies) {
        this.registry = registry;
        this.fields = fields;
        this.pods = pods;
        this.bodies = bodies;
    }

    WriteResult create(WriteCall call) {
        WriteOptions options = call.options("CreateOptions");
        Map<String, Object> binding =
                bodies.object(call.info(), call.request(), options.fieldValidation(), call.warnings());
        SystemFields.namespace(binding, call.namespace());
        String given = Json.string(binding, "metadata", "name");
        String name = call.name().isEmpty() ? given : call.name();
        if (!given.isEmpty() && !given.equals(name)) {
            throw StatusException.badRequest("name in URL does not match name in Binding object");
        }
        validate(binding, name);
        registry.change(pods, call.namespace(), name, options.dryRun(), view -> {
            Stored current = view.current();
            if (current == null) {
                throw StatusException.notFound(pods, name);
            }
            return new Next.Put(bound(current, binding, name), Next.Riders.NONE);
        });
        return Statuses.created();
    }

    private static void validate(Map<String, Object> binding, String name) {
        List<FieldError> errors = new ArrayList<>();
        String kind = Json.string(binding, "target", "kind");
        if (!kind.isEmpty() && !kind.equals("Node")) {
            errors.add(FieldError.unsupported("target.kind", kind, List.of("Node", "<empty>")));
        }
        if (Json.string(binding, "target", "name").isEmpty()) {
            errors.add(FieldError.required("target.name", ""));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid("", "Binding", name, errors);
        }
    }

    private Map<String, Object> bound(Stored current, Map<String, Object> binding, String name) {
        Map<String, Object> pod = Json.copyObject(current.object());
        checkPreconditions(current, binding, name);
        if (Json.at(pod, "metadata", "deletionTimestamp") != null) {
            throw refused(name, "pod " + name + " is being deleted, cannot be assigned to a host");
        }
        String node = Json.string(pod, "spec", "nodeName");
        if (!node.isEmpty()) {
            throw refused(name, "pod " + name + " is already assigned to node \"" + node + "\"");
        }
        if (!Json.list(pod, "spec", "schedulingGates").isEmpty()) {
            throw refused(name, "pod " + name + " has non-empty .spec.schedulingGates");
        }
        Json.child(pod, "spec").put("nodeName", Json.string(binding, "target", "name"));
        copyStrings(binding, pod, "annotations");
        copyStrings(binding, pod, "labels");
        Map<String, Object> scheduled = new LinkedHashMap<>();
        scheduled.put("type", "PodScheduled");
        scheduled.put("status", "True");
        setCondition(pod, scheduled, SystemFields.text(fields.now()));
        return pod;
    }

    private static void copyStrings(Map<String, Object> binding, Map<String, Object> pod, String field) {
        Map<String, String> from = Json.strings(binding, "metadata", field);
        if (!from.isEmpty()) {
            Json.child(Json.child(pod, "metadata"), field).putAll(from);
        }
    }

    private static void checkPreconditions(Stored current, Map<String, Object> binding, String name) {
        String uid = Json.string(binding, "metadata", "uid");
        String actual = Json.string(current.object(), "metadata", "uid");
        if (!uid.isEmpty() && !uid.equals(actual)) {
            throw refused(name, "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + actual);
        }
        String version = Json.string(binding, "metadata", "resourceVersion");
        if (!version.isEmpty() && !version.equals(Long.toString(current.revision()))) {
            throw refused(
                    name,
                    "Precondition failed: ResourceVersion in precondition: " + version
                            + ", ResourceVersion in object meta: " + current.revision());
        }
    }

    private static StatusException refused(String name, String why) {
        return new StatusException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on pods/binding \"" + name + "\": " + why,
                StatusException.Details.of("", "pods/binding", name));
    }

    /** Sets a condition by its type; its transition time changes only with its status. */
    static void setCondition(Map<String, Object> pod, Map<String, Object> condition, String now) {
        Map<String, Object> status = Json.child(pod, "status");
        List<Object> conditions = new ArrayList<>(Json.list(status, "conditions"));
        String since = now;
        for (Object old : conditions) {
            if (Json.string(old, "type").equals(condition.get("type"))
                    && Json.string(old, "status").equals(condition.get("status"))) {
                since = Json.string(old, "lastTransitionTime");
            }
        }
        condition.put("lastTransitionTime", since);
        int at = 0;
        while (at < conditions.size()
                && !Json.string(conditions.get(at), "type").equals(condition.get("type"))) {
            at++;
        }
        if (at < conditions.size()) {
            conditions.set(at, condition);
        } else {
            conditions.add(condition);
        }
        status.put("conditions", conditions);
    }
}
