package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String LABELS = "group=\"\",version=\"v1\",resource=\"configmaps\",subresource=\"\",scope=\"";

    private final ApiFixture api = new ApiFixture();

    @AfterEach
    void close() {
        api.close();
    }

    /** Every sample by its name and labels. */
    private Map<String, Double> scrape() {
        MemorySink answer = api.get("/metrics");
        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.headers.value("Content-Type")).startsWith("text/plain; version=0.0.4");
        Map<String, Double> samples = new HashMap<>();
        for (String line : answer.body.toString(StandardCharsets.UTF_8).split("\n")) {
            if (!line.startsWith("#")) {
                int space = line.lastIndexOf(' ');
                assertThat(samples.put(sorted(line.substring(0, space)), Double.valueOf(line.substring(space + 1))))
                        .as(line)
                        .isNull();
            }
        }
        return samples;
    }

    /** A name with its labels in the order of their names. */
    private static String sorted(String sample) {
        int brace = sample.indexOf('{');
        if (brace < 0) {
            return sample;
        }
        String[] labels = sample.substring(brace + 1, sample.length() - 1).split(",");
        Arrays.sort(labels);
        return sample.substring(0, brace) + "{" + String.join(",", labels) + "}";
    }

    @Test
    void requestsAreCountedByVerbScopeAndCode() {
        api.configMap("default", "a", "");
        api.get(MAPS + "/a");
        api.get(MAPS + "/missing");
        api.get("/api/v1/configmaps");
        api.get("/apis/nobody.example/v1/things/x");
        Map<String, Double> samples = scrape();
        String total = "apiserver_request_total{verb=\"GET\",dry_run=\"\"," + LABELS
                + "resource\",component=\"apiserver\",code=\"";
        assertThat(samples).containsEntry(sorted(total + "200\"}"), 1.0).containsEntry(sorted(total + "404\"}"), 1.0);
        assertThat(samples)
                .containsEntry(
                        sorted("apiserver_request_duration_seconds_count{verb=\"LIST\",dry_run=\"\"," + LABELS
                                + "cluster\",component=\"apiserver\"}"),
                        1.0)
                .containsEntry(
                        sorted("apiserver_request_sli_duration_seconds_count{verb=\"POST\"," + LABELS
                                + "resource\",component=\"apiserver\"}"),
                        1.0)
                .containsEntry(sorted("apiserver_current_inflight_requests{request_kind=\"mutating\"}"), 0.0)
                .containsEntry(sorted("apiserver_current_inflight_requests{request_kind=\"readOnly\"}"), 1.0);
        assertThat(samples.keySet()).noneMatch(name -> name.contains("nobody"));
    }

    @Test
    void cachesStoreAndListsAreCounted() {
        api.configMap("default", "a", "\"x\":\"1\"");
        for (int i = 0; i < 30; i++) {
            api.configMap("default", "b" + i, "");
        }
        api.get(MAPS);
        api.get(MAPS + "?labelSelector=x%3D1");
        Map<String, Double> samples = scrape();
        String ours = "{group=\"\",resource=\"configmaps\"";
        assertThat(samples)
                .containsEntry(sorted("apiserver_watch_cache_initializations_total" + ours + "}"), 1.0)
                .containsEntry(sorted("apiserver_cache_list_total" + ours + ",index=\"l:x\"}"), 1.0)
                .containsEntry(sorted("apiserver_cache_list_fetched_objects_total" + ours + ",index=\"l:x\"}"), 1.0)
                .containsEntry(sorted("apiserver_cache_list_total" + ours + ",index=\"\"}"), 1.0)
                .containsEntry(
                        sorted("apiserver_watch_cache_consistent_read_total" + ours
                                + ",success=\"true\",fallback=\"false\"}"),
                        2.0)
                .containsEntry(
                        sorted("apiserver_storage_consistency_checks_total" + ours + ",status=\"failure\"}"), 0.0)
                .containsEntry(
                        sorted("etcd_requests_total{operation=\"create\",group=\"\",resource=\"configmaps\"}"), 31.0)
                .containsKey(sorted("apiserver_watch_cache_resource_version" + ours + "}"))
                .containsKey(sorted("apiserver_watch_cache_events_received_total" + ours + "}"))
                .containsKey(sorted("apiserver_watch_cache_events_dispatched_total" + ours + "}"))
                .containsKey(sorted("watch_cache_capacity" + ours + "}"))
                .containsKey(sorted("watch_cache_capacity_increase_total" + ours + "}"))
                .containsKey(sorted("apiserver_init_events_total" + ours + "}"))
                .containsKey(sorted("apiserver_terminated_watchers_total" + ours + "}"))
                .containsKey(sorted("apiserver_storage_objects{resource=\"configmaps\"}"));
        assertThat(samples.get(sorted("apiserver_watch_cache_read_wait_seconds_count" + ours + "}")))
                .isEqualTo(2.0);
        assertThat(samples.get(sorted("etcd_request_duration_seconds_count{operation=\"create\",group=\"\","
                        + "resource=\"configmaps\"}")))
                .isEqualTo(31.0);
    }

    @Test
    void eventsOfWatchesAreCounted() throws InterruptedException {
        api.configMap("default", "a", "");
        MemorySink watch = api.open(MAPS + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                + "&allowWatchBookmarks=true");
        assertThat(watch.nextLine()).contains("ADDED");
        assertThat(watch.nextLine()).contains("BOOKMARK");
        Map<String, Double> samples = scrape();
        String ours = "{group=\"\",version=\"v1\",resource=\"configmaps\"";
        assertThat(samples)
                .containsEntry(sorted("apiserver_watch_events_total" + ours + "}"), 2.0)
                .containsEntry(sorted("apiserver_watch_events_sizes_count" + ours + "}"), 2.0)
                .containsEntry(
                        sorted("apiserver_watch_list_duration_seconds_count" + ours + ",scope=\"namespace\"}"), 1.0)
                .containsEntry(sorted("apiserver_init_events_total{group=\"\",resource=\"configmaps\"}"), 1.0)
                .containsEntry(
                        sorted("apiserver_longrunning_requests{verb=\"WATCH\"," + LABELS
                                + "namespace\",component=\"apiserver\"}"),
                        1.0);
        watch.leave();
    }

    @Test
    void aWatchWhoseClientTakesNothingCountsAsTooSlow() {
        api.configMap("default", "a", "");
        MemorySink stalled = new MemorySink() {
            @Override
            public synchronized void write(byte[] buffer, int offset, int length) {
                throw new StalledException();
            }
        };
        assertThatThrownBy(() -> api.send(stalled, MAPS + "?watch=1"))
                .isInstanceOf(ResponseSink.StalledException.class);
        MemorySink gone = new MemorySink();
        gone.leave();
        api.send(gone, MAPS + "?watch=1");
        assertThat(scrape())
                .containsEntry(sorted("apiserver_terminated_watchers_total{group=\"\",resource=\"configmaps\"}"), 1.0);
    }

    @Test
    void nobodyReadsThemWithoutBeingAllowedTo() {
        api.user = UserInfo.ANONYMOUS;
        MemorySink refused = api.get("/metrics");
        assertThat(refused.status).isEqualTo(403);
        assertThat(Json.string(ApiFixture.tree(refused), "message"))
                .isEqualTo("forbidden: User \"system:anonymous\" cannot get path \"/metrics\"");
        api.user = UserInfo.authenticated("prometheus", List.of("system:monitoring"));
        api.get("/api/v1/namespaces");
        assertThat(api.get("/metrics").status).isEqualTo(200);
    }

    @Test
    void whatNeedsRoomAndWhatAdmissionSeesIsCounted() {
        Inflight inflight = new Inflight(api.metrics().flow());
        ApiRequest read = new ApiRequest("GET", "/", Query.NONE, new Headers(), UserInfo.ANONYMOUS, new byte[0]);
        List<Map<String, Double>> inside = new ArrayList<>();
        inflight.run(read, () -> inside.add(scrape()));
        inflight.run(read.as(ApiFixture.ADMIN), () -> {});
        api.configMap("default", "a", "");
        assertThat(api.post("/api/v1/namespaces/missing/configmaps", "{\"metadata\":{\"name\":\"a\"}}").status)
                .isEqualTo(404);
        assertThat(api.send("DELETE", "/api/v1/namespaces/default", new byte[0]).status)
                .isEqualTo(403);
        Map<String, Double> samples = scrape();
        String flow = "apiserver_flowcontrol_";
        String others = "{priority_level=\"readOnly\",flow_schema=\"others\"";
        assertThat(inside.getFirst())
                .containsEntry(sorted(flow + "current_executing_requests" + others + "}"), 1.0)
                .containsEntry(sorted(flow + "current_executing_seats" + others + "}"), 1.0);
        assertThat(samples)
                .containsEntry(sorted(flow + "current_executing_requests" + others + "}"), 0.0)
                .containsEntry(sorted(flow + "dispatched_requests_total" + others + "}"), 1.0)
                .containsEntry(
                        sorted(flow + "dispatched_requests_total{priority_level=\"readOnly\","
                                + "flow_schema=\"system-masters\"}"),
                        1.0)
                .containsEntry(
                        sorted(flow + "request_wait_duration_seconds_count" + others + ",execute=\"true\"}"), 1.0)
                .containsEntry(sorted(flow + "request_execution_seconds_count" + others + ",type=\"regular\"}"), 1.0)
                .containsEntry(flow + "nominal_limit_seats{priority_level=\"readOnly\"}", 400.0)
                .containsEntry(flow + "current_limit_seats{priority_level=\"mutating\"}", 200.0);
        String admission =
                "apiserver_admission_controller_admission_duration_seconds_count{name=\"NamespaceLifecycle\","
                        + "type=\"admit\",operation=\"";
        assertThat(samples)
                .containsEntry(sorted(admission + "CREATE\",rejected=\"false\"}"), 1.0)
                .containsEntry(sorted(admission + "CREATE\",rejected=\"true\"}"), 1.0)
                .containsEntry(sorted(admission + "DELETE\",rejected=\"true\"}"), 1.0)
                .containsEntry(
                        sorted("apiserver_admission_step_admission_duration_seconds_count{type=\"admit\","
                                + "operation=\"DELETE\",rejected=\"true\"}"),
                        1.0);
    }

    @Test
    void everyFamilyThatToolsLookAtHasItsLabels() throws InterruptedException {
        Inflight inflight = new Inflight(api.metrics().flow());
        UserInfo somebody = UserInfo.authenticated("jane", List.of());
        ApiRequest read = new ApiRequest("GET", "/", Query.NONE, new Headers(), somebody, new byte[0]);
        fill(inflight, read, Inflight.READING_MAX);
        api.handler.answeredInProcess(200, "GET");
        api.configMap("default", "a", "");
        api.get(MAPS);
        api.cacheReads = CacheReads.switchedOff("a test");
        api.get(MAPS);
        MemorySink watch = api.open(MAPS + "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                + "&allowWatchBookmarks=true");
        watch.nextLine();
        assertThat(watch.nextLine()).contains("BOOKMARK");
        Map<String, Set<String>> families = new TreeMap<>();
        for (String sample : scrape().keySet()) {
            int brace = sample.indexOf('{');
            String name = (brace < 0 ? sample : sample.substring(0, brace)).replaceFirst("_(bucket|count|sum)$", "");
            Set<String> labels = families.computeIfAbsent(name, any -> new TreeSet<>());
            for (String label :
                    brace < 0 ? new String[0] : sample.substring(brace + 1).split(",")) {
                labels.add(label.substring(0, label.indexOf('=')));
            }
            labels.remove("le");
        }
        FAMILIES.lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] words = line.strip().split(" ");
            assertThat(families).containsKey(words[0]);
            assertThat(families.get(words[0]))
                    .as(words[0])
                    .containsExactlyInAnyOrder(Arrays.copyOfRange(words, 1, words.length));
        });
        watch.leave();
    }

    /** Runs as many requests as there is room for, and one more inside the last of them. */
    private static void fill(Inflight inflight, ApiRequest request, int left) {
        boolean ran = inflight.run(request, () -> fill(inflight, request, left - 1));
        assertThat(ran).isEqualTo(left > 0);
    }

    /** Names and labels of contract 1.11, each as kube-apiserver has it. */
    private static final String FAMILIES = """
            apiserver_watch_cache_consistent_read_total group resource success fallback
            apiserver_watch_cache_read_wait_seconds group resource
            apiserver_watch_cache_initializations_total group resource
            apiserver_watch_cache_events_received_total group resource
            apiserver_watch_cache_events_dispatched_total group resource
            apiserver_watch_cache_resource_version group resource
            watch_cache_capacity group resource
            watch_cache_capacity_increase_total group resource
            watch_cache_capacity_decrease_total group resource
            apiserver_init_events_total group resource
            apiserver_terminated_watchers_total group resource
            apiserver_cache_list_total group resource index
            apiserver_cache_list_fetched_objects_total group resource index
            apiserver_cache_list_returned_objects_total group resource
            apiserver_storage_consistency_checks_total group resource status
            apiserver_storage_list_total group resource
            apiserver_storage_list_fetched_objects_total group resource
            apiserver_storage_list_evaluated_objects_total group resource
            apiserver_storage_list_returned_objects_total group resource
            apiserver_storage_objects resource
            apiserver_resource_objects group resource
            apiserver_watch_events_total group version resource
            apiserver_watch_events_sizes group version resource
            apiserver_watch_list_duration_seconds group version resource scope
            apiserver_request_duration_seconds verb dry_run group version resource subresource scope component
            apiserver_request_sli_duration_seconds verb group version resource subresource scope component
            apiserver_request_total verb dry_run group version resource subresource scope component code
            apiserver_response_sizes verb group version resource subresource scope component
            apiserver_current_inflight_requests request_kind
            apiserver_longrunning_requests verb group version resource subresource scope component
            apiserver_admission_step_admission_duration_seconds type operation rejected
            apiserver_admission_controller_admission_duration_seconds name type operation rejected
            etcd_request_duration_seconds operation group resource
            etcd_requests_total operation group resource
            rest_client_requests_total code method host
            apiserver_flowcontrol_dispatched_requests_total priority_level flow_schema
            apiserver_flowcontrol_rejected_requests_total priority_level flow_schema reason
            apiserver_flowcontrol_current_executing_requests priority_level flow_schema
            apiserver_flowcontrol_current_executing_seats priority_level flow_schema
            apiserver_flowcontrol_current_inqueue_requests priority_level flow_schema
            apiserver_flowcontrol_nominal_limit_seats priority_level
            apiserver_flowcontrol_current_limit_seats priority_level
            apiserver_flowcontrol_request_wait_duration_seconds priority_level flow_schema execute
            apiserver_flowcontrol_request_execution_seconds priority_level flow_schema type
            """;
}
