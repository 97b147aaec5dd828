package io.tholepin.objects;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of webhooks, admission policies and API services. */
final class ExtensionRules {
    private static final String[] OPERATIONS = {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"};

    private ExtensionRules() {}

    static void webhooks(Check root) {
        Set<String> names = new HashSet<>();
        root.each("webhooks", webhook -> {
            qualifiedName(webhook);
            if (!names.add(webhook.string("name"))) {
                webhook.add(FieldError.duplicate(webhook.path("name"), webhook.string("name")));
            }
            webhook.each("rules", ExtensionRules::rule);
            webhook.optionalOneOf("failurePolicy", "Fail", "Ignore");
            webhook.optionalOneOf("matchPolicy", "Equivalent", "Exact");
            webhook.oneOf("sideEffects", "None", "NoneOnDryRun");
            webhook.optionalOneOf("reinvocationPolicy", "IfNeeded", "Never");
            if (webhook.has("timeoutSeconds")
                    && (webhook.integer("timeoutSeconds", 1) < 1 || webhook.integer("timeoutSeconds", 1) > 30)) {
                webhook.invalid("timeoutSeconds", "the timeout value must be between 1 and 30 seconds");
            }
            webhook.required("admissionReviewVersions", "must specify one of v1, v1beta1");
            webhook.selector("namespaceSelector");
            webhook.selector("objectSelector");
            clientConfig(webhook.at("clientConfig"));
            matchConditions(webhook);
        });
    }

    private static void qualifiedName(Check webhook) {
        if (webhook.required("name")) {
            String name = webhook.string("name");
            List<String> wrong = Names.subdomain(name);
            if (!wrong.isEmpty()) {
                webhook.invalid("name", String.join(",", wrong));
            } else if (name.split("\\.").length < 3) {
                webhook.invalid("name", "should be a domain with at least three segments separated by dots");
            }
        }
    }

    static void clientConfig(Check client) {
        if (client.has("url") == client.has("service")) {
            client.add(FieldError.required(client.path(), "exactly one of url or service is required"));
            return;
        }
        client.with("url", url -> {
            if (!String.valueOf(url.value()).startsWith("https://")) {
                String scheme = String.valueOf(url.value()).replaceFirst("(?s):.*|^[^:]*$", "");
                url.add(FieldError.invalid(
                        url.path(),
                        scheme,
                        "'https' is the only allowed URL scheme; desired format: https://host[/path]"));
            }
        });
        client.with("service", service -> {
            service.required("name", "service name is required");
            service.required("namespace", "service namespace is required");
            service.range("port", 1, 65535);
        });
    }

    private static void rule(Check rule) {
        rule.required("operations");
        rule.each("operations", operation -> {
            if (!List.of(OPERATIONS).contains(operation.value())) {
                operation.add(FieldError.unsupported(
                        operation.path(), String.valueOf(operation.value()), List.of(OPERATIONS)));
            }
        });
        rule.required("apiGroups");
        rule.required("apiVersions");
        rule.required("resources");
        for (String list : List.of("apiGroups", "apiVersions", "resources")) {
            if (rule.list(list).size() > 1 && rule.list(list).contains("*")) {
                rule.invalid(list, "if '*' is present, must not specify other " + singular(list));
            }
        }
        rule.optionalOneOf("scope", "*", "Cluster", "Namespaced");
    }

    private static String singular(String list) {
        return switch (list) {
            case "apiGroups" -> "API groups";
            case "apiVersions" -> "API versions";
            default -> "resources";
        };
    }

    private static void matchConditions(Check holder) {
        if (holder.list("matchConditions").size() > 64) {
            holder.add(new FieldError(
                    holder.path("matchConditions"),
                    FieldError.Type.TOO_MANY,
                    String.valueOf(holder.list("matchConditions").size()),
                    "must have at most 64 items"));
        }
        holder.unique("matchConditions", "name");
        holder.each("matchConditions", condition -> {
            condition.requiredName("name", Names::labelKey);
            condition.required("expression");
        });
    }

    private static void policy(Check spec) {
        spec.optionalOneOf("failurePolicy", "Fail", "Ignore");
        spec.with("paramKind", kind -> {
            kind.required("apiVersion");
            kind.required("kind");
        });
        if (spec.required("matchConstraints")) {
            Check match = spec.at("matchConstraints");
            match.required("resourceRules");
            match.each("resourceRules", ExtensionRules::rule);
            match.optionalOneOf("matchPolicy", "Equivalent", "Exact");
            match.selector("namespaceSelector");
            match.selector("objectSelector");
        }
        matchConditions(spec);
        spec.unique("variables", "name");
        spec.each("variables", variable -> {
            variable.required("name", "name is not specified");
            variable.required("expression", "expression is not specified");
        });
    }

    static void validatingPolicy(Check root) {
        Check spec = root.at("spec");
        policy(spec);
        if (spec.isEmpty("validations") && spec.isEmpty("auditAnnotations")) {
            spec.add(FieldError.required(
                    "spec.validations", "validations or auditAnnotations must contain at least one item"));
        }
        spec.each("validations", validation -> validation.required("expression", "expression is not specified"));
        spec.each("auditAnnotations", annotation -> {
            annotation.required("key");
            annotation.required("valueExpression", "valueExpression is not specified");
        });
    }

    static void mutatingPolicy(Check root) {
        Check spec = root.at("spec");
        policy(spec);
        spec.required("mutations", "mutations must contain at least one item");
        spec.each("mutations", mutation -> mutation.oneOf("patchType", "ApplyConfiguration", "JSONPatch"));
        spec.oneOf("reinvocationPolicy", "IfNeeded", "Never");
    }

    static void policyBinding(Check root) {
        Check spec = root.at("spec");
        spec.requiredName("policyName", Names::subdomain);
        spec.with("paramRef", reference -> {
            if (reference.isEmpty("name") == !reference.has("selector")) {
                reference.add(
                        FieldError.required(reference.path(), "exactly one of name or selector must be specified"));
            }
            reference.oneOf("parameterNotFoundAction", "Allow", "Deny");
        });
    }

    static void validatingBinding(Check root) {
        policyBinding(root);
        Check spec = root.at("spec");
        spec.required("validationActions");
        spec.each("validationActions", action -> {
            if (!List.of("Audit", "Deny", "Warn").contains(action.value())) {
                action.add(FieldError.unsupported(
                        action.path(), String.valueOf(action.value()), List.of("Audit", "Deny", "Warn")));
            }
        });
        if (spec.list("validationActions").containsAll(List.of("Deny", "Warn"))) {
            spec.invalid(
                    "validationActions",
                    "must not contain both Deny and Warn (repeating the same validation failure information in the API"
                            + " response and headers serves no purpose)");
        }
    }

    static void apiService(Check root) {
        Check spec = root.at("spec");
        String name = Json.string(root.value(), "metadata", "name");
        String expected = spec.string("version") + "." + spec.string("group");
        if (!name.equals(expected)) {
            root.add(FieldError.invalid(
                    "metadata.name", name, "must be `spec.version+\".\"+spec.group`: \"" + expected + "\""));
        }
        spec.requiredName("version", Names::dns1035Label);
        if (spec.integer("groupPriorityMinimum", 0) <= 0 || spec.integer("groupPriorityMinimum", 0) > 20_000) {
            spec.add(FieldError.invalid(
                    "spec.groupPriorityMinimum",
                    spec.integer("groupPriorityMinimum", 0),
                    "must be positive and less than 20000"));
        }
        if (spec.integer("versionPriority", 0) <= 0 || spec.integer("versionPriority", 0) > 1000) {
            spec.add(FieldError.invalid(
                    "spec.versionPriority", spec.integer("versionPriority", 0), "must be positive and less than 1000"));
        }
        if (!spec.has("service")) {
            if (!spec.isEmpty("caBundle")) {
                spec.invalid("caBundle", "local APIServices may not have a caBundle");
            }
            if (spec.flag("insecureSkipTLSVerify")) {
                spec.invalid("insecureSkipTLSVerify", "local APIServices may not have insecureSkipTLSVerify");
            }
            return;
        }
        spec.at("service").required("namespace");
        spec.at("service").required("name");
    }
}
