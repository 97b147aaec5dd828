package io.tholepin.apiserver;

import io.tholepin.objects.StatusException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the answer's encoding and shape from the Accept header: the first clause, best quality first, that can be
 * served. Source: contract 3.4, 3.5.
 */
final class Negotiation {
    private static final String OBJECT_TYPES =
            "application/json, application/yaml, application/vnd.kubernetes.protobuf";
    private static final String STREAM_TYPES =
            "application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch";

    private Negotiation() {}

    /** What the endpoint answers with, which limits the shapes it can take. */
    enum Endpoint {
        /** One object of a resource. */
        OBJECT,
        LIST,
        WATCH,
        /** No object of a resource (a review, a Status): neither table nor metadata. */
        PLAIN
    }

    /** One media range of an Accept header. */
    record Clause(String type, String subtype, Map<String, String> parameters, double quality) {
        boolean covers(String wantedType, String wantedSubtype) {
            return (type.equals("*") || type.equals(wantedType))
                    && (subtype.equals("*") || subtype.equals(wantedSubtype));
        }
    }

    /**
     * Chooses.
     *
     * @throws StatusException 406
     */
    static Media choose(ApiRequest request, Endpoint endpoint) {
        return choose(request, endpoint, media -> true);
    }

    private static Media choose(ApiRequest request, Endpoint endpoint, Predicate<Media> possible) {
        String accept = accept(request);
        boolean pretty = pretty(request);
        if (accept.isBlank()) {
            return new Media(Media.Encoding.JSON, Media.Shape.OBJECT, "v1", pretty);
        }
        for (Clause clause : clauses(accept)) {
            Media media = accepted(clause, endpoint, pretty);
            if (media != null && possible.test(media)) {
                return media;
            }
        }
        throw new StatusException(
                406,
                "NotAcceptable",
                "only the following media types are accepted: "
                        + (endpoint == Endpoint.WATCH ? STREAM_TYPES : OBJECT_TYPES),
                StatusException.Details.NONE);
    }

    /**
     * Chooses for a request about a resource: whole objects of custom ones have no protobuf.
     *
     * @throws StatusException 406
     */
    static Media choose(Call call, Endpoint endpoint) {
        boolean typed =
                call.type().custom() == null || call.info().subresource().equals("scale");
        return typed ? choose(call.request(), endpoint) : choose(call.request(), endpoint, Negotiation::untyped);
    }

    private static boolean untyped(Media media) {
        return media.encoding() != Media.Encoding.PROTOBUF || media.shape() != Media.Shape.OBJECT;
    }

    private static @Nullable Media accepted(Clause clause, Endpoint endpoint, boolean pretty) {
        for (Media.Encoding encoding : Media.Encoding.values()) {
            String contentType = encoding.contentType();
            if (!clause.covers("application", contentType.substring("application/".length()))) {
                continue;
            }
            Media.Shape shape = shape(clause.parameters, encoding, endpoint);
            if (shape == null
                    || endpoint == Endpoint.WATCH && encoding.streamType().isEmpty()) {
                continue;
            }
            String version = clause.parameters.getOrDefault("v", "v1");
            boolean indent = clause.parameters.containsKey("pretty")
                    ? clause.parameters.get("pretty").equals("1")
                    : pretty;
            return new Media(encoding, shape, shape == Media.Shape.OBJECT ? "v1" : version, indent);
        }
        return null;
    }

    private static Media.@Nullable Shape shape(
            Map<String, String> parameters, Media.Encoding encoding, Endpoint endpoint) {
        String stream = parameters.get("stream");
        if (stream != null && !(stream.equals("watch") && endpoint == Endpoint.WATCH)) {
            return null;
        }
        String as = parameters.get("as");
        if (as == null) {
            return Media.Shape.OBJECT;
        }
        String version = parameters.getOrDefault("v", "");
        boolean meta = parameters.getOrDefault("g", "").equals("meta.k8s.io")
                && (version.equals("v1") || version.equals("v1beta1"));
        if (!meta || endpoint == Endpoint.PLAIN) {
            return null;
        }
        return switch (as) {
            case "Table" -> encoding == Media.Encoding.PROTOBUF ? null : Media.Shape.TABLE;
            case "PartialObjectMetadata" -> endpoint == Endpoint.LIST ? null : Media.Shape.METADATA;
            case "PartialObjectMetadataList" -> endpoint == Endpoint.LIST ? Media.Shape.METADATA_LIST : null;
            default -> null;
        };
    }

    /** The whole Accept header, empty when there is none. */
    static String accept(ApiRequest request) {
        return String.join(",", request.headers().all("Accept"));
    }

    /** Whether JSON is to be indented: {@code ?pretty=}, or a person at a terminal or browser. */
    static boolean pretty(ApiRequest request) {
        String asked = request.query().first("pretty");
        if (!asked.isEmpty()) {
            return List.of("1", "t", "T", "true", "TRUE", "True").contains(asked);
        }
        String agent = request.headers().value("User-Agent");
        return agent.startsWith("curl") || agent.startsWith("Wget") || agent.startsWith("Mozilla/5.0");
    }

    /** The media ranges of an Accept header, best quality first, otherwise as they stand. */
    static List<Clause> clauses(String accept) {
        List<Clause> clauses = new ArrayList<>();
        for (String part : accept.split(",")) {
            Clause clause = clause(part.trim());
            if (clause != null) {
                clauses.add(clause);
            }
        }
        clauses.sort(Comparator.comparingDouble(Clause::quality)
                .reversed()
                .thenComparing(c -> c.type.equals("*"))
                .thenComparing(c -> c.subtype.equals("*")));
        return clauses;
    }

    private static @Nullable Clause clause(String part) {
        String[] pieces = part.split(";");
        String[] type = pieces[0].trim().split("/");
        if (type.length > 2 || type[0].isEmpty()) {
            return null;
        }
        String subtype = type.length == 2 ? type[1].trim() : "*";
        if (type.length == 1 && !type[0].equals("*")) {
            return null;
        }
        Map<String, String> parameters = new HashMap<>();
        double quality = 1;
        for (int i = 1; i < pieces.length; i++) {
            String[] pair = pieces[i].trim().split("=", 2);
            if (pair.length == 2 && pair[0].equals("q")) {
                quality = quality(pair[1]);
            } else if (pair.length == 2) {
                parameters.put(pair[0], pair[1].replace("\"", ""));
            }
        }
        return new Clause(type[0].trim(), subtype, parameters, quality);
    }

    private static double quality(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException malformed) {
            return 1;
        }
    }
}
