package io.tholepin.watchcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonResourceVersionTest {
    private static String replaced(String json, long revision) {
        return new String(JsonResourceVersion.replace(Pods.utf8(json), revision), StandardCharsets.UTF_8);
    }

    @Test
    void onlyTheRevisionChanges() {
        assertThat(replaced(
                        "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\","
                                + "\"resourceVersion\":\"7\",\"uid\":\"u\"},\"spec\":{}}",
                        1234))
                .isEqualTo("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\","
                        + "\"resourceVersion\":\"1234\",\"uid\":\"u\"},\"spec\":{}}");
    }

    @Test
    void theSameWordsElsewhereDoNotMatter() {
        String before = "{\"resourceVersion\":\"1\",\"spec\":{\"metadata\":{\"resourceVersion\":\"2\"}},"
                + "\"list\":[{\"metadata\":{\"resourceVersion\":\"3\"}},\"}{\"],\"metadata\":{"
                + "\"labels\":{\"resourceVersion\":\"4\"},"
                + "\"annotations\":{\"a\":\"\\\"resourceVersion\\\":\\\"5\\\"\",\"b\\\\\":\"}\"},"
                + "\"ownerReferences\":[{\"resourceVersion\":\"6\"}],\"resourceVersion\":\"";
        assertThat(replaced(before + "99\",\"z\":1}}", 100)).isEqualTo(before + "100\",\"z\":1}}");
    }

    @Test
    void aMissingRevisionIsAdded() {
        assertThat(replaced("{\"metadata\":{}}", 5)).isEqualTo("{\"metadata\":{\"resourceVersion\":\"5\"}}");
        assertThat(replaced("{\"metadata\":{\"name\":\"a\"}}", 5))
                .isEqualTo("{\"metadata\":{\"resourceVersion\":\"5\",\"name\":\"a\"}}");
    }

    @Test
    void spaceBetweenTokensIsKept() {
        assertThat(replaced(" { \"a\" : 1.5e3 , \"metadata\" : { \"resourceVersion\" : \"1\" } }", 22))
                .isEqualTo(" { \"a\" : 1.5e3 , \"metadata\" : { \"resourceVersion\" : \"22\" } }");
    }

    @Test
    void whatIsNoObjectWithMetadataIsRefused() {
        for (String json : List.of("", "[]", "{}", "{\"metadata\":1}", "{\"metadata\":{\"a\":", "{\"metadata", "{1}")) {
            assertThatThrownBy(() -> replaced(json, 1)).as(json).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void agreesWithParsingAndWriting() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Map<String, Object> tree = new LinkedHashMap<>();
            fill(tree, random, 3);
            Map<String, Object> metadata = new LinkedHashMap<>();
            fill(metadata, random, 2);
            metadata.put("resourceVersion", "17");
            fill(metadata, random, 1);
            metadata.put("resourceVersion", "17");
            tree.put("metadata", metadata);
            byte[] before = Json.write(tree);
            metadata.put("resourceVersion", "1000000");
            assertThat(JsonResourceVersion.replace(before, 1000000))
                    .as("seed " + seed)
                    .isEqualTo(Json.write(tree));
        }
    }

    private static void fill(Map<String, Object> tree, Random random, int depth) {
        String[] words = {"resourceVersion", "metadata", "a\"b", "{", "}", "\\", "é\u0001", "", "[", ",:"};
        for (int i = random.nextInt(5); i > 0; i--) {
            String key = words[random.nextInt(words.length)] + (random.nextBoolean() ? "" : random.nextInt(3));
            if (key.equals("metadata") || key.equals("resourceVersion") && depth < 3) {
                continue;
            }
            tree.put(key, value(words, random, depth));
        }
    }

    private static Object value(String[] words, Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 5 : 3)) {
            case 0 -> words[random.nextInt(words.length)];
            case 1 -> random.nextLong();
            case 2 -> random.nextBoolean();
            case 3 -> new ArrayList<>(List.of(words[random.nextInt(words.length)], -1.5, new ArrayList<>()));
            default -> {
                Map<String, Object> inner = new LinkedHashMap<>();
                fill(inner, random, depth - 1);
                yield inner;
            }
        };
    }
}
