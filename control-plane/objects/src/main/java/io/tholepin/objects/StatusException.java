package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request refused with a Kubernetes {@code Status}. The factories give the exact code, reason and message of
 * kube-apiserver. Source: contract 2.14.
 */
public final class StatusException extends RuntimeException {
    private final int code;
    private final String reason;
    private final Details details;
    private final String continueToken;

    /**
     * What the status is about; empty strings, an empty list and 0 are left out of the JSON.
     *
     * @param kind the resource's plural, or the Kind for Invalid
     */
    public record Details(
            String name, String group, String kind, String uid, List<Cause> causes, int retryAfterSeconds) {
        /** Nothing to say. */
        public static final Details NONE = new Details("", "", "", "", List.of(), 0);

        /** About one object. */
        public static Details of(String group, String kind, String name) {
            return new Details(name, group, kind, "", List.of(), 0);
        }

        private boolean isEmpty() {
            return equals(NONE);
        }
    }

    /** One of several reasons. */
    public record Cause(String reason, String message, String field) {}

    public StatusException(int code, String reason, String message, Details details) {
        this(code, reason, message, details, "");
    }

    /**
     * @param continueToken token that carries a list on after an expired one, empty for none
     */
    public StatusException(int code, String reason, String message, Details details, String continueToken) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
        this.continueToken = continueToken;
    }

    /** HTTP status code. */
    public int code() {
        return code;
    }

    /** Machine-readable reason, such as {@code NotFound}. */
    public String reason() {
        return reason;
    }

    /** What it is about. */
    public Details details() {
        return details;
    }

    /** The {@code Status} object. */
    public Map<String, Object> toStatus() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("apiVersion", "v1");
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (!continueToken.isEmpty()) {
            metadata.put("continue", continueToken);
        }
        status.put("metadata", metadata);
        status.put("status", "Failure");
        status.put("message", String.valueOf(getMessage()));
        putUnlessEmpty(status, "reason", reason);
        if (!details.isEmpty()) {
            status.put("details", detailsTree());
        }
        status.put("code", (long) code);
        return status;
    }

    private Map<String, Object> detailsTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        putUnlessEmpty(tree, "name", details.name());
        putUnlessEmpty(tree, "group", details.group());
        putUnlessEmpty(tree, "kind", details.kind());
        putUnlessEmpty(tree, "uid", details.uid());
        if (!details.causes().isEmpty()) {
            List<Object> causes = new ArrayList<>();
            for (Cause cause : details.causes()) {
                Map<String, Object> one = new LinkedHashMap<>();
                putUnlessEmpty(one, "reason", cause.reason());
                putUnlessEmpty(one, "message", cause.message());
                putUnlessEmpty(one, "field", cause.field());
                causes.add(one);
            }
            tree.put("causes", causes);
        }
        if (details.retryAfterSeconds() > 0) {
            tree.put("retryAfterSeconds", (long) details.retryAfterSeconds());
        }
        return tree;
    }

    private static void putUnlessEmpty(Map<String, Object> tree, String key, String value) {
        if (!value.isEmpty()) {
            tree.put(key, value);
        }
    }

    /** 400. */
    public static StatusException badRequest(String message) {
        return new StatusException(400, "BadRequest", message, Details.NONE);
    }

    /** 404 for an object: {@code pods "x" not found}. */
    public static StatusException notFound(ResourceType type, String name) {
        return new StatusException(
                404,
                "NotFound",
                type.groupResource() + " \"" + name + "\" not found",
                Details.of(type.group(), type.resource(), name));
    }

    /** 409 for a name that is taken. */
    public static StatusException alreadyExists(ResourceType type, String name) {
        return new StatusException(
                409,
                "AlreadyExists",
                type.groupResource() + " \"" + name + "\" already exists",
                Details.of(type.group(), type.resource(), name));
    }

    /** 409 for a lost race: {@code Operation cannot be fulfilled on pods "x": why}. */
    public static StatusException conflict(ResourceType type, String name, String why) {
        return new StatusException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on " + type.groupResource() + " \"" + name + "\": " + why,
                Details.of(type.group(), type.resource(), name));
    }

    /** 422 with one cause for each error: {@code Deployment.apps "d" is invalid: ...}. */
    public static StatusException invalid(ResourceType type, String name, List<FieldError> errors) {
        return invalid(type.group(), type.kind(), name, errors);
    }

    /** 422 for a kind that need not be a resource, such as {@code ListOptions} of {@code meta.k8s.io}. */
    public static StatusException invalid(String group, String kind, String name, List<FieldError> errors) {
        List<String> texts =
                errors.stream().map(FieldError::toString).distinct().toList();
        String joined = texts.size() == 1 ? texts.getFirst() : "[" + String.join(", ", texts) + "]";
        List<Cause> causes = errors.stream()
                .map(e -> new Cause(e.type().reason(), e.body(), e.field()))
                .toList();
        return new StatusException(
                422,
                "Invalid",
                (group.isEmpty() ? kind : kind + "." + group) + " \"" + name + "\" is invalid: " + joined,
                new Details(name, group, kind, "", causes, 0));
    }
}
