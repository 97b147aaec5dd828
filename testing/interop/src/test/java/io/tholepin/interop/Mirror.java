package io.tholepin.interop;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kubernetes.client.informer.SharedIndexInformer;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.tholepin.client.ClusterAccess;
import io.tholepin.client.HttpsTransport;
import io.tholepin.client.Informer;
import io.tholepin.objects.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What one client believes the config maps of namespace {@code default} to be. Thread-safe. */
interface Mirror extends AutoCloseable {
    /** The resourceVersion of each by name: the client's own store. */
    Map<String, String> store();

    /** The same, from the events that its handler was told. */
    Map<String, String> told();

    @Override
    void close();

    /** fabric8's informer. */
    static Mirror fabric8(Path kubeconfig) {
        return new Fabric8(kubeconfig);
    }

    /** The official Java client's informer. */
    static Mirror official(Path kubeconfig) {
        return new Official(kubeconfig);
    }

    /** The informer that the controllers use. */
    static Mirror own(Path kubeconfig) {
        return new Own(kubeconfig);
    }

    /** {@code kubectl get -w}, started again when it ends, as its user would. */
    static Mirror kubectl(Kubectl kubectl) {
        return new KubectlWatch(kubectl);
    }

    /** See {@link #fabric8}. */
    final class Fabric8 implements Mirror {
        private final Map<String, String> told = new ConcurrentHashMap<>();
        private final KubernetesClient client;
        private final io.fabric8.kubernetes.client.informers.SharedIndexInformer<ConfigMap> informer;

        private Fabric8(Path kubeconfig) {
            client = new KubernetesClientBuilder()
                    .withConfig(Config.fromKubeconfig(text(kubeconfig)))
                    .build();
            informer = client.configMaps()
                    .inNamespace("default")
                    .inform(new io.fabric8.kubernetes.client.informers.ResourceEventHandler<>() {
                        @Override
                        public void onAdd(ConfigMap map) {
                            told.put(map.getMetadata().getName(), version(map));
                        }

                        @Override
                        public void onUpdate(ConfigMap before, ConfigMap after) {
                            told.put(after.getMetadata().getName(), version(after));
                        }

                        @Override
                        public void onDelete(ConfigMap map, boolean unknown) {
                            told.remove(map.getMetadata().getName());
                        }
                    });
        }

        private static String text(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String version(ConfigMap map) {
            return map.getMetadata().getResourceVersion();
        }

        @Override
        public Map<String, String> store() {
            Map<String, String> store = new HashMap<>();
            informer.getIndexer()
                    .list()
                    .forEach(map -> store.put(map.getMetadata().getName(), version(map)));
            return store;
        }

        @Override
        public Map<String, String> told() {
            return Map.copyOf(told);
        }

        @Override
        public void close() {
            informer.close();
            client.close();
        }
    }

    /** See {@link #official}. */
    final class Official implements Mirror {
        private final Map<String, String> told = new ConcurrentHashMap<>();
        private final SharedInformerFactory factory;
        private final SharedIndexInformer<V1ConfigMap> informer;

        private Official(Path kubeconfig) {
            // It would tell with a whole stack each second that the server is away, as it shall be.
            ((Logger) LoggerFactory.getLogger("io.kubernetes.client.informer")).setLevel(Level.OFF);
            ApiClient client;
            try (var reader = Files.newBufferedReader(kubeconfig)) {
                client = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(reader))
                        .build();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            client.setReadTimeout(0);
            factory = new SharedInformerFactory(client);
            informer = factory.sharedIndexInformerFor(
                    new GenericKubernetesApi<>(
                            V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client),
                    V1ConfigMap.class,
                    Duration.ofMinutes(10).toMillis(),
                    "default");
            informer.addEventHandler(new io.kubernetes.client.informer.ResourceEventHandler<>() {
                @Override
                public void onAdd(V1ConfigMap map) {
                    put(told, map);
                }

                @Override
                public void onUpdate(V1ConfigMap before, V1ConfigMap after) {
                    put(told, after);
                }

                @Override
                public void onDelete(V1ConfigMap map, boolean unknown) {
                    told.remove(String.valueOf(metadata(map).getName()));
                }
            });
            factory.startAllRegisteredInformers();
        }

        private static void put(Map<String, String> into, V1ConfigMap map) {
            into.put(
                    String.valueOf(metadata(map).getName()),
                    String.valueOf(metadata(map).getResourceVersion()));
        }

        private static V1ObjectMeta metadata(V1ConfigMap map) {
            return java.util.Objects.requireNonNull(map.getMetadata());
        }

        @Override
        public Map<String, String> store() {
            Map<String, String> store = new HashMap<>();
            informer.getIndexer().list().forEach(map -> put(store, map));
            return store;
        }

        @Override
        public Map<String, String> told() {
            return Map.copyOf(told);
        }

        @Override
        public void close() {
            factory.stopAllRegisteredInformers();
        }
    }

    /** See {@link #own}. */
    final class Own implements Mirror {
        private final HttpsTransport transport;
        private final Informer informer;

        private Own(Path kubeconfig) {
            try {
                transport = new HttpsTransport(ClusterAccess.fromKubeconfig(kubeconfig), Duration.ofSeconds(10));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            informer = new Informer(
                    new io.tholepin.client.ApiClient(transport), "/api/v1/namespaces/default/configmaps", any -> {});
            informer.start();
        }

        @Override
        public Map<String, String> store() {
            Map<String, String> store = new HashMap<>();
            informer.objects()
                    .forEach(map -> store.put(
                            Json.string(map, "metadata", "name"), Json.string(map, "metadata", "resourceVersion")));
            return store;
        }

        /** Its handler is told what changed, and not how. */
        @Override
        public Map<String, String> told() {
            return store();
        }

        @Override
        public void close() {
            informer.close();
            transport.close();
        }
    }

    /** See {@link #kubectl}. */
    final class KubectlWatch implements Mirror {
        private static final Pattern EVENT = Pattern.compile("(ADDED|MODIFIED|DELETED) (\\S+) (\\d+)");

        private final Kubectl kubectl;
        private final Map<String, String> seen = new HashMap<>();
        private @Nullable Process process;
        private boolean closed;

        private KubectlWatch(Kubectl kubectl) {
            this.kubectl = kubectl;
            Thread.ofVirtual().name("kubectl get -w").start(this::run);
        }

        private void run() {
            while (true) {
                Process watch;
                synchronized (this) {
                    if (closed) {
                        return;
                    }
                    seen.clear();
                    watch = kubectl.start(
                            "get",
                            "configmaps",
                            "--watch",
                            "--output-watch-events",
                            "-o",
                            "jsonpath={.type} {.object.metadata.name} {.object.metadata.resourceVersion}{\"\\n\"}");
                    process = watch;
                }
                try (BufferedReader lines = watch.inputReader(StandardCharsets.UTF_8)) {
                    lines.lines().forEach(this::hear);
                } catch (IOException | UncheckedIOException e) {
                    // it was closed
                }
                EtcdCluster.pause(200);
            }
        }

        private synchronized void hear(String line) {
            Matcher event = EVENT.matcher(line);
            if (!event.matches()) {
                return; // why it ends
            }
            if (event.group(1).equals("DELETED")) {
                seen.remove(event.group(2));
            } else {
                seen.put(event.group(2), event.group(3));
            }
        }

        @Override
        public synchronized Map<String, String> store() {
            return Map.copyOf(seen);
        }

        @Override
        public Map<String, String> told() {
            return store();
        }

        @Override
        public synchronized void close() {
            closed = true;
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }
}
