package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DynamicMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TranscoderTest {
    private static final int ROUNDS = 8;

    private static final OfficialTypes OFFICIAL = new OfficialTypes();

    private final SchemaPack pack = SchemaPack.builtIn();

    private TypeSchema type(String name) {
        return Objects.requireNonNull(pack.type(name), name);
    }

    /** Every kind that is served, and the bodies of subresources. */
    private List<TypeSchema> kinds() {
        return BuiltInResources.all().stream()
                .flatMap(resource -> Stream.concat(
                        Stream.of(resource.typeName()),
                        resource.subresources().stream().map(ResourceType.Subresource::typeName)))
                .filter(name -> !name.isEmpty())
                .distinct()
                .map(this::type)
                .toList();
    }

    private Map<String, Object> canonical(TypeSchema type, Map<String, Object> tree) {
        TypedReader.Result result = TypedReader.read(type, tree, Set.of());
        assertThat(result.findings()).as(type.name()).isEmpty();
        return result.tree();
    }

    private static Map<String, Object> withoutTypeMeta(Map<String, Object> tree) {
        Map<String, Object> copy = new java.util.LinkedHashMap<>(tree);
        copy.remove("kind");
        copy.remove("apiVersion");
        return copy;
    }

    @Test
    void everyServedKindIsInThePack() {
        assertThat(kinds()).hasSizeGreaterThan(70);
    }

    @Test
    void randomObjectsOfEveryKindSurviveTheWire() {
        for (TypeSchema type : kinds()) {
            RandomObjects random = new RandomObjects(new Random(type.name().hashCode()));
            for (int round = 0; round < ROUNDS; round++) {
                Map<String, Object> tree = canonical(type, random.object(type));
                byte[] wire = Transcoder.toProtobuf(type, tree);
                Map<String, Object> back = Transcoder.fromProtobuf(type, wire, 0, wire.length);
                assertThat(Json.text(back)).as(type.name()).isEqualTo(Json.text(withoutTypeMeta(tree)));
                assertThat(Transcoder.toProtobuf(type, back)).isEqualTo(wire);
            }
        }
    }

    @Test
    void whatWasReadReadsTheSameAgain() {
        for (TypeSchema type : kinds()) {
            Map<String, Object> tree = canonical(type, new RandomObjects(new Random(7)).object(type));
            assertThat(Json.text(canonical(type, tree))).as(type.name()).isEqualTo(Json.text(tree));
        }
    }

    @Test
    void jsonFromTheWireIsTheJsonOfTheTree() {
        for (TypeSchema type : kinds()) {
            RandomObjects random = new RandomObjects(new Random(type.name().hashCode() + 1L));
            for (int round = 0; round < ROUNDS; round++) {
                byte[] wire = Transcoder.toProtobuf(type, canonical(type, random.object(type)));
                byte[] padded = new byte[wire.length + 7];
                System.arraycopy(wire, 0, padded, 3, wire.length);
                byte[] json = Transcoder.writeJson(type, padded, 3, wire.length);
                assertThat(new String(json, StandardCharsets.UTF_8))
                        .as(type.name())
                        .isEqualTo(Json.text(Transcoder.fromProtobuf(type, wire, 0, wire.length)));
            }
        }
    }

    @Test
    void theOfficialReaderReadsTheSameValuesAndWritesTheSameBytes() {
        for (TypeSchema type : kinds()) {
            RandomObjects random = new RandomObjects(new Random(type.name().hashCode() + 2L));
            for (int round = 0; round < ROUNDS; round++) {
                Map<String, Object> tree = canonical(type, random.object(type));
                byte[] wire = Transcoder.toProtobuf(type, tree);
                DynamicMessage message = OFFICIAL.parse(type, wire);
                OfficialTypes.assertHolds(message, type, tree);
                assertThat(message.toByteArray()).as(type.name()).isEqualTo(wire);
            }
        }
    }

    @Test
    void thePackHasTheOfficialTypes() {
        assertThat(pack.types().keySet()).isEqualTo(OFFICIAL.names());
    }

    @Test
    void valuesThatAreNoPointersAreWrittenEvenWhenZero() {
        TypeSchema namespace = type("k8s.io.api.core.v1.Namespace");
        byte[] wire = Transcoder.toProtobuf(namespace, Json.parseObject(utf8("{\"metadata\":{\"name\":\"a\"}}")));
        // name, generateName, namespace, selfLink, uid, resourceVersion, generation, creationTimestamp; spec; phase
        assertThat(HexFormat.of().formatHex(wire)).isEqualTo("0a110a016112001a0022002a0032003800420012001a020a00");
        assertThat(Json.text(Transcoder.fromProtobuf(namespace, wire, 0, wire.length)))
                .isEqualTo("{\"metadata\":{\"name\":\"a\"},\"spec\":{},\"status\":{}}");
    }

    @Test
    void pointersKeepTheirZero() {
        TypeSchema spec = type("k8s.io.api.apps.v1.DeploymentSpec");
        byte[] wire = Transcoder.toProtobuf(spec, Json.parseObject(utf8("{\"replicas\":0,\"minReadySeconds\":0}")));
        String json = new String(Transcoder.writeJson(spec, wire, 0, wire.length), StandardCharsets.UTF_8);
        assertThat(json)
                .startsWith("{\"replicas\":0,\"selector\":null,\"template\":{")
                .doesNotContain("minReadySeconds");
        assertThat(json).contains("\"containers\":null", "\"strategy\":{}");
    }

    @Test
    void mapsAreSortedHoweverTheyCame() {
        TypeSchema map = type("k8s.io.api.core.v1.ConfigMap");
        byte[] b = HexFormat.of().parseHex("12060a0162120178"); // data {b: x}
        byte[] a = HexFormat.of().parseHex("12060a0161120179"); // data {a: y}
        byte[] again = HexFormat.of().parseHex("1206" + "12017a" + "0a0162"); // data {b: z}, value first
        byte[] wire = concat(b, a, again);
        assertThat(new String(Transcoder.writeJson(map, wire, 0, wire.length), StandardCharsets.UTF_8))
                .isEqualTo("{\"metadata\":{},\"data\":{\"a\":\"y\",\"b\":\"z\"}}");
    }

    @Test
    void aMessageInPiecesIsPutTogether() {
        TypeSchema pod = type("k8s.io.api.core.v1.Pod");
        byte[] name = HexFormat.of().parseHex("0a030a0161");
        byte[] namespace = HexFormat.of().parseHex("0a031a0162");
        byte[] wire = concat(name, namespace);
        assertThat(new String(Transcoder.writeJson(pod, wire, 0, wire.length), StandardCharsets.UTF_8))
                .startsWith("{\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"},\"spec\":{\"containers\":null},");
    }

    @Test
    void brokenBytesAreRefusedAndNeverReadPast() {
        TypeSchema pod = type("k8s.io.api.core.v1.Pod");
        byte[] wire = Transcoder.toProtobuf(pod, canonical(pod, new RandomObjects(new Random(3)).object(pod)));
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] broken = Arrays.copyOf(wire, random.nextInt(wire.length));
            if (broken.length > 0) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            try {
                Transcoder.fromProtobuf(pod, broken, 0, broken.length);
            } catch (IllegalArgumentException | Json.Malformed e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void aValueOfTheWrongShapeIsNamed() {
        TypeSchema pod = type("k8s.io.api.core.v1.Pod");
        assertThatThrownBy(() -> Transcoder.toProtobuf(pod, Map.of("spec", Map.of("containers", "none"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("containers: \"none\" (expected: a list)");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] concat(byte[]... parts) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
