package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceAddressesTest {
    private static final String SERVICES = "/api/v1/namespaces/default/services";

    private final TestCluster cluster = TestCluster.withDefaultNamespace();

    @AfterEach
    void close() {
        cluster.close();
    }

    private Map<String, Object> create(String name, String spec) {
        return cluster.create(
                SERVICES,
                "{'kind':'Service','apiVersion':'v1','metadata':{'name':'" + name + "'},'spec':{" + spec + "}}");
    }

    private static long nodePort(Map<String, Object> service) {
        return Json.integer(Json.list(service, "spec", "ports").getFirst(), 0, "nodePort");
    }

    @Test
    void aServiceGetsAnAddressAboveTheStaticBand() {
        Map<String, Object> service = create("s", "'ports':[{'port':80}]");
        String ip = Json.string(service, "spec", "clusterIP");
        assertThat(ClusterAddresses.number(ip)).isGreaterThan(ClusterAddresses.number("10.96.1.0"));
        assertThat(Json.list(service, "spec", "clusterIPs")).containsExactly(ip);
        assertThat(Json.list(service, "spec", "ipFamilies")).containsExactly("IPv4");
        assertThat(Json.string(service, "spec", "ipFamilyPolicy")).isEqualTo("SingleStack");
    }

    @Test
    void theAddressIsAnObjectThatNamesTheService() {
        String ip = Json.string(create("s", "'ports':[{'port':80}]"), "spec", "clusterIP");
        Map<String, Object> address = cluster.read("networking.k8s.io", "ipaddresses", "", ip);
        assertThat(Json.object(address, "spec", "parentRef"))
                .containsEntry("resource", "services")
                .containsEntry("namespace", "default")
                .containsEntry("name", "s");
        assertThat(Json.strings(address, "metadata", "labels"))
                .containsEntry("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io")
                .containsEntry("ipaddress.kubernetes.io/ip-family", "IPv4");
    }

    @Test
    void serviceAndAddressAreOneRevision() {
        long before = cluster.revision();
        create("s", "'ports':[{'port':80}]");
        assertThat(cluster.revision()).isEqualTo(before + 1);
    }

    @Test
    void aHeadlessServiceHasNoAddress() {
        Map<String, Object> service = create("s", "'clusterIP':'None','selector':{'a':'b'},'ports':[{'port':80}]");
        assertThat(Json.string(service, "spec", "clusterIP")).isEqualTo("None");
        assertThat(Json.list(service, "spec", "clusterIPs")).containsExactly("None");
        assertThat(Json.list(service, "spec", "ipFamilies")).containsExactly("IPv4");
    }

    @Test
    void aHeadlessServiceWithoutSelectorIsOfBothFamilies() {
        Map<String, Object> service = create("s", "'clusterIP':'None'");
        assertThat(Json.list(service, "spec", "ipFamilies")).containsExactly("IPv4", "IPv6");
        assertThat(Json.string(service, "spec", "ipFamilyPolicy")).isEqualTo("RequireDualStack");
    }

    @Test
    void anExternalNameHasNoAddress() {
        Map<String, Object> service = create("s", "'type':'ExternalName','externalName':'example.com'");
        assertThat(Json.object(service, "spec")).doesNotContainKeys("clusterIP", "clusterIPs", "ipFamilies");
    }

    @Test
    void anAddressCanBeAskedForOnce() {
        create("a", "'clusterIP':'10.96.0.10','ports':[{'port':80}]");
        StatusException refused =
                TestCluster.refusal(() -> create("b", "'clusterIP':'10.96.0.10','ports':[{'port':80}]"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused)
                .hasMessage(
                        "Service \"b\" is invalid: spec.clusterIPs: Invalid value: []string{\"10.96.0.10\"}: failed to "
                                + "allocate IP 10.96.0.10: provided IP is already allocated");
    }

    @Test
    void anAddressOutsideTheRangeIsRefused() {
        StatusException refused =
                TestCluster.refusal(() -> create("b", "'clusterIP':'10.97.0.1','ports':[{'port':80}]"));
        assertThat(refused.getMessage())
                .endsWith("failed to allocate IP 10.97.0.1: the provided IP (10.97.0.1) is not in the valid "
                        + "range. The range "
                        + "of valid IPs is 10.96.0.0/16");
    }

    @Test
    void aDeletedServiceGivesItsAddressBack() {
        create("a", "'clusterIP':'10.96.0.10','ports':[{'port':80}]");
        cluster.delete(SERVICES + "/a");
        assertThat(cluster.read("networking.k8s.io", "ipaddresses", "", "10.96.0.10"))
                .isNull();
        create("b", "'clusterIP':'10.96.0.10','ports':[{'port':80}]");
    }

    @Test
    void anUpdateKeepsTheAddressAndThePorts() {
        Map<String, Object> service = create("s", "'type':'NodePort','ports':[{'port':80}]");
        Map<String, Object> updated = cluster.update(
                SERVICES + "/s",
                "{'kind':'Service','apiVersion':'v1','metadata':{'name':'s'},'spec':{'type':'NodePort',"
                        + "'selector':{'a':'b'},"
                        + "'ports':[{'port':80}]}}");
        assertThat(Json.string(updated, "spec", "clusterIP")).isEqualTo(Json.string(service, "spec", "clusterIP"));
        assertThat(nodePort(updated)).isEqualTo(nodePort(service));
    }

    @Test
    void becomingAnExternalNameGivesTheAddressBackAndBackAgainTakesOne() {
        String ip = Json.string(create("s", "'ports':[{'port':80}]"), "spec", "clusterIP");
        Map<String, Object> external =
                cluster.merge(SERVICES + "/s", "{'spec':{'type':'ExternalName','externalName':'example.com'}}");
        assertThat(Json.object(external, "spec")).doesNotContainKeys("clusterIP", "clusterIPs");
        assertThat(cluster.read("networking.k8s.io", "ipaddresses", "", ip)).isNull();
        Map<String, Object> again = cluster.merge(SERVICES + "/s", "{'spec':{'type':'ClusterIP','externalName':null}}");
        assertThat(Json.string(again, "spec", "clusterIP")).startsWith("10.96.");
    }

    @Test
    void aNodePortServiceGetsPortsInTheRange() {
        Map<String, Object> service =
                create("s", "'type':'NodePort','ports':[{'name':'a','port':80},{'name':'b','port':81}]");
        List<Long> ports = new ArrayList<>();
        for (Object port : Json.list(service, "spec", "ports")) {
            ports.add(Json.integer(port, 0, "nodePort"));
        }
        assertThat(ports).doesNotHaveDuplicates().allMatch(NodePorts::inRange).allMatch(port -> port >= 30_086);
    }

    @Test
    void aNodePortCanBeAskedForOnce() {
        create("a", "'type':'NodePort','ports':[{'port':80,'nodePort':30007}]");
        StatusException refused =
                TestCluster.refusal(() -> create("b", "'type':'NodePort','ports':[{'port':80,'nodePort':30007}]"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused)
                .hasMessage("Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 30007: provided "
                        + "port is already "
                        + "allocated");
    }

    @Test
    void aNodePortOutsideTheRangeIsRefused() {
        StatusException refused =
                TestCluster.refusal(() -> create("b", "'type':'NodePort','ports':[{'port':80,'nodePort':80}]"));
        assertThat(refused)
                .hasMessage("Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port "
                        + "is not in the "
                        + "valid range. The range of valid ports is 30000-32767");
    }

    @Test
    void protocolsOfOneServiceMayShareANodePort() {
        Map<String, Object> service = create(
                "s",
                "'type':'NodePort','ports':[{'name':'a','port':53,'protocol':'TCP','nodePort':30053},"
                        + "{'name':'b','port':53,'protocol':'UDP','nodePort':30053}]");
        assertThat(nodePort(service)).isEqualTo(30_053);
    }

    @Test
    void nodePortsAreFreedByDeletionAndByTypeChange() {
        create("a", "'type':'NodePort','ports':[{'port':80,'nodePort':30007}]");
        create("b", "'type':'NodePort','ports':[{'port':80,'nodePort':30008}]");
        cluster.delete(SERVICES + "/a");
        Map<String, Object> plain = cluster.merge(SERVICES + "/b", "{'spec':{'type':'ClusterIP'}}");
        assertThat(nodePort(plain)).isZero();
        create(
                "c",
                "'type':'NodePort','ports':[{'port':80,'nodePort':30007},{'name':'x','port':81,'nodePort':30008}]"
                        .replace("{'port':80", "{'name':'w','port':80"));
    }

    @Test
    void dryRunTakesNothing() {
        cluster.create(
                SERVICES + "?dryRun=All",
                "{'kind':'Service','apiVersion':'v1','metadata':{'name':'s'},'spec':{'type':'NodePort','clusterIP':"
                        + "'10.96.0.10','ports':[{'port':80,'nodePort':30007}]}}");
        create("t", "'type':'NodePort','clusterIP':'10.96.0.10','ports':[{'port':80,'nodePort':30007}]");
    }

    @Test
    void servicesCreatedTogetherNeverShareAnAddressOrAPort() throws InterruptedException {
        ConcurrentLinkedQueue<Map<String, Object>> services = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int writer = t;
            threads.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 10; i++) {
                    services.add(create("s" + writer + "-" + i, "'type':'NodePort','ports':[{'port':80}]"));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(services).hasSize(80);
        Set<String> ips = new HashSet<>();
        Set<Long> ports = new HashSet<>();
        services.forEach(service -> {
            ips.add(Json.string(service, "spec", "clusterIP"));
            ports.add(nodePort(service));
        });
        assertThat(ips).hasSize(80);
        assertThat(ports).hasSize(80);
    }

    @Test
    void aSmallRangeIsUsedUpToItsLastAddress() {
        ClusterAddresses range = ClusterAddresses.parse("10.0.0.0/29");
        SystemFields chance = new SystemFields(cluster.clock(), new java.util.Random(1));
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            String free = range.free(chance, taken::contains);
            assertThat(free).isNotNull();
            taken.add(String.valueOf(free));
        }
        assertThat(taken)
                .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 6)
                        .mapToObj(n -> "10.0.0." + n)
                        .toList());
        assertThat(range.free(chance, taken::contains)).isNull();
    }
}
