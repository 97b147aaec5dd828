package io.tholepin.objects;

import static io.tholepin.objects.Trees.each;
import static io.tholepin.objects.Trees.empty;
import static io.tholepin.objects.Trees.unset;
import static io.tholepin.objects.Trees.with;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Defaults of what extends the API: webhooks, admission policies, custom resources, aggregation. Source: contract
 * 2.11.
 */
final class ExtensionDefaults {
    private static final long HTTPS_PORT = 443;

    private ExtensionDefaults() {}

    static void validatingWebhooks(Map<String, Object> tree) {
        each(tree, "webhooks", ExtensionDefaults::webhook);
    }

    static void mutatingWebhooks(Map<String, Object> tree) {
        each(tree, "webhooks", webhook -> {
            webhook(webhook);
            unset(webhook, "reinvocationPolicy", "Never");
        });
    }

    private static void webhook(Map<String, Object> webhook) {
        unset(webhook, "failurePolicy", "Fail");
        selection(webhook);
        unset(webhook, "timeoutSeconds", 10L);
        each(webhook, "rules", rule -> unset(rule, "scope", "*"));
        servicePort(webhook.get("clientConfig") == null ? null : Json.object(webhook, "clientConfig"));
    }

    private static void servicePort(@Nullable Map<String, Object> client) {
        with(client, "service", service -> unset(service, "port", HTTPS_PORT));
    }

    /** What webhooks and policies have in common: which objects they look at. */
    private static void selection(Map<String, Object> match) {
        unset(match, "matchPolicy", "Equivalent");
        unset(match, "namespaceSelector", new LinkedHashMap<String, Object>());
        unset(match, "objectSelector", new LinkedHashMap<String, Object>());
    }

    private static void matchResources(Map<String, Object> match) {
        selection(match);
        for (String rules : List.of("resourceRules", "excludeResourceRules")) {
            each(match, rules, rule -> unset(rule, "scope", "*"));
        }
    }

    static void admissionPolicy(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        unset(spec, "failurePolicy", "Fail");
        with(spec, "matchConstraints", ExtensionDefaults::matchResources);
    }

    static void admissionPolicyBinding(Map<String, Object> tree) {
        with(tree, "spec", spec -> {
            with(spec, "paramRef", reference -> unset(reference, "parameterNotFoundAction", "Deny"));
            with(spec, "matchResources", ExtensionDefaults::matchResources);
        });
    }

    static void apiService(Map<String, Object> tree) {
        with(tree, "spec", spec -> with(spec, "service", service -> unset(service, "port", HTTPS_PORT)));
    }

    static void customResourceDefinition(Map<String, Object> tree) {
        Map<String, Object> spec = Json.child(tree, "spec");
        Map<String, Object> names = Json.child(spec, "names");
        String kind = Json.string(names, "kind");
        if (!kind.isEmpty()) {
            empty(names, "singular", kind.toLowerCase(Locale.ROOT));
            empty(names, "listKind", kind + "List");
        }
        Map<String, Object> conversion = Json.child(spec, "conversion");
        empty(conversion, "strategy", "None");
        with(conversion, "webhook", webhook -> servicePort(Json.object(webhook, "clientConfig")));
        storedVersions(tree);
    }

    /** The storage version is always among the stored ones. */
    static void storedVersions(Map<String, Object> tree) {
        List<Object> stored = new ArrayList<>(Json.list(tree, "status", "storedVersions"));
        each(Json.object(tree, "spec"), "versions", version -> {
            String name = Json.string(version, "name");
            if (Json.flag(version, "storage") && !stored.contains(name)) {
                stored.add(name);
            }
        });
        if (!stored.isEmpty()) {
            Json.child(tree, "status").put("storedVersions", stored);
        }
    }
}
