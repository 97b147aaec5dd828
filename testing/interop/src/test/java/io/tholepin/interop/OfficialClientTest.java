package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The official Java client with its informers. */
class OfficialClientTest {
    private static Thole thole;
    private static ApiClient client;

    @BeforeAll
    static void start() throws IOException {
        thole = Thole.up("--ephemeral");
        try (var reader = Files.newBufferedReader(thole.kubeconfig())) {
            client = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(reader)).build();
        }
        client.setReadTimeout(0);
    }

    @AfterAll
    static void stop() {
        if (thole != null) {
            thole.close();
        }
    }

    private static V1ConfigMap configMap(String name, String value) {
        return new V1ConfigMap().metadata(new V1ObjectMeta().name(name)).data(Map.of("key", value));
    }

    @Test
    void objectsAreCreatedReplacedAndDeleted() throws ApiException {
        CoreV1Api core = new CoreV1Api(client);
        V1ConfigMap created = core.createNamespacedConfigMap("default", configMap("plain", "1"))
                .execute();
        assertThat(created.getMetadata().getUid()).isNotEmpty();
        created.setData(Map.of("key", "2"));
        V1ConfigMap replaced =
                core.replaceNamespacedConfigMap("plain", "default", created).execute();
        assertThat(replaced.getData()).containsEntry("key", "2");
        assertThatThrownBy(() -> core.replaceNamespacedConfigMap("plain", "default", created.data(Map.of()))
                        .execute())
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.getCode()).isEqualTo(409));
        core.deleteNamespacedConfigMap("plain", "default").execute();
        assertThatThrownBy(
                        () -> core.readNamespacedConfigMap("plain", "default").execute())
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.getCode()).isEqualTo(404));
    }

    @Test
    void anInformerSeesWhatWasThereAndWhatComes() throws Exception {
        CoreV1Api core = new CoreV1Api(client);
        core.createNamespacedConfigMap("kube-public", configMap("before", "1")).execute();
        SharedInformerFactory factory = new SharedInformerFactory(client);
        SharedIndexInformer<V1ConfigMap> informer = factory.sharedIndexInformerFor(
                new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client),
                V1ConfigMap.class,
                Duration.ofMinutes(10).toMillis(),
                "kube-public");
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(V1ConfigMap map) {
                heard.add("added " + map.getMetadata().getName());
            }

            @Override
            public void onUpdate(V1ConfigMap before, V1ConfigMap after) {
                heard.add("updated " + after.getMetadata().getName());
            }

            @Override
            public void onDelete(V1ConfigMap map, boolean unknown) {
                heard.add("deleted " + map.getMetadata().getName());
            }
        });
        factory.startAllRegisteredInformers();
        try {
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("added before");
            core.createNamespacedConfigMap("kube-public", configMap("after", "1"))
                    .execute();
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("added after");
            core.replaceNamespacedConfigMap("after", "kube-public", configMap("after", "2"))
                    .execute();
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("updated after");
            core.deleteNamespacedConfigMap("after", "kube-public").execute();
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("deleted after");
        } finally {
            factory.stopAllRegisteredInformers();
        }
    }
}
