package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.SchemaPack;
import io.tholepin.objects.StatusException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Everything that is not about a resource: version, health, discovery, OpenAPI. Thread-safe. Source: contract 3.1. */
final class NonResources {
    /** The release whose behaviour is served. */
    static final String KUBERNETES_VERSION = "v1.36.0";

    private final Backend backend;
    private final Health health;
    private final Documents documents;
    private final OpenApi openApi;

    NonResources(Backend backend, SchemaPack schemas) {
        this.backend = backend;
        this.documents = new Documents(backend.types());
        this.openApi = new OpenApi(schemas, backend.types(), backend.clock());
        this.health = new Health(
                backend,
                () -> backend.types().builtIn().stream()
                                .filter(type -> type.stored())
                                .allMatch(type -> backend.cacheOf(type).ready())
                        && backend.definitions().ready());
    }

    /** Says where the API is served: {@code host:port}. */
    void servedAt(String address) {
        documents.servedAt(address);
    }

    /** The checks of health. */
    Health health() {
        return health;
    }

    /** Answers one request. */
    void answer(Call call) {
        String method = call.request().method();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new StatusException(
                    405,
                    "MethodNotAllowed",
                    "the server does not allow this method on the requested resource",
                    StatusException.Details.NONE);
        }
        String path = call.request().path();
        String trimmed = path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        if (Health.covers(trimmed)) {
            health.answer(call);
            return;
        }
        switch (trimmed) {
            case "/" -> {
                backend.definitions().look();
                json(call, documents.paths());
            }
            case "/version" -> json(call, version());
            case "/metrics" -> metrics(call);
            default -> {
                backend.definitions().look();
                if (!documents.answer(call, trimmed) && !openApi.answer(call, trimmed)) {
                    call.reply().text(404, "404 page not found\n");
                }
            }
        }
    }

    private void metrics(Call call) {
        byte[] text = backend.metrics().text(backend.cacheStats()).getBytes(StandardCharsets.UTF_8);
        call.reply().large(200, MetricsText.CONTENT_TYPE, text);
    }

    /** Indented, as kube-apiserver answers these. */
    private static void json(Call call, Map<String, Object> tree) {
        call.reply().bytes(200, "application/json", Encoder.json(Json.write(tree), true));
    }

    private static Map<String, Object> version() {
        Map<String, Object> version = new LinkedHashMap<>();
        version.put("major", "1");
        version.put("minor", "36");
        version.put("emulationMajor", "1");
        version.put("emulationMinor", "36");
        version.put("minCompatibilityMajor", "1");
        version.put("minCompatibilityMinor", "35");
        version.put("gitVersion", KUBERNETES_VERSION);
        version.put("gitCommit", "");
        version.put("gitTreeState", "clean");
        version.put("buildDate", "2026-11-22T00:00:00Z");
        version.put("goVersion", "java" + Runtime.version().feature());
        version.put("compiler", "javac");
        version.put("platform", platform());
        return version;
    }

    private static String platform() {
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String arch = switch (machine) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> machine;
        };
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).split(" ")[0] + "/" + arch;
    }
}
