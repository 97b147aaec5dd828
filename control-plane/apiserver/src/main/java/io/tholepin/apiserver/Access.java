package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Who asks and whether they may: bearer tokens, impersonation, authorization. Source: contract 5.1, 5.2, 2.14. */
final class Access {
    private static final String EXTRA = "impersonate-extra-";

    private final Authorizer authorizer;
    private final Function<String, @Nullable UserInfo> tokens;

    /**
     * @param tokens user of a bearer token, null for a token nobody issued
     */
    Access(Authorizer authorizer, Function<String, @Nullable UserInfo> tokens) {
        this.authorizer = authorizer;
        this.tokens = tokens;
    }

    /**
     * The user of a request: the transport's, a token's, or the one it may impersonate.
     *
     * @throws StatusException 401, 403
     */
    UserInfo user(ApiRequest request) {
        UserInfo user = request.user();
        String authorization = request.headers().value("Authorization");
        if (user.anonymous() && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            user = tokens.apply(authorization.substring(7).trim());
        }
        if (user == null || user.equals(UNTRUSTED)) {
            throw new StatusException(401, "Unauthorized", "Unauthorized", StatusException.Details.NONE);
        }
        return impersonated(user, request.headers());
    }

    /** Stands for credentials that were given but are not good. */
    static final UserInfo UNTRUSTED = new UserInfo("", "", List.of(), Map.of());

    private UserInfo impersonated(UserInfo user, Headers headers) {
        String name = headers.value("Impersonate-User");
        List<String> groups = headers.all("Impersonate-Group");
        String uid = headers.value("Impersonate-Uid");
        Map<String, List<String>> extra = extra(headers);
        if (name.isEmpty()) {
            if (groups.isEmpty() && uid.isEmpty() && extra.isEmpty()) {
                return user;
            }
            throw new StatusException(
                    500,
                    "InternalError",
                    "Internal error occurred: requested impersonation without impersonating a user",
                    StatusException.Details.NONE);
        }
        String[] account = name.split(":");
        if (name.startsWith("system:serviceaccount:") && account.length == 4) {
            require(user, "", account[2], "serviceaccounts", "", account[3]);
        } else {
            require(user, "", "", "users", "", name);
        }
        groups.forEach(group -> require(user, "", "", "groups", "", group));
        if (!uid.isEmpty()) {
            require(user, "authentication.k8s.io", "", "uids", "", uid);
        }
        extra.forEach((key, values) ->
                values.forEach(value -> require(user, "authentication.k8s.io", "", "userextras", key, value)));
        return new UserInfo(name, uid, effectiveGroups(name, groups), extra);
    }

    private static List<String> effectiveGroups(String name, List<String> groups) {
        List<String> all = new ArrayList<>(groups);
        String[] account = name.split(":");
        if (all.isEmpty() && name.startsWith("system:serviceaccount:") && account.length == 4) {
            all.add("system:serviceaccounts");
            all.add("system:serviceaccounts:" + account[2]);
        }
        String everyone = name.equals(UserInfo.ANONYMOUS_NAME) ? "system:unauthenticated" : "system:authenticated";
        if (!all.contains(everyone)) {
            all.add(everyone);
        }
        return all;
    }

    private static Map<String, List<String>> extra(Headers headers) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        headers.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(EXTRA)) {
                String key = URLDecoder.decode(lower.substring(EXTRA.length()), StandardCharsets.UTF_8);
                extra.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
            }
        });
        return extra;
    }

    private void require(
            UserInfo user, String group, String namespace, String resource, String subresource, String name) {
        check(new Authorizer.Attributes(user, "impersonate", group, "v1", namespace, resource, subresource, name, ""));
    }

    /**
     * Refuses what the user may not do.
     *
     * @throws StatusException 403
     */
    void check(Authorizer.Attributes wanted) {
        Authorizer.Decision decision = authorizer.decide(wanted);
        if (!decision.allowed()) {
            throw forbidden(wanted, decision.reason());
        }
    }

    private static StatusException forbidden(Authorizer.Attributes wanted, String reason) {
        String who = "User " + Json.text(wanted.user().name()) + " cannot " + wanted.verb();
        String why = reason.isEmpty() ? "" : ": " + reason;
        if (!wanted.isResource()) {
            return new StatusException(
                    403,
                    "Forbidden",
                    escaped("forbidden: " + who + " path " + Json.text(wanted.path()) + why),
                    StatusException.Details.NONE);
        }
        String groupResource = wanted.group().isEmpty() ? wanted.resource() : wanted.resource() + "." + wanted.group();
        String object = wanted.name().isEmpty() ? groupResource : groupResource + " " + Json.text(wanted.name());
        String scope = wanted.namespace().isEmpty()
                ? " at the cluster scope"
                : " in the namespace " + Json.text(wanted.namespace());
        return new StatusException(
                403,
                "Forbidden",
                escaped(object + " is forbidden: " + who + " resource " + Json.text(wanted.resourcePath())
                        + " in API group " + Json.text(wanted.group()) + scope + why),
                StatusException.Details.of(wanted.group(), wanted.resource(), wanted.name()));
    }

    /** Messages may reach browsers. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
