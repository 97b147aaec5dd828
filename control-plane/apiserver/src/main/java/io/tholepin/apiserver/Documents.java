package io.tholepin.apiserver;

import io.tholepin.objects.Discovery;
import io.tholepin.objects.Document;
import io.tholepin.objects.ResourceType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves the discovery documents, plain or aggregated as asked, with their ETags. Thread-safe. Source: contract 3.1.
 */
final class Documents {
    private final ResourceTypes types;
    private volatile @Nullable Made made;
    private volatile String serverAddress = "";

    /** The documents of a set of resources, the very list, told to clients at an address. */
    private record Made(List<ResourceType> types, String address, Discovery discovery) {}

    Documents(ResourceTypes types) {
        this.types = types;
    }

    /**
     * Says where the API is served.
     *
     * @param address {@code host:port}
     */
    void servedAt(String address) {
        serverAddress = address;
    }

    @SuppressWarnings("ReferenceEquality") // the same list is meant
    private Discovery discovery() {
        List<ResourceType> now = types.all();
        Made known = made;
        if (known == null || known.types != now || !known.address.equals(serverAddress)) {
            known = new Made(now, serverAddress, Discovery.of(now, serverAddress));
            made = known;
        }
        return known.discovery;
    }

    /** Answers when a path is one of discovery. */
    boolean answer(Call call, String path) {
        switch (path) {
            case "/api" -> root(call, discovery().api(), discovery().aggregatedApi());
            case "/apis" -> root(call, discovery().apis(), discovery().aggregatedApis());
            default -> {
                Document document = document(path);
                if (document == null) {
                    return false;
                }
                Negotiation.choose(call.request(), Negotiation.Endpoint.PLAIN);
                json(call, document);
            }
        }
        return true;
    }

    private @Nullable Document document(String path) {
        String[] steps = path.split("/");
        if (steps.length == 3 && steps[1].equals("api")) {
            return discovery().resources("", steps[2]);
        }
        if (steps.length == 3 && steps[1].equals("apis")) {
            return discovery().group(steps[2]);
        }
        return steps.length == 4 && steps[1].equals("apis") ? discovery().resources(steps[2], steps[3]) : null;
    }

    private static void root(Call call, Document plain, Document aggregated) {
        call.reply().headers().set("Vary", "Accept");
        for (Negotiation.Clause clause : Negotiation.clauses(Negotiation.accept(call.request()))) {
            if (!clause.covers("application", "json")) {
                continue;
            }
            if (clause.parameters().containsKey("as")) {
                if (wantsAggregated(clause.parameters())) {
                    call.reply().headers().set("Cache-Control", "public");
                    cached(call, aggregated, Discovery.AGGREGATED_MEDIA_TYPE);
                    return;
                }
            } else {
                json(call, plain);
                return;
            }
        }
        Negotiation.choose(call.request(), Negotiation.Endpoint.PLAIN);
        json(call, plain);
    }

    private static boolean wantsAggregated(Map<String, String> parameters) {
        return parameters.getOrDefault("g", "").equals("apidiscovery.k8s.io")
                && parameters.getOrDefault("v", "").equals("v2")
                && parameters.getOrDefault("as", "").equals("APIGroupDiscoveryList");
    }

    private static void json(Call call, Document document) {
        byte[] bytes = document.bytes();
        boolean pretty = Negotiation.pretty(call.request());
        call.reply().large(200, "application/json", pretty ? Encoder.json(trimmed(bytes), true) : bytes);
    }

    private static byte[] trimmed(byte[] line) {
        return java.util.Arrays.copyOf(line, line.length - 1);
    }

    /** With an ETag, or 304 when the client has it. */
    static void cached(Call call, Document document, String contentType) {
        Reply reply = call.reply();
        reply.headers().add("ETag", document.etag());
        if (document.matches(call.request().headers().first("If-None-Match"))) {
            reply.empty(304);
            return;
        }
        reply.large(200, contentType, document.bytes());
    }

    /** The paths that {@code /} lists. */
    Map<String, Object> paths() {
        List<Object> paths = new ArrayList<>(List.of("/api", "/api/v1", "/apis"));
        types.all().stream()
                .filter(type -> !type.group().isEmpty())
                .flatMap(type -> java.util.stream.Stream.of("/apis/" + type.group(), "/apis/" + type.apiVersion()))
                .distinct()
                .sorted()
                .forEach(paths::add);
        paths.addAll(List.of("/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version"));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("paths", paths);
        return tree;
    }
}
