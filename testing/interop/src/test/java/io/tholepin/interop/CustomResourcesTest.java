package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.generic.KubernetesApiResponse;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesObject;
import io.kubernetes.client.util.generic.options.ListOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What people who test operators do with custom resources, through kubectl and two Java clients. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CustomResourcesTest {
    private static final String DEFINITION = "src/test/resources/crontabs/definition.yaml";
    private static final String OBJECTS = "src/test/resources/crontabs/objects.yaml";
    private static final String NAME = "crontabs.stable.example.com";

    @TempDir
    static Path home;

    private static Thole thole;
    private static Kubectl kubectl;

    @BeforeAll
    static void start() {
        thole = Thole.up("--data-dir", home.resolve("data").toString());
        kubectl = new Kubectl(thole, home);
    }

    @AfterAll
    static void stop() {
        if (thole != null) {
            thole.close();
        }
    }

    private static Path file(String name, String text) throws IOException {
        return Files.writeString(home.resolve(name), "---\n" + text); // what begins with a brace would be JSON
    }

    @Test
    @Order(1)
    void aDefinitionIsEstablishedAndItsResourceDiscovered() {
        kubectl.ok("apply", "-f", DEFINITION);
        awaitEstablished();
        assertThat(kubectl.ok("api-resources", "--api-group=stable.example.com", "--no-headers"))
                .matches("crontabs +ct +stable.example.com/v1 +true +CronTab\\s+");
        assertThat(kubectl.ok("explain", "ct.spec.color"))
                .contains("FIELD: color <string>")
                .contains("What it looks like.")
                .containsSubsequence("ENUM:", "red", "green", "blue");
    }

    @Test
    @Order(2)
    void objectsAreAppliedPrintedAndSelected() throws IOException {
        assertThat(kubectl.ok("apply", "-f", OBJECTS).lines()).allMatch(line -> line.endsWith(" created"));
        assertThat(kubectl.ok("apply", "-f", OBJECTS).lines()).allMatch(line -> line.endsWith(" unchanged"));
        assertThat(kubectl.ok("get", "ct").lines().toList())
                .satisfiesExactly(
                        head -> assertThat(head).matches("NAME +COLOR +REPLICAS +READY +AGE"),
                        line -> assertThat(line).matches("hourly +blue +2 +\\d+s"),
                        line -> assertThat(line).matches("nightly +red +1 +\\d+s"));
        assertThat(kubectl.ok("get", "all", "-o", "name")).contains("crontab.stable.example.com/nightly");
        assertThat(kubectl.ok("get", "ct", "--field-selector", "spec.color=blue,spec.replicas!=1", "-o", "name"))
                .isEqualTo("crontab.stable.example.com/hourly\n");
        assertThat(kubectl.fails("get", "ct", "--field-selector", "spec.cron=x"))
                .contains("field label not supported: spec.cron");
        assertThat(kubectl.ok("get", "ct", "nightly", "-o", "jsonpath={.spec.ports[1].port} {.spec.free.anything}"))
                .isEqualTo("admin [1,2]");
        Path bad = file(
                "bad.yaml",
                "{apiVersion: stable.example.com/v1, kind: CronTab, metadata: {name: bad}, spec: {color: pink, cron: x,"
                        + " replicas: 11, ports: [{name: a}, {name: a}]}}");
        assertThat(kubectl.fails("apply", "-f", bad.toString()))
                .contains("The CronTab \"bad\" is invalid:")
                .contains("spec.color: Unsupported value: \"pink\": supported values: \"red\", \"green\", \"blue\"")
                .contains("spec.cron: Invalid value: \"x\": spec.cron in body should match")
                .contains("spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10")
                .contains("spec.ports[1]: Duplicate value: {\"name\":\"a\"}");
        Path unknown = file("unknown.yaml", green("unknown").replace("spec: {", "spec: {colour: x, "));
        assertThat(kubectl.fails("create", "-f", unknown.toString())).contains("unknown field \"spec.colour\"");
    }

    @Test
    @Order(3)
    void statusAndScaleAreSubresources() {
        kubectl.ok("scale", "ct", "nightly", "--replicas=3");
        kubectl.ok(
                "patch",
                "ct",
                "nightly",
                "--subresource=status",
                "--type=merge",
                "-p",
                "{\"status\":{\"replicas\":3,\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}");
        kubectl.ok("wait", "--for=jsonpath={.status.replicas}=3", "--timeout=20s", "ct/nightly");
        kubectl.ok("wait", "--for=condition=Ready", "--timeout=20s", "ct/nightly");
        assertThat(kubectl.ok("get", "ct", "nightly", "--no-headers")).matches("nightly +red +3 +True +\\d+s\\s+");
        assertThat(kubectl.ok("get", "ct", "nightly", "-o", "jsonpath={.metadata.generation}"))
                .isEqualTo("2");
    }

    @Test
    @Order(4)
    void aWatchBySelectableFieldSeesObjectsComeAndGo() throws IOException {
        Process watch = kubectl.start(
                "get", "ct", "--field-selector=spec.color=green", "-w", "--output-watch-events", "--no-headers");
        try (BufferedReader lines = watch.inputReader(StandardCharsets.UTF_8)) {
            kubectl.ok("create", "-f", file("green.yaml", green("first")).toString());
            assertThat(lines.readLine()).matches("ADDED +first +green .*");
            kubectl.ok("patch", "ct", "nightly", "--type=merge", "-p", "{\"spec\":{\"color\":\"green\"}}");
            assertThat(lines.readLine()).matches("ADDED +nightly +green .*");
            kubectl.ok("patch", "ct", "hourly", "--type=merge", "-p", "{\"spec\":{\"replicas\":5}}");
            kubectl.ok(
                    "patch",
                    "ct",
                    "nightly",
                    "--type=json",
                    "-p",
                    "[{\"op\":\"replace\",\"path\":\"/spec/color\",\"value\":\"red\"}]");
            assertThat(lines.readLine()).matches("DELETED +nightly +green .*");
            kubectl.ok("delete", "ct", "first");
            assertThat(lines.readLine()).matches("DELETED +first +green .*");
        } finally {
            watch.destroy();
        }
    }

    private static String green(String name) {
        return "{apiVersion: stable.example.com/v1, kind: CronTab, metadata: {name: " + name
                + "}, spec: {color: green}}";
    }

    @Test
    @Order(5)
    void fabric8CreatesEditsAndIsInformed() throws Exception {
        ResourceDefinitionContext crontabs = new ResourceDefinitionContext.Builder()
                .withGroup("stable.example.com")
                .withVersion("v1")
                .withKind("CronTab")
                .withPlural("crontabs")
                .withNamespaced(true)
                .build();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        ResourceEventHandler<GenericKubernetesResource> handler = new ResourceEventHandler<>() {
            @Override
            public void onAdd(GenericKubernetesResource added) {
                heard.add("added " + added.getMetadata().getName());
            }

            @Override
            public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
                heard.add("updated " + after.get("spec", "replicas"));
            }

            @Override
            public void onDelete(@Nullable GenericKubernetesResource gone, boolean unknown) {
                heard.add("deleted");
            }
        };
        try (KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(Files.readString(thole.kubeconfig())))
                        .build();
                var informer = client.genericKubernetesResources(crontabs)
                        .inNamespace("kube-public")
                        .withField("spec.color", "blue")
                        .inform(handler)) {
            GenericKubernetesResource object = new GenericKubernetesResource();
            object.setApiVersion("stable.example.com/v1");
            object.setKind("CronTab");
            object.setMetadata(new io.fabric8.kubernetes.api.model.ObjectMetaBuilder()
                    .withName("informed")
                    .withNamespace("kube-public")
                    .build());
            object.setAdditionalProperty("spec", Map.of("color", "blue"));
            client.resource(object).create();
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("added informed");
            client.genericKubernetesResources(crontabs)
                    .inNamespace("kube-public")
                    .withName("informed")
                    .edit(one -> {
                        one.setAdditionalProperty("spec", Map.of("color", "blue", "replicas", 4));
                        return one;
                    });
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("updated 4");
            client.genericKubernetesResources(crontabs)
                    .inNamespace("kube-public")
                    .withName("informed")
                    .delete();
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("deleted");
            assertThat(informer.getIndexer().list()).isEmpty();
        }
    }

    @Test
    @Order(6)
    void theOfficialClientsDynamicApiReadsAndWrites() throws IOException {
        io.kubernetes.client.openapi.ApiClient client;
        try (var reader = Files.newBufferedReader(thole.kubeconfig())) {
            client = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(reader)).build();
        }
        DynamicKubernetesApi api = new DynamicKubernetesApi("stable.example.com", "v1", "crontabs", client);
        DynamicKubernetesObject object = new DynamicKubernetesObject(com.google.gson.JsonParser.parseString(
                        "{\"apiVersion\":\"stable.example.com/v1\",\"kind\":\"CronTab\",\"metadata\":{"
                                + "\"name\":\"dynamic\","
                                + "\"namespace\":\"kube-public\"},\"spec\":{\"color\":\"green\"}}")
                .getAsJsonObject());

        KubernetesApiResponse<DynamicKubernetesObject> created = api.create(object);

        assertThat(created.isSuccess()).isTrue();
        DynamicKubernetesObject stored = created.getObject();
        assertThat(stored.getRaw().getAsJsonObject("spec").get("replicas").getAsInt())
                .isEqualTo(1);
        stored.getRaw().getAsJsonObject("spec").addProperty("replicas", 9);
        assertThat(api.update(stored).isSuccess()).isTrue();
        assertThat(api.update(stored).getHttpStatusCode()).isEqualTo(409);
        ListOptions green = new ListOptions();
        green.setFieldSelector("spec.color=green");
        assertThat(api.list("kube-public", green).getObject().getItems())
                .extracting(one -> one.getMetadata().getName())
                .containsExactly("dynamic");
        assertThat(api.delete("kube-public", "dynamic").isSuccess()).isTrue();
        assertThat(api.get("kube-public", "dynamic").getHttpStatusCode()).isEqualTo(404);
    }

    @Test
    @Order(7)
    void anotherVersionIsServedBesideTheFirst() throws IOException {
        String definition = Files.readString(Path.of(DEFINITION));
        Path both = file("both.yaml", definition + """
                  - name: v2alpha1
                    served: true
                    storage: false
                    schema:
                      openAPIV3Schema:
                        type: object
                        properties:
                          spec: {type: object, properties: {color: {type: string}, replicas: {type: integer}}}
                """);
        kubectl.ok("apply", "-f", both.toString());
        assertThat(kubectl.ok("get", "crontabs.v2alpha1.stable.example.com", "nightly", "-o", "json"))
                .contains("\"apiVersion\": \"stable.example.com/v2alpha1\"")
                .contains("\"color\": \"red\"")
                .doesNotContain("\"cron\":");
        assertThat(kubectl.ok("get", "crontabs.v1.stable.example.com", "nightly", "-o", "json"))
                .contains("\"cron\": \"0 2 * * *\"");
    }

    @Test
    @Order(8)
    void aNamespaceTakesItsCustomObjectsWithIt() throws IOException {
        kubectl.ok("create", "namespace", "short-lived");
        kubectl.ok(
                "create",
                "-n",
                "short-lived",
                "-f",
                file("inside.yaml", green("inside")).toString());
        kubectl.ok("delete", "namespace", "short-lived", "--timeout=30s");
        assertThat(kubectl.ok("get", "ct", "-A", "-o", "name")).doesNotContain("inside");
    }

    @Test
    @Order(9)
    void aRestartKeepsEverything() {
        String before = kubectl.ok("get", "ct", "-o", "json");
        assertThat(thole.stop()).isZero();
        start();
        assertThat(kubectl.ok("get", "ct", "-o", "json")).isEqualTo(before);
        assertThat(kubectl.ok("get", "ct", "--field-selector", "spec.color=blue", "-o", "name"))
                .isEqualTo("crontab.stable.example.com/hourly\n");
    }

    @Test
    @Order(10)
    void whenADefinitionIsDeletedItsObjectsGoAndAWatchEnds() throws Exception {
        Process watch = kubectl.start("get", "ct", "-w", "--output-watch-events", "--no-headers");
        try (BufferedReader lines = watch.inputReader(StandardCharsets.UTF_8)) {
            List<String> there = List.of(lines.readLine(), lines.readLine());
            assertThat(there).allMatch(line -> line.startsWith("ADDED"));
            kubectl.ok("delete", "crd", NAME, "--timeout=30s");
            assertThat(List.of(lines.readLine(), lines.readLine())).allMatch(line -> line.startsWith("DELETED"));
            assertThat(watch.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            watch.destroy();
        }
        assertThat(kubectl.fails("get", "ct")).contains("could not find the requested resource");
        kubectl.ok("apply", "-f", DEFINITION);
        awaitEstablished();
        assertThat(kubectl.ok("get", "ct", "-A", "-o", "name")).isEmpty();
    }

    /** kubectl does not wait but fails while there are no conditions yet, which kube-apiserver, too, tells as null. */
    private static void awaitEstablished() {
        String[] command = {"wait", "--for=condition=Established", "--timeout=20s", "crd/" + NAME};
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> kubectl.run(Map.of(), command).code() == 0);
    }
}
