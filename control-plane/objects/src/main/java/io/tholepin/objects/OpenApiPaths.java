package io.tholepin.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The OpenAPI 3.0 paths of one group-version. Collects the types that operations refer to in {@link #referred}. Used
 * once, by one thread. Source: contract 3.3.
 */
final class OpenApiPaths {
    private static final String LIST = "list";
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    private static final List<String> BODIES = List.of("application/json", PROTOBUF, "application/yaml");
    private static final List<String> CUSTOM_BODIES = List.of("application/json", "application/yaml");
    private static final List<String> STREAMS = List.of("application/json;stream=watch", PROTOBUF + ";stream=watch");
    private static final List<String> PATCHES = List.of(
            "application/apply-patch+yaml",
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json");
    private static final List<String> CUSTOM_PATCHES =
            List.of("application/json-patch+json", "application/merge-patch+json");
    private static final Map<String, String> CONNECT_METHODS =
            Map.of("create", "post", "delete", "delete", "get", "get", "patch", "patch", "update", "put");

    private final OpenApiParameters parameters;
    private final String group;
    private final String version;
    private final String base;
    private final List<String> bodies;
    private final List<String> patches;
    private final Map<String, Object> paths = new TreeMap<>();
    private final Set<String> referred = new TreeSet<>();

    /** What an operation is about: names for its id, and the kind in its extension. */
    private record Subject(String id, String group, String version, String kind) {}

    /**
     * @param first any resource of the group-version
     */
    OpenApiPaths(OpenApiParameters parameters, ResourceType first) {
        this.parameters = parameters;
        this.group = first.group();
        this.version = first.version();
        this.bodies = first.custom() == null ? BODIES : CUSTOM_BODIES;
        this.patches = first.custom() == null ? PATCHES : CUSTOM_PATCHES;
        this.base = group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
    }

    /** Names of the types that the paths refer to. */
    Set<String> referred() {
        return referred;
    }

    /** The paths of these resources, all of this group-version. */
    Map<String, Object> of(List<ResourceType> resources) {
        Map<String, Object> discovery = operation("get available resources", "get" + idPrefix() + "APIResources");
        discovery.put("responses", responses(OpenApiSchemas.META + "APIResourceList", bodies, "200"));
        discovery.put("tags", tags());
        paths.put(base + "/", new LinkedHashMap<>(Map.of("get", discovery)));
        for (ResourceType type : resources) {
            collection(type);
            if (type.verbs().contains("get")) {
                single(type);
            }
            type.subresources().forEach(sub -> subresource(type, sub));
        }
        return paths;
    }

    private static String scope(ResourceType type) {
        return type.namespaced() ? "Namespaced" : "";
    }

    private String path(ResourceType type, String rest) {
        return base + (type.namespaced() ? "/namespaces/{namespace}/" : "/") + type.resource() + rest;
    }

    private static List<Object> shared(ResourceType type, boolean named, List<Object> more) {
        List<Object> shared = new ArrayList<>();
        if (named) {
            shared.add(OpenApiParameters.name(type.kind()));
        }
        if (type.namespaced()) {
            shared.add(OpenApiParameters.NAMESPACE);
        }
        shared.addAll(more);
        return shared;
    }

    private void collection(ResourceType type) {
        Subject subject = new Subject(scope(type) + type.kind(), type.group(), type.version(), type.kind());
        Map<String, Object> item = new TreeMap<>();
        item.put("parameters", shared(type, false, List.of(OpenApiParameters.PRETTY)));
        if (type.verbs().contains("deletecollection")) {
            item.put("delete", deleteCollection(type, subject));
        }
        if (type.verbs().contains(LIST)) {
            item.put("get", list(type, subject));
        }
        if (type.verbs().contains("create")) {
            item.put("post", post(subject, "create a " + type.kind(), type.typeName()));
        }
        paths.put(path(type, ""), item);
        if (type.namespaced() && type.verbs().contains(LIST)) {
            Subject all = new Subject(type.kind() + "ForAllNamespaces", type.group(), type.version(), type.kind());
            Map<String, Object> everywhere = new TreeMap<>();
            everywhere.put("parameters", List.of(OpenApiParameters.PRETTY));
            everywhere.put("get", list(type, all));
            paths.put(base + "/" + type.resource(), everywhere);
        }
    }

    private Map<String, Object> list(ResourceType type, Subject subject) {
        Map<String, Object> operation =
                operation("list or watch objects of kind " + type.kind(), "list" + idPrefix() + subject.id);
        operation.put("parameters", parameters.list);
        List<String> media = new ArrayList<>(bodies);
        media.addAll(type.custom() == null ? STREAMS : STREAMS.subList(0, 1));
        operation.put("responses", responses(listTypeName(type), media, "200"));
        return finish(operation, LIST, subject);
    }

    /** The type of a resource's lists. */
    static String listTypeName(ResourceType type) {
        String name = type.typeName();
        return name.substring(0, name.lastIndexOf('.') + 1) + type.listKind();
    }

    private Map<String, Object> deleteCollection(ResourceType type, Subject subject) {
        Map<String, Object> operation =
                operation("delete collection of " + type.kind(), "delete" + idPrefix() + "Collection" + subject.id);
        operation.put("parameters", parameters.deleteCollection);
        operation.put("requestBody", body(OpenApiSchemas.META + "DeleteOptions", List.of("*/*"), false));
        operation.put("responses", responses(OpenApiSchemas.META + "Status", bodies, "200"));
        return finish(operation, "deletecollection", subject);
    }

    private Map<String, Object> post(Subject subject, String description, String typeName) {
        Map<String, Object> operation = operation(description, "create" + idPrefix() + subject.id);
        operation.put("parameters", parameters.write);
        operation.put("requestBody", body(typeName, List.of("*/*"), true));
        operation.put("responses", responses(typeName, bodies, "200", "201", "202"));
        return finish(operation, "post", subject);
    }

    private void single(ResourceType type) {
        Subject subject = new Subject(scope(type) + type.kind(), type.group(), type.version(), type.kind());
        Map<String, Object> item = readAndWrite(type.verbs(), subject, "", type.typeName());
        item.put("parameters", shared(type, true, List.of(OpenApiParameters.PRETTY)));
        if (type.verbs().contains("delete")) {
            Map<String, Object> operation = operation("delete a " + type.kind(), "delete" + idPrefix() + subject.id);
            operation.put("parameters", parameters.delete);
            operation.put("requestBody", body(OpenApiSchemas.META + "DeleteOptions", List.of("*/*"), false));
            operation.put("responses", responses(OpenApiSchemas.META + "Status", bodies, "200", "202"));
            item.put("delete", finish(operation, "delete", subject));
        }
        paths.put(path(type, "/{name}"), item);
    }

    /** The get, put and patch operations of an object or a subresource. */
    private Map<String, Object> readAndWrite(List<String> verbs, Subject subject, String part, String typeName) {
        Map<String, Object> item = new TreeMap<>();
        String what = (part.isEmpty() ? "" : part + " of ") + "the specified " + subject.kind;
        if (verbs.contains("get")) {
            Map<String, Object> operation = operation("read " + what, "read" + idPrefix() + subject.id);
            operation.put("responses", responses(typeName, bodies, "200"));
            item.put("get", finish(operation, "get", subject));
        }
        if (verbs.contains("update")) {
            Map<String, Object> operation = operation("replace " + what, "replace" + idPrefix() + subject.id);
            operation.put("parameters", parameters.write);
            operation.put("requestBody", body(typeName, List.of("*/*"), true));
            operation.put("responses", responses(typeName, bodies, "200", "201"));
            item.put("put", finish(operation, "put", subject));
        }
        if (verbs.contains("patch")) {
            Map<String, Object> operation = operation("partially update " + what, "patch" + idPrefix() + subject.id);
            operation.put("parameters", parameters.patch);
            operation.put("requestBody", body(OpenApiSchemas.META + "Patch", patches, true));
            operation.put("responses", responses(typeName, bodies, "200", "201"));
            item.put("patch", finish(operation, "patch", subject));
        }
        return item;
    }

    private void subresource(ResourceType type, ResourceType.Subresource sub) {
        String id = scope(type) + type.kind() + capital(sub.name());
        Subject subject = new Subject(id, sub.group(), sub.version(), sub.kind());
        if (sub.typeName().isEmpty()) {
            connect(type, sub, subject);
            return;
        }
        Map<String, Object> item = readAndWrite(sub.verbs(), subject, sub.name(), sub.typeName());
        if (sub.verbs().contains("create")) {
            item.put("post", post(subject, "create " + sub.name() + " of a " + type.kind(), sub.typeName()));
        }
        item.put("parameters", shared(type, true, List.of(OpenApiParameters.PRETTY)));
        paths.put(path(type, "/{name}/" + sub.name()), item);
    }

    /** Streams and proxies: any method and content, query parameters from their options type. */
    private void connect(ResourceType type, ResourceType.Subresource sub, Subject subject) {
        boolean log = sub.name().equals("log");
        String options = log ? "PodLogOptions" : sub.kind();
        List<Object> query =
                List.copyOf(parameters.options("k8s.io.api.core.v1." + options).values());
        Map<String, Object> item = new TreeMap<>();
        for (String verb : sub.verbs()) {
            String method = CONNECT_METHODS.getOrDefault(verb, "get");
            String id = log ? "read" + idPrefix() + subject.id : "connect" + idPrefix() + capital(method) + subject.id;
            String description = log
                    ? "read log of the specified Pod"
                    : "connect " + method.toUpperCase(java.util.Locale.ROOT) + " requests to " + sub.name() + " of "
                            + type.kind();
            Map<String, Object> operation = operation(description, id);
            Map<String, Object> text = Map.of("schema", Map.of("type", "string"));
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("content", Map.of(log ? "text/plain" : "*/*", text));
            answer.put("description", "OK");
            operation.put("responses", new TreeMap<>(Map.of("200", answer, "401", unauthorized())));
            item.put(method, finish(operation, log ? "get" : "connect", subject));
        }
        item.put("parameters", shared(type, true, query));
        paths.put(path(type, "/{name}/" + sub.name()), item);
        if (sub.name().equals("proxy")) {
            proxyPath(type, item, query);
        }
    }

    private void proxyPath(ResourceType type, Map<String, Object> item, List<Object> query) {
        Map<String, Object> below = new TreeMap<>(item);
        item.forEach((method, operation) -> {
            if (operation instanceof Map<?, ?> map) {
                Map<String, Object> copy = new LinkedHashMap<>(Json.asObject(map));
                copy.put("operationId", copy.get("operationId") + "WithPath");
                below.put(method, copy);
            }
        });
        List<Object> parametersBelow = new ArrayList<>(shared(type, true, query));
        parametersBelow.add(OpenApiParameters.proxyPath());
        below.put("parameters", parametersBelow);
        paths.put(path(type, "/{name}/proxy/{path}"), below);
    }

    private static Map<String, Object> operation(String description, String id) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("description", description);
        operation.put("operationId", id);
        return operation;
    }

    private Map<String, Object> finish(Map<String, Object> operation, String action, Subject subject) {
        operation.put("tags", tags());
        operation.put("x-kubernetes-action", action);
        operation.put(
                "x-kubernetes-group-version-kind", OpenApiSchemas.kind(subject.group, subject.version, subject.kind));
        return operation;
    }

    private Map<String, Object> body(String typeName, List<String> media, boolean required) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("content", content(typeName, media));
        if (required) {
            body.put("required", true);
        }
        return body;
    }

    private Map<String, Object> responses(String typeName, List<String> media, String... codes) {
        Map<String, Object> responses = new TreeMap<>();
        for (String code : codes) {
            Map<String, Object> response = new LinkedHashMap<>();
            response.put("content", content(typeName, media));
            response.put(
                    "description",
                    switch (code) {
                        case "201" -> "Created";
                        case "202" -> "Accepted";
                        default -> "OK";
                    });
            responses.put(code, response);
        }
        responses.put("401", unauthorized());
        return responses;
    }

    private static Map<String, Object> unauthorized() {
        return Map.of("description", "Unauthorized");
    }

    private Map<String, Object> content(String typeName, List<String> media) {
        referred.add(typeName);
        Map<String, Object> schema = Map.of("schema", OpenApiSchemas.ref(typeName));
        Map<String, Object> content = new TreeMap<>();
        media.forEach(one -> content.put(one, schema));
        return content;
    }

    private List<Object> tags() {
        String camel = camel();
        return List.of(camel.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + camel.substring(1) + "_" + version);
    }

    /** {@code RbacAuthorizationV1}. */
    private String idPrefix() {
        return camel() + capital(version);
    }

    private String camel() {
        if (group.isEmpty()) {
            return "Core";
        }
        String name = group.endsWith(".k8s.io") ? group.substring(0, group.length() - ".k8s.io".length()) : group;
        StringBuilder camel = new StringBuilder();
        for (String part : name.split("\\.")) {
            camel.append(capital(part));
        }
        return camel.toString();
    }

    private static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
