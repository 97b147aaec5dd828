package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Envelope;
import io.tholepin.objects.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Encodings and shapes of answers: contract 3.4 and 3.5. */
class NegotiationTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    private final ApiFixture api = new ApiFixture();

    @BeforeEach
    void fill() {
        api.configMap("default", "a", "\"x\":\"1\"");
    }

    @AfterEach
    void close() {
        api.close();
    }

    private static String text(MemorySink answer) {
        return answer.body.toString(StandardCharsets.UTF_8);
    }

    @Test
    void jsonIsCompactAndEndsWithANewline() {
        assertThat(text(api.get(MAPS + "/a")))
                .startsWith("{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\"")
                .endsWith("}\n");
    }

    @Test
    void peopleGetIndentedJson() {
        String expected =
                "{\n  \"kind\": \"ConfigMap\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {\n    \"name\": \"a\",";
        assertThat(text(api.get(MAPS + "/a", "User-Agent", "curl/8.0"))).startsWith(expected);
        assertThat(text(api.get(MAPS + "/a?pretty=1"))).startsWith(expected);
        String list = text(api.get(MAPS + "?pretty=true"));
        assertThat(list)
                .startsWith("{\n  \"kind\": \"ConfigMapList\",")
                .contains("\n  \"items\": [\n    {\n      \"metadata\"");
        assertThat(Json.parseObject(list.getBytes(StandardCharsets.UTF_8)).get("items"))
                .isEqualTo(ApiFixture.tree(api.get(MAPS)).get("items"));
    }

    @Test
    void yaml() {
        MemorySink answer = api.get(MAPS + "/a", "Accept", "application/yaml");
        assertThat(answer.headers.first("Content-Type")).isEqualTo("application/yaml");
        assertThat(text(answer)).startsWith("apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\n");
        assertThat(text(api.get(MAPS, "Accept", "application/yaml"))).contains("kind: ConfigMapList");
    }

    @Test
    void protobuf() {
        MemorySink one = api.get(MAPS + "/a", "Accept", "application/vnd.kubernetes.protobuf,application/json");
        assertThat(one.headers.first("Content-Type")).isEqualTo("application/vnd.kubernetes.protobuf");
        byte[] bytes = one.body.toByteArray();
        Envelope.Content content = Envelope.unwrap(bytes, 0, bytes.length);
        assertThat(content.kind()).isEqualTo("ConfigMap");
        byte[] list = api.get(MAPS, "Accept", "application/vnd.kubernetes.protobuf")
                .body
                .toByteArray();
        assertThat(Envelope.unwrap(list, 0, list.length).kind()).isEqualTo("ConfigMapList");
        byte[] error = api.get(MAPS + "/zz", "Accept", "application/vnd.kubernetes.protobuf")
                .body
                .toByteArray();
        assertThat(Envelope.unwrap(error, 0, error.length).kind()).isEqualTo("Status");
        byte[] partial = api.get(
                        MAPS,
                        "Accept",
                        "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
                .body
                .toByteArray();
        assertThat(Envelope.unwrap(partial, 0, partial.length).kind()).isEqualTo("PartialObjectMetadataList");
    }

    @Test
    void tables() {
        Map<String, Object> list = ApiFixture.tree(api.get(MAPS + "?limit=500", "Accept", TABLE));
        assertThat(list.get("kind")).isEqualTo("Table");
        assertThat(list.get("apiVersion")).isEqualTo("meta.k8s.io/v1");
        assertThat(Json.string(list, "metadata", "resourceVersion")).isNotEmpty();
        assertThat(Json.string(Json.list(list, "rows").getFirst(), "object", "kind"))
                .isEqualTo("PartialObjectMetadata");
        Map<String, Object> one = ApiFixture.tree(api.get(MAPS + "/a?includeObject=Object", "Accept", TABLE));
        assertThat(Json.string(Json.list(one, "rows").getFirst(), "object", "data", "k"))
                .isEqualTo("v");
        Map<String, Object> error = ApiFixture.tree(api.get(MAPS + "/zz", "Accept", TABLE));
        assertThat(error.get("kind")).isEqualTo("Status");
    }

    @Test
    void metadataAlone() {
        String accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
        Map<String, Object> list = ApiFixture.tree(api.get(MAPS, "Accept", accept));
        assertThat(list.get("kind")).isEqualTo("PartialObjectMetadataList");
        Object item = Json.list(list, "items").getFirst();
        assertThat(Json.string(item, "apiVersion")).isEqualTo("meta.k8s.io/v1");
        assertThat(Json.string(item, "metadata", "labels", "x")).isEqualTo("1");
        assertThat(Json.at(item, "data")).isNull();
        MemorySink one = api.get(MAPS + "/a", "Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
        assertThat(ApiFixture.tree(one)).containsOnlyKeys("kind", "apiVersion", "metadata");
    }

    @Test
    void onlyLargeAnswersAreCompressed() throws IOException {
        assertThat(api.get(MAPS, "Accept-Encoding", "gzip").headers.first("Content-Encoding"))
                .isNull();
        for (int i = 0; i < 20; i++) {
            MemorySink created = api.post(
                    MAPS,
                    "{\"metadata\":{\"name\":\"big-" + i + "\"},\"data\":{\"k\":\"" + "x".repeat(10_000) + "\"}}");
            assertThat(created.status).isEqualTo(201);
        }
        MemorySink plain = api.get(MAPS);
        assertThat(plain.headers.first("Content-Encoding")).isNull();
        assertThat(plain.contentLength).isEqualTo(-1);
        MemorySink packed = api.get(MAPS, "Accept-Encoding", "gzip, deflate");
        assertThat(packed.headers.first("Content-Encoding")).isEqualTo("gzip");
        assertThat(packed.headers.first("Vary")).isEqualTo("Accept-Encoding");
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed.body.toByteArray()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain.body.toByteArray());
        }
    }

    @Test
    void theBestQualityWins() {
        assertThat(api.get(MAPS, "Accept", "application/yaml;q=0.5, */*;q=0.1, application/json;q=0.4")
                        .headers
                        .first("Content-Type"))
                .isEqualTo("application/yaml");
        assertThat(api.get(MAPS, "Accept", "*/*").headers.first("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void discoveryInBothForms() {
        MemorySink plain = api.get("/apis", "Accept", "application/json");
        assertThat(ApiFixture.tree(plain).get("kind")).isEqualTo("APIGroupList");
        MemorySink aggregated = api.get(
                "/apis",
                "Accept",
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json");
        assertThat(aggregated.headers.first("Content-Type"))
                .isEqualTo("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        assertThat(ApiFixture.tree(aggregated).get("kind")).isEqualTo("APIGroupDiscoveryList");
        String etag = String.valueOf(aggregated.headers.first("ETag"));
        assertThat(api.get(
                                "/apis",
                                "Accept",
                                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
                                "If-None-Match",
                                etag)
                        .status)
                .isEqualTo(304);
        assertThat(ApiFixture.tree(api.get("/api/v1")).get("kind")).isEqualTo("APIResourceList");
        assertThat(ApiFixture.tree(api.get("/apis/apps")).get("kind")).isEqualTo("APIGroup");
        assertThat(api.get("/apis/nope/v1").status).isEqualTo(404);
    }

    @Test
    void openApiDocumentsAreKeptByTheirHash() {
        Map<String, Object> index = ApiFixture.tree(api.get("/openapi/v3"));
        String url = Json.string(index, "paths", "apis/apps/v1", "serverRelativeURL");
        assertThat(url).startsWith("/openapi/v3/apis/apps/v1?hash=");
        MemorySink document = api.get(url, "Accept", "application/json");
        assertThat(document.status).isEqualTo(200);
        assertThat(document.headers.first("Cache-Control")).isEqualTo("public, immutable");
        assertThat(document.headers.first("Expires")).isEqualTo("Mon, 22 Nov 2027 12:00:00 GMT");
        assertThat(text(document)).contains("io.k8s.api.apps.v1.Deployment");
        MemorySink moved = api.get("/openapi/v3/apis/apps/v1?hash=OLD");
        assertThat(moved.status).isEqualTo(301);
        assertThat(moved.headers.first("Location")).isEqualTo(url);
        MemorySink unmarked = api.get("/openapi/v3/apis/apps/v1");
        assertThat(unmarked.headers.first("Cache-Control")).isEqualTo("no-cache, private");
        String etag = String.valueOf(unmarked.headers.first("ETag"));
        assertThat(api.get("/openapi/v3/apis/apps/v1", "If-None-Match", etag).status)
                .isEqualTo(304);
        assertThat(api.get("/openapi/v3/apis/nope/v1").status).isEqualTo(404);
        assertThat(api.get("/openapi/v2", "Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
                        .status)
                .isEqualTo(406);
        assertThat(text(api.get("/openapi/v2"))).startsWith("{\"swagger\":\"2.0\"");
    }

    @Test
    void versionAndHealth() {
        assertThat(ApiFixture.tree(api.get("/version")))
                .containsEntry("major", "1")
                .containsEntry("minor", "36");
        assertThat(text(api.get("/healthz"))).isEqualTo("ok");
        assertThat(text(api.get("/livez?verbose")))
                .isEqualTo("[+]ping ok\n[+]log ok\n[+]etcd ok\nlivez check passed\n");
        assertThat(text(api.get("/livez/etcd"))).isEqualTo("ok");
        assertThat(text(api.get("/livez?verbose&exclude=etcd&exclude=x")))
                .isEqualTo("[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n"
                        + "warn: some health checks cannot be excluded: no matches for \"x\"\nlivez check passed\n");
        assertThat(api.get("/livez/nope").status).isEqualTo(404);
    }
}
