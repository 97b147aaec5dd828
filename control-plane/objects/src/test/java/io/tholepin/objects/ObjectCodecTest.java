package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ObjectCodecTest {
    private final SchemaPack pack = SchemaPack.builtIn();

    private ObjectCodec codec(String apiVersion, String resource) {
        ResourceType type = BuiltInResources.all().stream()
                .filter(one ->
                        one.apiVersion().equals(apiVersion) && one.resource().equals(resource))
                .findFirst()
                .orElseThrow();
        return ObjectCodec.of(type, pack);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static final String POD = """
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"shop","selfLink":"/x",
             "resourceVersion":"41","uid":"u","labels":{"app":"web","tier":"front"}},"spec":{"nodeName":"n1",
             "hostNetwork":true,"containers":[{"name":"c"}]},"status":{"phase":"Running"}}""";

    private Map<String, Object> pod() {
        return TypedReader.read(codec("v1", "pods").type(), Json.parseObject(utf8(POD)), Set.of())
                .tree();
    }

    @Test
    void aStoredObjectIsAnEnvelopeWithoutItsRevision() {
        Map<String, Object> tree = pod();
        String before = Json.text(tree);
        byte[] stored = codec("v1", "pods").encodeForStore(tree);
        assertThat(Json.text(tree)).isEqualTo(before);
        assertThat(HexFormat.of().formatHex(stored)).startsWith("6b387300" + "0a090a02763112" + "03506f64" + "12");
        assertThat(HexFormat.of().formatHex(stored)).endsWith("1a002200");
        assertThat(new String(stored, StandardCharsets.ISO_8859_1))
                .doesNotContain("41")
                .doesNotContain("/x");
    }

    @Test
    void decodingPutsTheRevisionBackInPlace() {
        ObjectCodec codec = codec("v1", "pods");
        byte[] stored = codec.encodeForStore(pod());
        String json = text(codec.decodeJson(stored, 77));
        assertThat(json)
                .startsWith(
                        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\","
                                + "\"uid\":\"u\",\"resourceVersion\":\"77\",\"labels\":");
        assertThat(Json.text(codec.decodeTree(stored, 77))).isEqualTo(json);
        assertThat(json.substring(0, codec.typeMetaLength())).isEqualTo("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",");
    }

    @Test
    void templatesInsideAnObjectGetNoRevision() {
        ObjectCodec codec = codec("apps/v1", "deployments");
        Map<String, Object> tree =
                TypedReader.read(codec.type(), Map.of(), Set.of()).tree();
        String json = text(codec.decodeJson(codec.encodeForStore(tree), 5));
        assertThat(json)
                .contains("\"metadata\":{\"resourceVersion\":\"5\"}")
                .contains("\"template\":{\"metadata\":{},");
    }

    @Test
    void decodingGivesWhatSelectorsNeed() {
        ObjectCodec codec = codec("v1", "pods");
        ObjectCodec.Decoded decoded = codec.decode(codec.encodeForStore(pod()), 9);
        assertThat(decoded.namespace()).isEqualTo("shop");
        assertThat(decoded.name()).isEqualTo("web");
        assertThat(decoded.labels()).isEqualTo(Map.of("app", "web", "tier", "front"));
        assertThat(field(codec, decoded, "spec.nodeName")).isEqualTo("n1");
        assertThat(field(codec, decoded, "status.phase")).isEqualTo("Running");
        assertThat(field(codec, decoded, "spec.hostNetwork")).isEqualTo("true");
        assertThat(field(codec, decoded, "status.podIP")).isEmpty();
    }

    private static String field(ObjectCodec codec, ObjectCodec.Decoded decoded, String name) {
        return decoded.fields()[codec.fieldNames().indexOf(name)];
    }

    @Test
    void selectableFieldsAreThoseOfTheWholeObjectForEveryResource() {
        for (ResourceType resource : BuiltInResources.all()) {
            if (!resource.stored()) {
                continue;
            }
            ObjectCodec codec = ObjectCodec.of(resource, pack);
            RandomObjects random = new RandomObjects(new Random(resource.kind().hashCode()));
            for (int round = 0; round < 10; round++) {
                Map<String, Object> tree = TypedReader.read(codec.type(), random.object(codec.type()), Set.of())
                        .tree();
                ObjectCodec.Decoded decoded = codec.decode(codec.encodeForStore(tree), 3);
                Map<String, Object> whole = Json.parseObject(decoded.json());
                assertThat(decoded.fields())
                        .as(resource.groupResource())
                        .isEqualTo(SelectableFields.of(resource).values(whole));
                assertThat(decoded.labels()).isEqualTo(Json.strings(whole, "metadata", "labels"));
                assertThat(decoded.name()).isEqualTo(Json.string(whole, "metadata", "name"));
            }
        }
    }

    @Test
    void valuesStoredAsJsonAreReadToo() {
        ObjectCodec codec = codec("v1", "pods");
        byte[] fromJson = codec.decodeJson(utf8(POD), 77);
        assertThat(text(fromJson)).isEqualTo(text(codec.decodeJson(codec.encodeForStore(pod()), 77)));
    }

    @Test
    void whatIsNoObjectIsRefused() {
        ObjectCodec codec = codec("v1", "pods");
        byte[] stored = codec.encodeForStore(pod());
        assertThatThrownBy(() -> codec.decode(Arrays.copyOf(stored, stored.length - 9), 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> codec.decode(utf8("nonsense"), 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> codec.decode(new byte[0], 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> codec.decode(utf8("{\"spec\":1}"), 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anEnvelopeTellsWhatItHolds() {
        byte[] wrapped = Envelope.wrap("apps/v1", "Deployment", new byte[] {1, 2, 3});
        byte[] shifted = new byte[wrapped.length + 2];
        System.arraycopy(wrapped, 0, shifted, 2, wrapped.length);
        Envelope.Content content = Envelope.unwrap(shifted, 2, wrapped.length);
        assertThat(content.apiVersion()).isEqualTo("apps/v1");
        assertThat(content.kind()).isEqualTo("Deployment");
        assertThat(Arrays.copyOfRange(shifted, content.offset(), content.offset() + content.length()))
                .containsExactly(1, 2, 3);
        assertThat(Objects.requireNonNull(pack.type("k8s.io.apimachinery.pkg.runtime.Unknown"))
                        .fields())
                .extracting(FieldSchema::number)
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void aWatchFrameIsALengthAndAnEventWithoutEnvelope() {
        byte[] frame = Envelope.watchFrame("ADDED", new byte[] {9, 9});
        assertThat(HexFormat.of().formatHex(frame)).isEqualTo("0000000d" + "0a054144444544" + "12040a020909");
    }
}
