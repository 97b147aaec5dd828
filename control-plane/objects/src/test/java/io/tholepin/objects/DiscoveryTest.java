package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiscoveryTest {
    private static final Discovery DISCOVERY = Discovery.of(BuiltInResources.all(), "127.0.0.1:6443");

    @Test
    void theCoreGroupIsAnnouncedInItsOldForm() {
        assertThat(text(DISCOVERY.api()))
                .isEqualTo("{\"kind\":\"APIVersions\",\"versions\":[\"v1\"],\"serverAddressByClientCIDRs\":"
                        + "[{\"clientCIDR\":\"0.0.0.0/0\",\"serverAddress\":\"127.0.0.1:6443\"}]}\n");
    }

    @Test
    void groupsAreListedWithTheirPreferredVersion() {
        Map<String, Object> list = tree(DISCOVERY.apis());

        assertThat(Json.list(list, "groups")).hasSize(20);
        assertThat(Json.list(list, "groups").stream().map(group -> Json.string(group, "name")))
                .startsWith("apiregistration.k8s.io", "apps", "events.k8s.io")
                .doesNotContain("");
        assertThat(text(DISCOVERY.group("autoscaling")))
                .isEqualTo("{\"kind\":\"APIGroup\",\"apiVersion\":\"v1\",\"name\":\"autoscaling\",\"versions\":["
                        + "{\"groupVersion\":\"autoscaling/v2\",\"version\":\"v2\"},"
                        + "{\"groupVersion\":\"autoscaling/v1\",\"version\":\"v1\"}],"
                        + "\"preferredVersion\":{\"groupVersion\":\"autoscaling/v2\",\"version\":\"v2\"}}\n");
        assertThat(DISCOVERY.group("nothing")).isNull();
        assertThat(DISCOVERY.group("")).isNull();
    }

    @Test
    void resourcesAreListedWithTheirSubresources() {
        Map<String, Object> core = tree(DISCOVERY.resources("", "v1"));
        Map<String, Object> apps = tree(DISCOVERY.resources("apps", "v1"));

        assertThat(core).doesNotContainKey("apiVersion").containsEntry("groupVersion", "v1");
        assertThat(apps).containsEntry("apiVersion", "v1").containsEntry("groupVersion", "apps/v1");
        assertThat(Json.text(named(core, "pods")))
                .isEqualTo(
                        "{\"name\":\"pods\",\"singularName\":\"pod\",\"namespaced\":true,\"kind\":\"Pod\",\"verbs\":["
                                + "\"create\",\"delete\",\"deletecollection\",\"get\",\"list\",\"patch\","
                                + "\"update\",\"watch\"],"
                                + "\"shortNames\":[\"po\"],\"categories\":[\"all\"],"
                                + "\"storageVersionHash\":\"xPOwRZ+Yhw8=\"}");
        assertThat(Json.text(named(apps, "deployments/scale")))
                .isEqualTo("{\"name\":\"deployments/scale\",\"singularName\":\"\",\"namespaced\":true,\"group\":"
                        + "\"autoscaling\",\"version\":\"v1\",\"kind\":\"Scale\",\"verbs\":[\"get\","
                        + "\"patch\",\"update\"]}");
        assertThat(named(core, "bindings")).doesNotContainKey("storageVersionHash");
        assertThat(DISCOVERY.resources("apps", "v2")).isNull();
        assertThat(DISCOVERY.resources("nothing", "v1")).isNull();
    }

    /** Values that real clusters print. */
    @ParameterizedTest
    @CsvSource({
        "'',v1,pods,xPOwRZ+Yhw8=",
        "'',v1,events,r2yiGXH7wu8=",
        "'',v1,namespaces,Q3oi5N2YM8M=",
        "events.k8s.io,v1,events,r2yiGXH7wu8=",
        "apps,v1,deployments,8aSe+NMegvE=",
        "autoscaling,v2,horizontalpodautoscalers,qwQve8ut294=",
        "autoscaling,v1,horizontalpodautoscalers,qwQve8ut294=",
        "apiregistration.k8s.io,v1,apiservices,InPBPD7+PqM=",
    })
    void storageVersionHashesAreThoseOfKubernetes(String group, String version, String resource, String hash) {
        assertThat(Discovery.storageVersionHash(
                        Objects.requireNonNull(BuiltInResources.find(group, version, resource))))
                .isEqualTo(hash);
    }

    @Test
    void aggregatedDocumentsHoldEverything() {
        Map<String, Object> api = tree(DISCOVERY.aggregatedApi());
        Map<String, Object> apis = tree(DISCOVERY.aggregatedApis());

        assertThat(api)
                .containsEntry("kind", "APIGroupDiscoveryList")
                .containsEntry("apiVersion", "apidiscovery.k8s.io/v2");
        assertThat(Json.list(api, "items")).hasSize(1);
        Object core = Json.list(Json.list(api, "items").getFirst(), "versions").getFirst();
        assertThat(Json.list(core, "resources")).hasSize(17);
        assertThat(Json.string(core, "freshness")).isEqualTo("Current");
        assertThat(Json.text(Json.list(core, "resources").getFirst()))
                .isEqualTo("{\"resource\":\"bindings\",\"responseKind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":"
                        + "\"Binding\"},\"scope\":\"Namespaced\",\"singularResource\":\"binding\","
                        + "\"verbs\":[\"create\"]}");
        int resources = 17;
        for (Object item : Json.list(apis, "items")) {
            for (Object version : Json.list(item, "versions")) {
                resources += Json.list(version, "resources").size();
            }
        }
        assertThat(resources).isEqualTo(BuiltInResources.all().size());
    }

    @Test
    void aDocumentIsMadeOnceAndNamedByItsHash() {
        Document document = DISCOVERY.aggregatedApis();

        assertThat(DISCOVERY.aggregatedApis()).isSameAs(document);
        assertThat(document.hash()).matches("[0-9A-F]{128}");
        assertThat(document.matches('"' + document.hash() + '"')).isTrue();
        assertThat(document.matches("\"other\", W/" + document.etag())).isTrue();
        assertThat(document.matches("\"other\"")).isFalse();
        assertThat(document.matches(null)).isFalse();
    }

    private static Map<String, Object> named(Map<String, Object> list, String name) {
        List<Object> resources = Json.list(list, "resources");
        return Json.asObject(resources.stream()
                .filter(resource -> Json.string(resource, "name").equals(name))
                .findFirst()
                .orElseThrow());
    }

    private static String text(@Nullable Document document) {
        return new String(Objects.requireNonNull(document).bytes(), StandardCharsets.UTF_8);
    }

    private static Map<String, Object> tree(@Nullable Document document) {
        return Json.parseObject(Objects.requireNonNull(document).bytes());
    }
}
