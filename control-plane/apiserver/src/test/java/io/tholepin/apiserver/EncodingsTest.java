package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.Tables;
import io.tholepin.objects.Yaml;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists that are streamed are, byte for byte, what encoding the whole tree at once makes. */
class EncodingsTest {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private static final String PARTIAL = "as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    private final ApiFixture api = new ApiFixture();
    private final ResourceType pods = Objects.requireNonNull(api.types.resource("", "v1", "pods"));
    private final Encoder encoder = new Encoder(new TypeNames(TestBackend.SCHEMAS, api.types.all()));
    private Map<String, Object> list = Map.of();

    @BeforeEach
    void fill() {
        for (int i = 0; i < 30; i++) {
            MemorySink made = api.post(
                    PODS, Samples.podOn("node-" + i % 3, "pod-" + (i + 10)).replace('\'', '"'));
            assertThat(made.status).as(made.toString()).isEqualTo(201);
        }
        list = ApiFixture.tree(api.get(PODS));
    }

    @AfterEach
    void close() {
        api.close();
    }

    private static Media media(Media.Encoding encoding) {
        return new Media(encoding, Media.Shape.OBJECT, "v1", false);
    }

    private List<Map<String, Object>> objects() {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object item : Json.list(list, "items")) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("kind", "Pod");
            object.put("apiVersion", "v1");
            object.putAll(Json.asObject(item));
            objects.add(object);
        }
        return objects;
    }

    @Test
    void protobuf() {
        MemorySink answer = api.get(PODS, "Accept", "application/vnd.kubernetes.protobuf");
        assertThat(answer.headers.first("Content-Type")).isEqualTo("application/vnd.kubernetes.protobuf");
        assertThat(answer.body.toByteArray()).isEqualTo(encoder.encode(media(Media.Encoding.PROTOBUF), list));
        MemorySink again = api.get(PODS, "Accept", "application/vnd.kubernetes.protobuf");
        assertThat(again.body.toByteArray()).isEqualTo(answer.body.toByteArray());
        MemorySink one = api.get(PODS + "/pod-12", "Accept", "application/vnd.kubernetes.protobuf");
        assertThat(one.body.toByteArray())
                .isEqualTo(
                        encoder.encode(media(Media.Encoding.PROTOBUF), objects().get(2)));
    }

    @Test
    void protobufPages() {
        MemorySink page = api.get(PODS + "?limit=7", "Accept", "application/vnd.kubernetes.protobuf");
        Map<String, Object> tree = ApiFixture.tree(api.get(PODS + "?limit=7"));
        assertThat(page.body.toByteArray()).isEqualTo(encoder.encode(media(Media.Encoding.PROTOBUF), tree));
    }

    @Test
    void anEmptyListInEveryEncoding() {
        String none = PODS + "?labelSelector=app%3Dnone";
        Map<String, Object> empty = ApiFixture.tree(api.get(none));
        assertThat(Json.list(empty, "items")).isEmpty();
        assertThat(api.get(none, "Accept", "application/vnd.kubernetes.protobuf")
                        .body
                        .toByteArray())
                .isEqualTo(encoder.encode(media(Media.Encoding.PROTOBUF), empty));
        assertThat(api.get(none, "Accept", "application/yaml").body.toByteArray())
                .isEqualTo(Yaml.write(empty));
    }

    @Test
    void yaml() {
        MemorySink answer = api.get(PODS, "Accept", "application/yaml");
        assertThat(answer.body.toString(StandardCharsets.UTF_8))
                .isEqualTo(new String(Yaml.write(list), StandardCharsets.UTF_8));
    }

    @Test
    void tables() {
        for (String include : new String[] {"", "None", "Object"}) {
            MemorySink answer = api.get(PODS + "?includeObject=" + include, "Accept", TABLE);
            Map<String, Object> expected = table(Tables.IncludeObject.parse(include));
            assertThat(answer.body.toString(StandardCharsets.UTF_8)).isEqualTo(Json.text(expected) + "\n");
        }
        MemorySink yaml = api.get(PODS, "Accept", TABLE.replace("json", "yaml"));
        assertThat(yaml.body.toByteArray()).isEqualTo(Yaml.write(table(Tables.IncludeObject.METADATA)));
    }

    private Map<String, Object> table(Tables.IncludeObject include) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map<String, Object> object : objects()) {
            rows.add(Tables.row(Tables.forType(pods), object, include, ApiFixture.NOW));
        }
        return Tables.table(Tables.forType(pods), Json.child(list, "metadata"), rows, true);
    }

    @Test
    void metadataAlone() {
        Map<String, Object> expected = Tables.partialList(Json.child(list, "metadata"), objects());
        MemorySink json = api.get(PODS, "Accept", "application/json;" + PARTIAL);
        assertThat(json.body.toString(StandardCharsets.UTF_8)).isEqualTo(Json.text(expected) + "\n");
        MemorySink protobuf = api.get(PODS, "Accept", "application/vnd.kubernetes.protobuf;" + PARTIAL);
        assertThat(protobuf.body.toByteArray()).isEqualTo(encoder.encode(media(Media.Encoding.PROTOBUF), expected));
    }

    @Test
    void aLongListIsCompressedWhenTheClientTakesThatAndAShortOneIsNot() throws java.io.IOException {
        MemorySink small = api.get(PODS, "Accept-Encoding", "gzip");
        assertThat(small.headers.first("Content-Encoding")).isNull();
        String data = "x".repeat(10_000);
        for (int i = 0; i < 20; i++) {
            api.post(
                    "/api/v1/namespaces/default/configmaps",
                    "{\"metadata\":{\"name\":\"c" + i + "\"},\"data\":{\"k\":\"" + data + "\"}}");
        }
        String maps = "/api/v1/namespaces/default/configmaps";
        MemorySink plain = api.get(maps);
        assertThat(plain.headers.first("Content-Encoding")).isNull();
        MemorySink large = api.get(maps, "Accept-Encoding", "gzip");
        assertThat(large.headers.first("Content-Encoding")).isEqualTo("gzip");
        assertThat(large.headers.first("Vary")).isEqualTo("Accept-Encoding");
        assertThat(large.body.size()).isLessThan(plain.body.size() / 10);
        try (GZIPInputStream in = new GZIPInputStream(new java.io.ByteArrayInputStream(large.body.toByteArray()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain.body.toByteArray());
        }
    }

    @Test
    void everyWatcherOfAFormGetsTheSameBytes() throws InterruptedException {
        String watch = PODS + "?watch=1&resourceVersion=" + Json.string(list, "metadata", "resourceVersion");
        String[] forms = {
            "application/json", TABLE, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        };
        List<MemorySink> watches = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            watches.add(api.open(watch, "Accept", forms[i % 3]));
        }
        api.post(PODS, Samples.pod("late").replace('\'', '"'));
        List<String> lines = new ArrayList<>();
        for (MemorySink sink : watches) {
            lines.add(sink.nextLine());
            sink.leave();
        }
        for (int i = 0; i < 12; i++) {
            assertThat(lines.get(i)).isEqualTo(lines.get(i % 3)).contains("late");
        }
        assertThat(lines.get(1)).contains("\"kind\":\"Table\"", "\"columnDefinitions\":[{", "\"cells\":[\"late\"");
        assertThat(lines.get(2)).contains("PartialObjectMetadata").doesNotContain("spec");
    }

    @Test
    void oneObjectInEveryForm() {
        Map<String, Object> object = objects().get(2);
        String one = PODS + "/pod-12";
        for (String include : new String[] {"", "None", "Object"}) {
            Map<String, Object> row =
                    Tables.row(Tables.forType(pods), object, Tables.IncludeObject.parse(include), ApiFixture.NOW);
            Map<String, Object> meta = new LinkedHashMap<>();
            meta.put("resourceVersion", Json.string(object, "metadata", "resourceVersion"));
            assertThat(api.get(one + "?includeObject=" + include, "Accept", TABLE)
                            .body
                            .toString(StandardCharsets.UTF_8))
                    .isEqualTo(Json.text(Tables.table(Tables.forType(pods), meta, List.of(row), true)) + "\n");
        }
        assertThat(api.get(one + "?includeObject=Nonsense", "Accept", TABLE).status)
                .isEqualTo(400);
        String partial = "as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
        Map<String, Object> expected = Tables.partial(object);
        assertThat(api.get(one, "Accept", "application/json;" + partial).body.toString(StandardCharsets.UTF_8))
                .isEqualTo(Json.text(expected) + "\n");
        assertThat(api.get(one, "Accept", "application/vnd.kubernetes.protobuf;" + partial)
                        .body
                        .toByteArray())
                .isEqualTo(encoder.encode(media(Media.Encoding.PROTOBUF), expected));
    }

    @Test
    void watchersOfAnyFormShareTheBytesOfAnObject() {
        String[] forms = {
            "application/json",
            "application/vnd.kubernetes.protobuf",
            TABLE,
            "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        };
        for (String form : forms) {
            Set<byte[]> first = arrays(PODS + "?watch=1&timeoutSeconds=1&resourceVersion=0", form);
            Set<byte[]> second = arrays(PODS + "?watch=1&timeoutSeconds=1&resourceVersion=0", form);
            second.retainAll(first);
            assertThat(second).as(form).hasSizeGreaterThanOrEqualTo(30);
        }
    }

    /** The arrays that an answer is sent from. */
    private Set<byte[]> arrays(String uri, String accept) {
        Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        MemorySink sink = new MemorySink() {
            @Override
            public synchronized void write(byte[] buffer, int offset, int length) {
                arrays.add(buffer);
                super.write(buffer, offset, length);
            }
        };
        api.send(sink, uri, "Accept", accept);
        return arrays;
    }
}
