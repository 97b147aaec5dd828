package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BootstrapTest {
    private final TestCluster cluster = new TestCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private int run() {
        return new Bootstrap(cluster, new Random(1), "10.96.0.0/16", "192.0.2.7", 6443).run();
    }

    @Test
    void aNewClusterGetsItsNamespacesAndRoles() {
        assertThat(run()).isGreaterThan(30);
        for (String name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
            Map<String, Object> namespace = Objects.requireNonNull(cluster.read("", "namespaces", "", name));
            assertThat(Json.string(namespace, "status", "phase")).isEqualTo("Active");
            assertThat(Json.list(namespace, "spec", "finalizers")).containsExactly("kubernetes");
            assertThat(Json.strings(namespace, "metadata", "labels"))
                    .containsEntry("kubernetes.io/metadata.name", name);
        }
        assertThat(cluster.read(BootstrapRoles.GROUP, "clusterroles", "", "cluster-admin"))
                .isNotNull();
        assertThat(cluster.read(BootstrapRoles.GROUP, "clusterrolebindings", "", "cluster-admin"))
                .isNotNull();
    }

    @Test
    void theApiIsAServiceWithTheFirstAddress() {
        run();
        Map<String, Object> service = cluster.read("", "services", "default", "kubernetes");
        assertThat(Json.string(service, "spec", "clusterIP")).isEqualTo("10.96.0.1");
        Map<String, Object> address = cluster.read("networking.k8s.io", "ipaddresses", "", "10.96.0.1");
        assertThat(Json.string(address, "spec", "parentRef", "name")).isEqualTo("kubernetes");
        Map<String, Object> slice = cluster.read("discovery.k8s.io", "endpointslices", "default", "kubernetes");
        assertThat(Json.list(Json.list(slice, "endpoints").getFirst(), "addresses"))
                .containsExactly("192.0.2.7");
        Map<String, Object> cidr = cluster.read("networking.k8s.io", "servicecidrs", "", "kubernetes");
        assertThat(Json.list(cidr, "spec", "cidrs")).containsExactly("10.96.0.0/16");
        assertThat(Json.list(cidr, "status", "conditions")).hasSize(1);
    }

    @Test
    void aSecondStartChangesNothing() {
        run();
        long before = cluster.revision();
        assertThat(run()).isZero();
        assertThat(cluster.revision()).isEqualTo(before);
    }

    @Test
    void whatIsThereIsLeftAsItIsAndWhatIsMissingComesBack() {
        run();
        String view = "/apis/rbac.authorization.k8s.io/v1/clusterroles/view";
        cluster.merge(view, "{'rules':[]}");
        cluster.delete("/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical");
        assertThat(run()).isEqualTo(1);
        assertThat(Json.list(cluster.read(BootstrapRoles.GROUP, "clusterroles", "", "view"), "rules"))
                .isEmpty();
    }

    @Test
    void everyBootstrapObjectIsOneThatTheApiWouldAccept() {
        run();
        for (String role : List.of("view", "edit", "admin", "system:discovery", "system:node")) {
            Map<String, Object> object =
                    Objects.requireNonNull(cluster.read(BootstrapRoles.GROUP, "clusterroles", "", role));
            Json.child(Json.child(object, "metadata"), "annotations").put("touched", "true");
            cluster.update("/apis/rbac.authorization.k8s.io/v1/clusterroles/" + role, object);
        }
    }
}
