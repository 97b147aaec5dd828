package io.tholepin.apiserver;

import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Questions about access that are put as objects and never stored: who am I, may I, may they, what may I, whose token
 * is this. Thread-safe. Source: contract 5.2.
 */
final class Reviews {
    private static final Set<String> GROUPS = Set.of("authentication.k8s.io", "authorization.k8s.io");

    private final RbacAuthorizer authorizer;
    private final Bodies bodies;
    private final Function<String, @Nullable UserInfo> tokens;

    Reviews(RbacAuthorizer authorizer, Bodies bodies, Function<String, @Nullable UserInfo> tokens) {
        this.authorizer = authorizer;
        this.bodies = bodies;
        this.tokens = tokens;
    }

    /** Whether a resource is one of these. */
    static boolean answers(ResourceType type) {
        return GROUPS.contains(type.group()) && !type.stored();
    }

    /** Answers one: the object of the request with its status. */
    WriteResult review(Call call) {
        WriteOptions options = WriteOptions.of(call.query(), "CreateOptions");
        Map<String, Object> object = bodies.object(
                call.info(),
                call.request(),
                options.fieldValidation(),
                call.reply().warnings());
        UserInfo user = call.request().user();
        Map<String, Object> status = switch (call.type().kind()) {
            case "SelfSubjectReview" -> self(user);
            case "SelfSubjectAccessReview" -> access(call, user, object);
            case "SubjectAccessReview" -> access(call, subject(call, object), object);
            case "LocalSubjectAccessReview" -> local(call, object);
            case "SelfSubjectRulesReview" -> rules(call, user, object);
            case "TokenReview" -> token(call, object);
            default ->
                throw new IllegalStateException("no review: " + call.type().kind());
        };
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("kind", call.type().kind());
        answer.put("apiVersion", call.type().apiVersion());
        Map<String, Object> metadata = Json.object(object, "metadata");
        answer.put("metadata", metadata == null ? new LinkedHashMap<String, Object>() : metadata);
        if (object.get("spec") != null) {
            answer.put("spec", Json.child(object, "spec"));
        }
        answer.put("status", status);
        return new WriteResult(201, answer);
    }

    private static Map<String, Object> self(UserInfo user) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("userInfo", userInfo(user));
        return status;
    }

    private static Map<String, Object> userInfo(UserInfo user) {
        Map<String, Object> info = new LinkedHashMap<>();
        if (!user.name().isEmpty()) {
            info.put("username", user.name());
        }
        if (!user.uid().isEmpty()) {
            info.put("uid", user.uid());
        }
        if (!user.groups().isEmpty()) {
            info.put("groups", new ArrayList<Object>(user.groups()));
        }
        if (!user.extra().isEmpty()) {
            Map<String, Object> extra = new LinkedHashMap<>();
            user.extra().forEach((key, values) -> extra.put(key, new ArrayList<Object>(values)));
            info.put("extra", extra);
        }
        return info;
    }

    private Map<String, Object> local(Call call, Map<String, Object> object) {
        String asked = Json.string(object, "spec", "resourceAttributes", "namespace");
        if (!asked.equals(call.info().namespace())) {
            throw refused(
                    call,
                    FieldError.invalid("spec.resourceAttributes.namespace", asked, "must match metadata.namespace"));
        }
        return access(call, subject(call, object), object);
    }

    private static UserInfo subject(Call call, Map<String, Object> object) {
        String name = Json.string(object, "spec", "user");
        List<String> groups = Json.list(object, "spec", "groups").stream()
                .map(String::valueOf)
                .toList();
        if (name.isEmpty() && groups.isEmpty()) {
            throw refused(call, FieldError.required("spec.user", "at least one of user or group must be specified"));
        }
        return new UserInfo(name, Json.string(object, "spec", "uid"), groups, Map.of());
    }

    private Map<String, Object> access(Call call, UserInfo user, Map<String, Object> object) {
        Map<String, Object> resource = Json.object(object, "spec", "resourceAttributes");
        Map<String, Object> path = Json.object(object, "spec", "nonResourceAttributes");
        if (resource != null && path != null) {
            throw refused(
                    call,
                    FieldError.invalid(
                            "spec.nonResourceAttributes",
                            path,
                            "cannot be specified in combination with resourceAttributes"));
        }
        if (resource == null && path == null) {
            throw refused(
                    call,
                    FieldError.required(
                            "spec.resourceAttributes",
                            "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }
        Authorizer.Decision decision = authorizer.decide(resource != null ? about(user, resource) : path(user, path));
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("allowed", decision.allowed());
        if (!decision.reason().isEmpty()) {
            status.put("reason", decision.reason());
        }
        return status;
    }

    private static Authorizer.Attributes about(UserInfo user, Map<String, Object> resource) {
        return new Authorizer.Attributes(
                user,
                Json.string(resource, "verb"),
                Json.string(resource, "group"),
                Json.string(resource, "version"),
                Json.string(resource, "namespace"),
                Json.string(resource, "resource"),
                Json.string(resource, "subresource"),
                Json.string(resource, "name"),
                "");
    }

    private static Authorizer.Attributes path(UserInfo user, @Nullable Map<String, Object> path) {
        String asked = Json.string(path, "path");
        return new Authorizer.Attributes(
                user, Json.string(path, "verb"), "", "", "", "", "", "", asked.isEmpty() ? "/" : asked);
    }

    private Map<String, Object> rules(Call call, UserInfo user, Map<String, Object> object) {
        String namespace = Json.string(object, "spec", "namespace");
        if (namespace.isEmpty()) {
            throw StatusException.badRequest("no namespace on request");
        }
        List<Object> resources = new ArrayList<>();
        List<Object> urls = new ArrayList<>();
        for (PolicyRule rule : authorizer.rulesOf(user, namespace)) {
            (rule.isNonResource() ? urls : resources).add(rule.tree());
        }
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("resourceRules", resources);
        status.put("nonResourceRules", urls);
        status.put("incomplete", false);
        return status;
    }

    private Map<String, Object> token(Call call, Map<String, Object> object) {
        String token = Json.string(object, "spec", "token");
        if (token.isEmpty()) {
            throw StatusException.badRequest("token is required for TokenReview in authentication");
        }
        UserInfo user = tokens.apply(token);
        Map<String, Object> status = new LinkedHashMap<>();
        if (user == null) {
            status.put("user", new LinkedHashMap<String, Object>());
            status.put("error", "invalid bearer token");
            return status;
        }
        status.put("authenticated", true);
        status.put("user", userInfo(user));
        return status;
    }

    private static StatusException refused(Call call, FieldError error) {
        return StatusException.invalid(call.type(), "", List.of(error));
    }
}
