package io.tholepin.objects;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules of custom resource definitions; {@link SchemaRules} has those of their schemas. Source: contract 2.12, 4.1. */
final class CustomResourceRules {
    private static final int DEPRECATION_CHARS_MAX = 256;
    private static final int SELECTABLE_FIELDS_MAX = 8;
    private static final List<String> COLUMN_TYPES = List.of("boolean", "date", "integer", "number", "string");
    private static final List<String> COLUMN_FORMATS =
            List.of("byte", "date", "date-time", "double", "float", "int32", "int64", "password");
    private static final List<String> REVIEWS = List.of("v1", "v1beta1");
    private static final Pattern SELECTABLE_PATH = Pattern.compile("(\\.[A-Za-z_][-A-Za-z0-9_]*)+");

    private CustomResourceRules() {}

    static void definition(Check root) {
        DefinitionPaths.check(root, CustomResourceRules::rules);
    }

    private static void rules(Check root) {
        Check spec = root.at("spec");
        Check names = spec.at("names");
        String name = Json.string(root.value(), "metadata", "name");
        if (!name.equals(names.string("plural") + "." + spec.string("group"))) {
            root.add(FieldError.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
        }
        approval(root);
        spec(spec, names);
        if (root.at("status").isEmpty("storedVersions")) {
            root.add(FieldError.invalid("status.storedVersions", List.of(), "must have at least one stored version"));
        }
    }

    /** Groups of Kubernetes' own need its community's approval. */
    private static void approval(Check root) {
        String path = "metadata.annotations[" + DefinitionStatus.APPROVAL + "]";
        String given = Json.string(root.value(), "metadata", "annotations", DefinitionStatus.APPROVAL);
        String why = DefinitionStatus.approvalError(given);
        if (!why.isEmpty() && DefinitionStatus.protectedGroup(root.at("spec").string("group"))) {
            root.add(given.isEmpty() ? FieldError.required(path, why) : FieldError.invalid(path, given, why));
        }
    }

    private static void spec(Check spec, Check names) {
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
            Names.dns1035Label(names.string("listKind").toLowerCase(java.util.Locale.ROOT))
                    .forEach(message ->
                            names.invalid("listKind", "may have mixed case, but should otherwise match: " + message));
        }
        names.each("shortNames", shortName -> shortName.name(Names::dns1035Label));
        names.each("categories", category -> category.name(Names::dns1035Label));
        if (spec.flag("preserveUnknownFields")) {
            spec.invalid(
                    "preserveUnknownFields",
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true"
                            + " in spec.versions[*].schema instead");
        }
        conversion(spec.at("conversion"));
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
                version.add(
                        FieldError.required(version.path("schema") + ".openAPIV3Schema", DefinitionPaths.NO_SCHEMA));
            }
            SchemaRules.version(version);
            version(version);
        }
        if (storage != 1) {
            spec.invalid("versions", "must have exactly one version marked as storage version");
        }
    }

    private static void version(Check version) {
        if (version.has("deprecationWarning")) {
            String warning = version.string("deprecationWarning");
            if (!version.flag("deprecated")) {
                version.invalid("deprecationWarning", "can only be set for deprecated versions");
            } else if (warning.length() > DEPRECATION_CHARS_MAX) {
                version.invalid("deprecationWarning", "must be <= 256 characters long");
            } else if (warning.isEmpty()) {
                version.invalid("deprecationWarning", "must not be an empty string");
            }
        }
        Check scale = version.at("subresources", "scale");
        if (scale.value() != null) {
            scalePath(version, scale, "specReplicasPath", List.of(".spec."));
            scalePath(version, scale, "statusReplicasPath", List.of(".status."));
            if (!scale.isEmpty("labelSelectorPath")) {
                scalePath(version, scale, "labelSelectorPath", List.of(".spec.", ".status."));
            }
        }
        version.each("additionalPrinterColumns", CustomResourceRules::column);
        selectableFields(version);
    }

    private static void scalePath(Check version, Check scale, String field, List<String> below) {
        String path = version.path("subresources") + ".scale." + field;
        String given = scale.string(field);
        if (given.isEmpty()) {
            version.add(FieldError.required(path, ""));
        } else if (!given.startsWith(".")) {
            version.add(FieldError.invalid(path, given, "must be a simple json path starting with ."));
        } else if (below.stream().noneMatch(given::startsWith) || isNoFieldPath(given)) {
            String where = below.size() == 1 ? "under " + parent(below.getFirst()) : "under either .spec or .status";
            version.add(FieldError.invalid(path, given, "should be a json path " + where));
        }
    }

    private static String parent(String prefix) {
        return prefix.substring(0, prefix.length() - 1);
    }

    private static boolean isNoFieldPath(String path) {
        try {
            return JsonPath.parse(path).fields() == null;
        } catch (IllegalArgumentException malformed) {
            return true;
        }
    }

    private static void column(Check column) {
        column.required("name");
        String types = String.join(",", COLUMN_TYPES);
        if (column.required("type", "must be one of " + types) && !COLUMN_TYPES.contains(column.string("type"))) {
            column.invalid("type", "must be one of " + types);
        }
        if (!column.isEmpty("format") && !COLUMN_FORMATS.contains(column.string("format"))) {
            column.invalid("format", "must be one of " + String.join(",", COLUMN_FORMATS));
        }
        String path = column.string("jsonPath");
        if (path.isEmpty()) {
            column.add(FieldError.required(column.path("JSONPath"), ""));
        } else if (!path.startsWith(".")) {
            column.add(FieldError.invalid(column.path("JSONPath"), path, "must be a simple json path starting with ."));
        }
    }

    private static void selectableFields(Check version) {
        Set<String> seen = new HashSet<>();
        Object schema = version.at("schema").value("openAPIV3Schema");
        for (Check field : version.items("selectableFields")) {
            String path = field.string("jsonPath");
            if (!field.required("jsonPath")) {
                continue;
            }
            if (!SELECTABLE_PATH.matcher(path).matches()) {
                field.invalid("jsonPath", "is an invalid path: only names joined by dots can be selected by");
                continue;
            }
            if (path.startsWith(".metadata.") || path.equals(".metadata")) {
                field.invalid("jsonPath", "must not point to fields in metadata");
            }
            Object found = schema;
            for (String step : path.substring(1).split("\\.")) {
                found = Json.at(found, "properties", step);
            }
            if (found == null) {
                field.invalid("jsonPath", "is an invalid path: does not refer to a valid field");
            } else if (!List.of("string", "boolean", "integer").contains(Json.string(found, "type"))) {
                field.invalid(
                        "jsonPath",
                        "must point to a field of type string, boolean or integer. Enum string fields and strings with"
                                + " formats are allowed.");
            }
            if (!seen.add(path)) {
                field.add(FieldError.duplicate(field.path("jsonPath"), path));
            }
        }
        if (seen.size() > SELECTABLE_FIELDS_MAX) {
            version.add(FieldError.tooMany(version.path("selectableFields"), seen.size(), SELECTABLE_FIELDS_MAX));
        }
    }

    private static void conversion(Check conversion) {
        conversion.oneOf("strategy", "None", "Webhook");
        Check client = conversion.at("webhook", "clientConfig").as(conversion.path("webhookClientConfig"));
        Check reviews =
                conversion.at("webhook", "conversionReviewVersions").as(conversion.path("conversionReviewVersions"));
        List<Object> versions = conversion.at("webhook").list("conversionReviewVersions");
        if (!conversion.string("strategy").equals("Webhook")) {
            String why = "should not be set when strategy is not set to Webhook";
            if (client.value() != null) {
                client.forbidden(why);
            }
            if (!versions.isEmpty()) {
                reviews.forbidden(why);
            }
            return;
        }
        if (client.value() == null) {
            client.add(FieldError.required(client.path(), "required when strategy is set to Webhook"));
        } else {
            ExtensionRules.clientConfig(client);
        }
        if (versions.isEmpty()) {
            reviews.add(FieldError.required(reviews.path(), ""));
        } else if (REVIEWS.stream().noneMatch(versions::contains)) {
            reviews.invalid("must include at least one of " + String.join(", ", REVIEWS));
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
