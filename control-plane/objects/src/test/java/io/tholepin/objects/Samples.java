package io.tholepin.objects;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Objects for tests, written as YAML and read as a request's body is. */
final class Samples {
    private Samples() {}

    /** The resource {@code deployments.apps}, in its first served version. */
    static ResourceType resource(String groupResource) {
        return BuiltInResources.all().stream()
                .filter(type -> type.groupResource().equals(groupResource))
                .findFirst()
                .orElseThrow();
    }

    /** The resource that serves this object's kind. */
    static ResourceType resourceOf(Map<String, Object> tree) {
        return BuiltInResources.all().stream()
                .filter(type -> type.apiVersion().equals(tree.get("apiVersion"))
                        && type.kind().equals(tree.get("kind")))
                .findFirst()
                .orElseThrow();
    }

    /** Any YAML or JSON. */
    static Object parse(String yaml) {
        byte[] bytes = yaml.getBytes(StandardCharsets.UTF_8);
        return Objects.requireNonNull(Yaml.parse(bytes, 0, bytes.length, path -> {}));
    }

    static Map<String, Object> tree(String yaml) {
        return Json.asObject(parse(yaml));
    }

    static TypeSchema schema(ResourceType type) {
        return Objects.requireNonNull(SchemaPack.builtIn().type(type.typeName()));
    }

    /** An object of a resource, as a request brings it: read by its type, without unknown fields. */
    static Map<String, Object> typed(ResourceType type, Map<String, Object> tree) {
        TypedReader.Result read = TypedReader.read(schema(type), tree, List.of());
        if (!read.findings().isEmpty()) {
            throw new IllegalArgumentException(type + ": " + read.findings());
        }
        return read.tree();
    }

    /** A realistic application and what it stands on: every kind that is served with a body of its own. */
    static Stream<Map<String, Object>> bundle() {
        try (InputStream in = Objects.requireNonNull(Samples.class.getResourceAsStream("/bundle.yaml"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Stream.of(text.split("(?m)^---$")).map(Samples::tree).map(tree -> typed(resourceOf(tree), tree));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
