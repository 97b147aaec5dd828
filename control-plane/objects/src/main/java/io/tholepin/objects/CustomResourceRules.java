package io.tholepin.objects;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rules of custom resource definitions; what their schemas say inside is not looked at here. Source: contract 2.12,
 * 4.1.
 */
final class CustomResourceRules {
    private CustomResourceRules() {}

    static void definition(Check root) {
        Check spec = root.at("spec");
        Check names = spec.at("names");
        String name = Json.string(root.value(), "metadata", "name");
        if (!name.equals(names.string("plural") + "." + spec.string("group"))) {
            root.add(FieldError.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
        }
        if (spec.required("group")) {
            spec.at("group").name(Names::subdomain);
            if (!spec.string("group").contains(".")) {
                spec.invalid("group", "should be a domain with at least one dot");
            }
        }
        spec.oneOf("scope", "Cluster", "Namespaced");
        versions(spec);
        names.requiredName("plural", Names::dns1035Label);
        names.requiredName("singular", Names::dns1035Label);
        if (names.required("kind")) {
            Names.dns1035Label(names.string("kind").toLowerCase(java.util.Locale.ROOT))
                    .forEach(message ->
                            names.invalid("kind", "may have mixed case, but should otherwise match: " + message));
        }
        if (names.required("listKind")) {
            if (names.string("kind").equals(names.string("listKind"))) {
                names.invalid("listKind", "kind and listKind may not be the same");
            }
        }
        names.each("shortNames", shortName -> shortName.name(Names::dns1035Label));
        names.each("categories", category -> category.name(Names::dns1035Label));
        conversion(spec.at("conversion"));
        if (root.at("status").isEmpty("storedVersions")) {
            root.add(FieldError.required("status.storedVersions", "must have at least one stored version"));
        }
    }

    private static void versions(Check spec) {
        Set<String> seen = new HashSet<>();
        int storage = 0;
        for (Check version : spec.items("versions")) {
            String name = version.string("name");
            Names.dns1035Label(name).forEach(message -> version.invalid("name", message));
            if (!seen.add(name)) {
                spec.invalid("versions", "must contain unique version names");
            }
            storage += version.flag("storage") ? 1 : 0;
            if (version.at("schema").value("openAPIV3Schema") == null) {
                version.add(FieldError.required(version.path("schema") + ".openAPIV3Schema", "schemas are required"));
            }
        }
        if (storage != 1) {
            spec.invalid("versions", "must have exactly one version marked as storage version");
        }
    }

    private static void conversion(Check conversion) {
        conversion.oneOf("strategy", "None", "Webhook");
        boolean webhook = conversion.string("strategy").equals("Webhook");
        Check hook = conversion.at("webhook");
        if (webhook) {
            if (hook.value() == null || !hook.has("clientConfig")) {
                conversion.add(FieldError.required(
                        conversion.path("webhook") + ".clientConfig", "required when strategy is set to Webhook"));
            } else {
                ExtensionRules.clientConfig(hook.at("clientConfig"));
            }
            hook.required("conversionReviewVersions");
        } else if (hook.value() != null) {
            conversion.forbidden("webhook", "should not be set when strategy is not set to Webhook");
        }
    }

    static void definitionUpdate(Check root, Map<String, Object> old) {
        Check spec = root.at("spec");
        Object before = old.get("spec");
        boolean established = Json.list(old, "status", "conditions").stream()
                .anyMatch(c -> Json.string(c, "type").equals("Established")
                        && Json.string(c, "status").equals("True"));
        if (established) {
            spec.immutable("scope", Json.at(before, "scope"));
            spec.at("names").immutable("kind", Json.at(before, "names", "kind"));
        }
        spec.immutable("group", Json.at(before, "group"));
        spec.at("names").immutable("plural", Json.at(before, "names", "plural"));
        List<String> served = spec.items("versions").stream()
                .map(version -> version.string("name"))
                .toList();
        int index = 0;
        for (Object stored : root.at("status").list("storedVersions")) {
            if (!served.contains(String.valueOf(stored))) {
                root.add(FieldError.invalid(
                        "status.storedVersions[" + index + "]",
                        stored,
                        "missing from spec.versions; " + stored
                                + " was previously a storage version, and must remain in spec.versions until a storage"
                                + " migration ensures no data remains persisted in " + stored
                                + " and removes it from status.storedVersions"));
            }
            index++;
        }
    }
}
