package io.tholepin.etcdprotocol;

import io.grpc.Status;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tholepin.etcdprotocol.ServerObserver.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calls of a server, under the names of go-grpc-prometheus, which etcd's alerts are written for. Every method has
 * all its counters from the start, so that the first failure is seen as an increase.
 */
final class CallMetrics {
    private static final String[] LABELS = {"grpc_type", "grpc_service", "grpc_method"};

    /** Bounds of a call's duration: the client library's default. */
    private static final double[] BUCKETS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    private final Counter started;
    private final Counter received;
    private final Counter sent;
    private final Counter handled;
    private final Histogram seconds;
    private final Map<Method, Call> calls = new ConcurrentHashMap<>();

    CallMetrics(PrometheusRegistry registry) {
        started = counter(registry, "started_total", "Total number of RPCs started on the server.", LABELS);
        received = counter(
                registry, "msg_received_total", "Total number of RPC stream messages received on the server.", LABELS);
        sent = counter(registry, "msg_sent_total", "Total number of gRPC stream messages sent by the server.", LABELS);
        handled = counter(
                registry,
                "handled_total",
                "Total number of RPCs completed on the server, regardless of success or failure.",
                "grpc_type",
                "grpc_service",
                "grpc_method",
                "grpc_code");
        seconds = Histogram.builder()
                .name("grpc_server_handling_seconds")
                .help("Histogram of response latency (seconds) of gRPC that had been application-level handled by the"
                        + " server.")
                .labelNames(LABELS)
                .classicOnly()
                .classicUpperBounds(BUCKETS)
                .register(registry);
    }

    /** The counters of {@code method}. */
    Call of(Method method) {
        Call call = calls.get(method);
        return call != null ? call : calls.computeIfAbsent(method, this::call);
    }

    private Call call(Method method) {
        String[] labels = {method.type().text(), method.service(), method.method()};
        Map<String, CounterDataPoint> codes = new HashMap<>();
        for (Status.Code code : Status.Code.values()) {
            String name = StatusMapping.goName(code);
            codes.put(name, handled.labelValues(labels[0], labels[1], labels[2], name));
        }
        return new Call(
                started.labelValues(labels),
                received.labelValues(labels),
                sent.labelValues(labels),
                Map.copyOf(codes),
                seconds.labelValues(labels));
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder()
                .name("grpc_server_" + name)
                .help(help)
                .labelNames(labels)
                .register(registry);
    }

    /** The counters of one method. */
    record Call(
            CounterDataPoint started,
            CounterDataPoint received,
            CounterDataPoint sent,
            Map<String, CounterDataPoint> codes,
            DistributionDataPoint seconds) {
        void ended(String code, double duration) {
            CounterDataPoint counter = codes.get(code);
            if (counter != null) {
                counter.inc();
            }
            seconds.observe(duration);
        }
    }
}
