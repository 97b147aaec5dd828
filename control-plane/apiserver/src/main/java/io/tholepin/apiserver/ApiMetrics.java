package io.tholepin.apiserver;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CacheStats;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the API server tells Prometheus, under kube-apiserver's names, so that the dashboards, alerts and load tools
 * made for it read this server too. Thread-safe; hearing of something costs a fraction of a microsecond. Source:
 * contract 1.11.
 */
public final class ApiMetrics {
    private static final double NANOS = 1e9;

    /** Where kube-apiserver's own client has an address: ours needs none. */
    private static final String IN_PROCESS = "in-process";

    private static final double[] REQUEST_SECONDS = {
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60
    };
    private static final double[] WAIT_SECONDS = {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3};
    private static final double[] WATCH_LIST_SECONDS = {0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 60
    };
    private static final double[] RESPONSE_BYTES = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    private static final double[] ADMISSION_SECONDS = {0.005, 0.025, 0.1, 0.5, 1, 2.5};
    private static final double[] EVENT_BYTES = {1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072};
    private static final String[] REQUEST = {"verb", "group", "version", "resource", "subresource", "scope", "component"
    };
    private static final String[] TIMED = {
        "verb", "dry_run", "group", "version", "resource", "subresource", "scope", "component"
    };

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Instruments make = new Instruments(registry);
    private final AtomicInteger reading = new AtomicInteger();
    private final AtomicInteger writing = new AtomicInteger();

    private final Counter requests = make.counter(
            "apiserver_request_total",
            "Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope,"
                    + " component, and HTTP response code.",
            "verb",
            "dry_run",
            "group",
            "version",
            "resource",
            "subresource",
            "scope",
            "component",
            "code");
    private final Histogram duration = make.histogram(
            "apiserver_request_duration_seconds",
            "Response latency distribution in seconds for each verb, dry run value, group, version, resource,"
                    + " subresource, scope and component.",
            REQUEST_SECONDS,
            TIMED);
    private final Histogram sli = make.histogram(
            "apiserver_request_sli_duration_seconds",
            "Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in"
                    + " seconds for each verb, group, version, resource, subresource, scope and component.",
            REQUEST_SECONDS,
            REQUEST);
    private final Histogram responseSizes = make.histogram(
            "apiserver_response_sizes",
            "Response size distribution in bytes for each group, version, verb, resource, subresource, scope and"
                    + " component.",
            RESPONSE_BYTES,
            REQUEST);
    private final Gauge inflight = make.gauge(
            "apiserver_current_inflight_requests",
            "Maximal number of currently used inflight request limit of this apiserver per request kind in last"
                    + " second.",
            "request_kind");
    private final Gauge longRunning = make.gauge(
            "apiserver_longrunning_requests",
            "Gauge of all active long-running apiserver requests broken out by verb, group, version, resource,"
                    + " scope and component. Not all requests are tracked this way.",
            REQUEST);

    private final Counter watchEvents = make.counter(
            "apiserver_watch_events_total", "Number of events sent in watch clients", "group", "version", "resource");
    private final Histogram watchEventSizes = make.histogram(
            "apiserver_watch_events_sizes",
            "Watch event size distribution in bytes",
            EVENT_BYTES,
            "group",
            "version",
            "resource");
    private final Histogram watchLists = make.histogram(
            "apiserver_watch_list_duration_seconds",
            "Response latency distribution in seconds for watch list requests broken by group, version, resource and"
                    + " scope.",
            WATCH_LIST_SECONDS,
            "group",
            "version",
            "resource",
            "scope");

    private final Counter consistentReads = make.counter(
            "apiserver_watch_cache_consistent_read_total",
            "Counter for consistent reads from cache.",
            "group",
            "resource",
            "success",
            "fallback");
    private final Histogram readWaits = make.histogram(
            "apiserver_watch_cache_read_wait_seconds",
            "Histogram of time spent waiting for a watch cache to become fresh.",
            WAIT_SECONDS,
            "group",
            "resource");
    private final Counter cacheLists = make.counter(
            "apiserver_cache_list_total",
            "Number of LIST requests served from watch cache",
            "group",
            "resource",
            "index");
    private final Counter cacheFetched = make.counter(
            "apiserver_cache_list_fetched_objects_total",
            "Number of objects read from watch cache in the course of serving a LIST request",
            "group",
            "resource",
            "index");
    private final Counter cacheReturned = make.counter(
            "apiserver_cache_list_returned_objects_total",
            "Number of objects returned for a LIST request from watch cache",
            "group",
            "resource");
    private final Counter storageLists = make.counter(
            "apiserver_storage_list_total", "Number of LIST requests served from storage", "group", "resource");
    private final Counter storageFetched = make.counter(
            "apiserver_storage_list_fetched_objects_total",
            "Number of objects read from storage in the course of serving a LIST request",
            "group",
            "resource");
    private final Counter storageEvaluated = make.counter(
            "apiserver_storage_list_evaluated_objects_total",
            "Number of objects tested in the course of serving a LIST request from storage",
            "group",
            "resource");
    private final Counter storageReturned = make.counter(
            "apiserver_storage_list_returned_objects_total",
            "Number of objects returned for a LIST request from storage",
            "group",
            "resource");

    private final Histogram etcdSeconds = make.histogram(
            "etcd_request_duration_seconds",
            "Etcd request latency in seconds for each operation and object type.",
            REQUEST_SECONDS,
            "operation",
            "group",
            "resource");
    private final Counter etcdRequests = make.counter(
            "etcd_requests_total",
            "Etcd request counts for each operation and object type.",
            "operation",
            "group",
            "resource");
    private final Counter etcdErrors = make.counter(
            "etcd_request_errors_total",
            "Etcd failed request counts for each operation and object type.",
            "operation",
            "group",
            "resource");

    private final Histogram admissionSteps = make.histogram(
            "apiserver_admission_step_admission_duration_seconds",
            "Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step"
                    + " type (validate or admit).",
            ADMISSION_SECONDS,
            "type",
            "operation",
            "rejected");
    private final Histogram admissionControllers = make.histogram(
            "apiserver_admission_controller_admission_duration_seconds",
            "Admission controller latency histogram in seconds, identified by name and broken out for each operation"
                    + " and API resource and type (validate or admit).",
            ADMISSION_SECONDS,
            "name",
            "type",
            "operation",
            "rejected");
    private final FlowMetrics flow = new FlowMetrics(make);
    private final Counter clientRequests = make.counter(
            "rest_client_requests_total",
            "Number of HTTP requests, partitioned by status code, method, and host.",
            "code",
            "method",
            "host");

    /** kube-apiserver has none like it: its store is always another process, which counts what it sends. */
    private final Counter storeBytes = make.counter(
            "tholepin_store_read_bytes_total",
            "Bytes of the keys and values that the store answered reads with, for each object type.",
            "group",
            "resource");

    /** Everything as of now, in Prometheus' text format 0.0.4. */
    String text(List<CacheStats> caches) {
        inflight.labelValues("readOnly").set(reading.get());
        inflight.labelValues("mutating").set(writing.get());
        MetricsText text = new MetricsText();
        text.append(registry.scrape());
        CacheMetrics.append(text, caches);
        return text.toString();
    }

    /** A request that is being answered, on the thread that answers it. */
    final class Request {
        private final RequestLabels labels;
        private final long start = System.nanoTime();

        private Request(RequestLabels labels) {
            this.labels = labels;
            if (labels.longRunning()) {
                longRunning.labelValues(labels.request()).inc();
            } else {
                kind().incrementAndGet();
            }
        }

        private AtomicInteger kind() {
            return labels.mutating() ? writing : reading;
        }

        /**
         * It is answered.
         *
         * @param code HTTP status, 0 when there was nobody left to answer
         * @param bytes of the answer's body
         */
        void done(int code, long bytes) {
            double seconds = (System.nanoTime() - start) / NANOS;
            if (labels.longRunning()) {
                longRunning.labelValues(labels.request()).dec();
            } else {
                kind().decrementAndGet();
                sli.labelValues(labels.request()).observe(seconds);
                if (labels.read()) {
                    responseSizes.labelValues(labels.request()).observe(bytes);
                }
            }
            duration.labelValues(labels.timed()).observe(seconds);
            requests.labelValues(labels.counted(code)).inc();
        }
    }

    /** A request begins to be answered. */
    Request begin(RequestLabels labels) {
        return new Request(labels);
    }

    /** What one watch sends; on the thread that sends it. */
    final class Events {
        private final ResourceType type;
        private final String scope;
        private final long start = System.nanoTime();
        private final CounterDataPoint count;
        private final DistributionDataPoint sizes;

        private Events(ResourceType type, String scope) {
            this.type = type;
            this.scope = scope;
            count = watchEvents.labelValues(type.group(), type.version(), type.resource());
            sizes = watchEventSizes.labelValues(type.group(), type.version(), type.resource());
        }

        /** An event goes out whose object takes so many bytes. */
        void sent(int bytes) {
            count.inc();
            sizes.observe(bytes);
        }

        /** All initial events went out. */
        void initialSent() {
            watchLists
                    .labelValues(type.group(), type.version(), type.resource(), scope)
                    .observe((System.nanoTime() - start) / NANOS);
        }
    }

    /** A watch begins. */
    Events events(RequestInfo info, ResourceType type) {
        return new Events(type, RequestLabels.scope(info));
    }

    /** A reader waited so long for the cache to be fresh. */
    void waited(ResourceType type, long nanos) {
        readWaits.labelValues(type.group(), type.resource()).observe(nanos / NANOS);
    }

    /** A read that had to contain every earlier write was answered from the cache, or could not be. */
    void consistentRead(ResourceType type, boolean success, boolean fallback) {
        consistentReads
                .labelValues(type.group(), type.resource(), Boolean.toString(success), Boolean.toString(fallback))
                .inc();
    }

    /** A list was answered from the cache, by an index (empty for none) that left so many objects to look at. */
    void cacheList(ResourceType type, String index, long fetched, long returned) {
        cacheLists.labelValues(type.group(), type.resource(), index).inc();
        cacheFetched.labelValues(type.group(), type.resource(), index).inc(fetched);
        cacheReturned.labelValues(type.group(), type.resource()).inc(returned);
    }

    /** A list was answered from the store, which read so many objects. */
    void storageList(ResourceType type, long fetched, long returned) {
        storageLists.labelValues(type.group(), type.resource()).inc();
        storageFetched.labelValues(type.group(), type.resource()).inc(fetched);
        storageEvaluated.labelValues(type.group(), type.resource()).inc(fetched);
        storageReturned.labelValues(type.group(), type.resource()).inc(returned);
    }

    /** The store answered a read with so many bytes of keys and values. */
    void storeRead(String group, String resource, long bytes) {
        storeBytes.labelValues(group, resource).inc(bytes);
    }

    /** The store answered. */
    void store(String operation, String group, String resource, long nanos, boolean failed) {
        etcdSeconds.labelValues(operation, group, resource).observe(nanos / NANOS);
        etcdRequests.labelValues(operation, group, resource).inc();
        if (failed) {
            etcdErrors.labelValues(operation, group, resource).inc();
        }
    }

    /** What becomes of requests that need room. */
    FlowMetrics flow() {
        return flow;
    }

    /**
     * An admission plug-in has looked at a request. There is one so far, so it is the whole of its step.
     *
     * @param operation CREATE, UPDATE or DELETE
     */
    void admitted(String plugin, String operation, long nanos, boolean rejected) {
        String refused = Boolean.toString(rejected);
        admissionControllers.labelValues(plugin, "admit", operation, refused).observe(nanos / NANOS);
        admissionSteps.labelValues("admit", operation, refused).observe(nanos / NANOS);
    }

    /** A client in this process, such as a controller's, has the head of its answer. */
    void clientAnswered(int code, String method) {
        clientRequests.labelValues(Integer.toString(code), method, IN_PROCESS).inc();
    }
}
