package io.tholepin.apiserver;

import io.tholepin.objects.Document;
import io.tholepin.objects.OpenApiV2;
import io.tholepin.objects.OpenApiV3;
import io.tholepin.objects.SchemaPack;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Serves the OpenAPI documents, in JSON only. A URL with the right hash may be kept forever, one with a wrong hash
 * leads to the right one. Thread-safe. Source: contract 3.3.
 */
final class OpenApi {
    private static final String V3 = "/openapi/v3";
    private static final Duration KEPT = Duration.ofDays(365);
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final OpenApiV3 v3;
    private final OpenApiV2 v2;
    private final InstantSource clock;

    OpenApi(SchemaPack schemas, ResourceTypes types, InstantSource clock) {
        this.v3 = OpenApiV3.of(schemas, types::all, NonResources.KUBERNETES_VERSION);
        this.v2 = OpenApiV2.of(v3);
        this.clock = clock;
    }

    /** Answers when a path is one of OpenAPI. */
    boolean answer(Call call, String path) {
        if (!path.startsWith("/openapi/")) {
            return false;
        }
        call.reply().headers().set("Vary", "Accept");
        if (!acceptsJson(call.request())) {
            call.reply().empty(406);
            return true;
        }
        if (path.equals("/openapi/v2")) {
            Documents.cached(call, v2.document(), OpenApiV2.MEDIA_TYPE);
            return true;
        }
        if (path.equals(V3)) {
            Documents.cached(call, v3.index(), OpenApiV3.MEDIA_TYPE);
            return true;
        }
        return path.startsWith(V3 + "/") && document(call, path.substring(V3.length() + 1));
    }

    private boolean document(Call call, String path) {
        String hash = v3.hash(path);
        String url = v3.url(path);
        if (hash == null || url == null) {
            return false;
        }
        Headers headers = call.reply().headers();
        String asked = call.query().first("hash");
        if (!asked.isEmpty() && !asked.equals(hash)) {
            headers.set("Location", url);
            call.reply().empty(301);
            return true;
        }
        if (!asked.isEmpty()) {
            headers.set("Cache-Control", "public, immutable");
            headers.set("Expires", HTTP_DATE.format(clock.instant().plus(KEPT)));
        }
        Document document = v3.document(path);
        if (document == null) {
            return false;
        }
        Documents.cached(call, document, OpenApiV3.MEDIA_TYPE);
        return true;
    }

    private static boolean acceptsJson(ApiRequest request) {
        String accept = Negotiation.accept(request);
        return accept.isBlank()
                || Negotiation.clauses(accept).stream().anyMatch(clause -> clause.covers("application", "json"));
    }
}
