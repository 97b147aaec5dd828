package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
}
