package io.tholepin.apiserver;

import io.tholepin.watchcache.CacheStats;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Writes what watch caches count, under kube-apiserver's names. Source: contract 1.11. */
final class CacheMetrics {
    /** As upstream: so many last digits of a revision, which a double can still tell apart. */
    private static final long REVISION_PART = 1_000_000_000_000_000L;

    private record Family(String name, String help, String type, ToDoubleFunction<CacheStats> value) {}

    private static final List<Family> FAMILIES = List.of(
            counter(
                    "apiserver_watch_cache_initializations_total",
                    "Counter of watch cache initializations broken by resource type.",
                    CacheStats::fills),
            counter(
                    "apiserver_watch_cache_events_received_total",
                    "Counter of events received in watch cache broken by resource type.",
                    CacheStats::received),
            counter(
                    "apiserver_watch_cache_events_dispatched_total",
                    "Counter of events dispatched in watch cache broken by resource type.",
                    CacheStats::received),
            counter(
                    "apiserver_init_events_total",
                    "Counter of init events processed in watch cache broken by resource type.",
                    CacheStats::initial),
            counter(
                    "apiserver_terminated_watchers_total",
                    "Counter of watchers closed due to unresponsiveness broken by resource type.",
                    CacheStats::terminated),
            gauge(
                    "apiserver_watch_cache_resource_version",
                    "Current resource version of watch cache broken by resource type.",
                    stats -> stats.revision() % REVISION_PART),
            gauge(
                    "watch_cache_capacity",
                    "Total capacity of watch cache broken by resource type.",
                    CacheStats::capacity),
            counter(
                    "watch_cache_capacity_increase_total",
                    "Total number of watch cache capacity increase events broken by resource type.",
                    CacheStats::capacityIncreases),
            counter(
                    "watch_cache_capacity_decrease_total",
                    "Total number of watch cache capacity decrease events broken by resource type.",
                    CacheStats::capacityDecreases));

    private CacheMetrics() {}

    private static Family counter(String name, String help, ToDoubleFunction<CacheStats> value) {
        return new Family(name, help, "counter", value);
    }

    private static Family gauge(String name, String help, ToDoubleFunction<CacheStats> value) {
        return new Family(name, help, "gauge", value);
    }

    /** Appends all families, a sample for each cache; of a resource in several versions, the first counts. */
    static void append(MetricsText text, List<CacheStats> caches) {
        List<CacheStats> resources = new ArrayList<>();
        for (CacheStats cache : caches) {
            if (resources.stream().noneMatch(seen -> groupResource(seen).equals(groupResource(cache)))) {
                resources.add(cache);
            }
        }
        for (Family family : FAMILIES) {
            text.family(family.name, family.help, family.type);
            resources.forEach(cache -> text.sample(family.name, labels(cache), family.value.applyAsDouble(cache)));
        }
        text.family(
                "apiserver_storage_objects",
                "[DEPRECATED, consider using apiserver_resource_objects instead] Number of stored objects at the time"
                        + " of last check split by kind. In case of a fetching error, the value will be -1.",
                "gauge");
        resources.forEach(cache ->
                text.sample("apiserver_storage_objects", List.of("resource", groupResource(cache)), cache.objects()));
        text.family(
                "apiserver_resource_objects",
                "Number of stored objects at the time of last check split by kind. In case of a fetching error, the"
                        + " value will be -1.",
                "gauge");
        resources.forEach(cache -> text.sample("apiserver_resource_objects", labels(cache), cache.objects()));
        checks(text, resources);
    }

    private static void checks(MetricsText text, List<CacheStats> resources) {
        String name = "apiserver_storage_consistency_checks_total";
        text.family(name, "Counter for status of consistency checks between etcd and watch cache", "counter");
        for (CacheStats cache : resources) {
            text.sample(name, status(cache, "success"), cache.checksPassed());
            text.sample(name, status(cache, "failure"), cache.checksFailed());
            text.sample(name, status(cache, "error"), cache.checksUndecided());
        }
    }

    private static List<String> status(CacheStats cache, String status) {
        List<String> labels = new ArrayList<>(labels(cache));
        labels.add("status");
        labels.add(status);
        return labels;
    }

    private static List<String> labels(CacheStats cache) {
        return List.of("group", cache.group(), "resource", cache.resource());
    }

    private static String groupResource(CacheStats cache) {
        return cache.group().isEmpty() ? cache.resource() : cache.resource() + "." + cache.group();
    }
}
