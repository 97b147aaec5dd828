package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The fabric8 client; its watches arrive by WebSocket. */
class Fabric8Test {
    private static Thole thole;
    private static KubernetesClient client;

    @BeforeAll
    static void start() throws IOException {
        thole = Thole.up("--ephemeral");
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(thole.kubeconfig())))
                .build();
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (thole != null) {
            thole.close();
        }
    }

    private static ConfigMap configMap(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .addToData("key", value)
                .build();
    }

    @Test
    void theApplicationBundleIsCreatedReadEditedAndDeleted() throws Exception {
        try (var bundle = Files.newInputStream(Path.of("src/test/resources/bundle/shop.yaml"))) {
            List<HasMetadata> items = client.load(bundle).items();
            assertThat(items).hasSize(20);
            client.resourceList(items).create();
        }
        Deployment web =
                client.apps().deployments().inNamespace("shop").withName("web").get();
        assertThat(web.getSpec().getReplicas()).isEqualTo(3);
        assertThat(web.getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getResources()
                        .getRequests())
                .hasToString("{cpu=250m, memory=512Mi}");
        client.apps().deployments().inNamespace("shop").withName("web").scale(6);
        Deployment edited = client.apps()
                .deployments()
                .inNamespace("shop")
                .withName("web")
                .edit(deployment -> {
                    deployment.getSpec().setPaused(true);
                    return deployment;
                });
        assertThat(edited.getSpec().getReplicas()).isEqualTo(6);
        assertThat(edited.getSpec().getPaused()).isTrue();
        assertThat(client.services().inNamespace("shop").list().getItems()).hasSize(3);
        client.namespaces().withName("shop").delete();
        client.namespaces().withName("shop").waitUntilCondition(namespace -> namespace == null, 30, TimeUnit.SECONDS);
        assertThat(client.services().inNamespace("shop").list().getItems()).isEmpty();
    }

    @Test
    void aWatchHearsOfEveryChangeInOrder() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        Watcher<ConfigMap> watcher = new Watcher<>() {
            @Override
            public void eventReceived(Action action, ConfigMap map) {
                heard.add(action + " " + map.getData());
            }

            @Override
            public void onClose(WatcherException cause) {
                heard.add("closed " + cause.getMessage());
            }
        };
        try (Watch watch =
                client.configMaps().inNamespace("default").withName("watched").watch(watcher)) {
            assertThat(watch).isNotNull();
            client.resource(configMap("watched", "1")).create();
            client.resource(configMap("watched", "2")).update();
            client.configMaps().inNamespace("default").withName("watched").delete();
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("ADDED {key=1}");
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("MODIFIED {key=2}");
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("DELETED {key=2}");
        }
    }

    @Test
    void anInformerSeesWhatWasThereAndWhatComes() throws Exception {
        client.resource(configMap("informed-before", "x")).create();
        BlockingQueue<String> added = new LinkedBlockingQueue<>();
        ResourceEventHandler<ConfigMap> handler = new ResourceEventHandler<>() {
            @Override
            public void onAdd(ConfigMap map) {
                if (map.getMetadata().getName().startsWith("informed")) {
                    added.add(map.getMetadata().getName());
                }
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap after) {}

            @Override
            public void onDelete(@Nullable ConfigMap map, boolean unknown) {}
        };
        try (SharedIndexInformer<ConfigMap> informer =
                client.configMaps().inNamespace("default").inform(handler)) {
            assertThat(added.poll(20, TimeUnit.SECONDS)).isEqualTo("informed-before");
            client.resource(configMap("informed-after", "y")).create();
            assertThat(added.poll(20, TimeUnit.SECONDS)).isEqualTo("informed-after");
            assertThat(informer.getIndexer().list())
                    .extracting(map -> map.getMetadata().getName())
                    .contains("informed-before", "informed-after");
        }
    }
}
