package io.tholepin.apiserver;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;

/**
 * What {@link Inflight} does with requests, under the names of kube-apiserver's priority and fairness: its two limits
 * are the priority levels {@code readOnly} and {@code mutating}; the flow schemas are {@code system-masters}, who wait
 * for room, and {@code others}, who do not. Each request takes one seat. Thread-safe. Source: contract 1.11, 5.6.
 */
final class FlowMetrics {
    private static final String PREFIX = "apiserver_flowcontrol_";
    private static final double NANOS = 1e9;
    private static final double[] SECONDS = {0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30};

    /** kube-apiserver tells watches apart, which are not limited here. */
    private static final String REGULAR = "regular";

    private final Counter dispatched;
    private final Counter rejected;
    private final Gauge waiting;
    private final Gauge executing;
    private final Gauge seats;
    private final Gauge nominalLimit;
    private final Gauge currentLimit;
    private final Histogram waits;
    private final Histogram executions;

    FlowMetrics(Instruments make) {
        String[] flow = {"priority_level", "flow_schema"};
        dispatched = make.counter(
                PREFIX + "dispatched_requests_total",
                "Number of requests executed by API Priority and Fairness subsystem",
                flow);
        rejected = make.counter(
                PREFIX + "rejected_requests_total",
                "Number of requests rejected by API Priority and Fairness subsystem",
                "priority_level",
                "flow_schema",
                "reason");
        waiting = make.gauge(
                PREFIX + "current_inqueue_requests",
                "Number of requests currently pending in queues of the API Priority and Fairness subsystem",
                flow);
        executing = make.gauge(
                PREFIX + "current_executing_requests",
                "Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API"
                        + " Priority and Fairness subsystem",
                flow);
        seats = make.gauge(
                PREFIX + "current_executing_seats",
                "Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any"
                        + " stage otherwise) requests in the API Priority and Fairness subsystem",
                flow);
        nominalLimit = make.gauge(
                PREFIX + "nominal_limit_seats",
                "Nominal number of execution seats configured for each priority level",
                "priority_level");
        currentLimit = make.gauge(
                PREFIX + "current_limit_seats",
                "current derived number of execution seats available to each priority level",
                "priority_level");
        waits = make.histogram(
                PREFIX + "request_wait_duration_seconds",
                "Length of time a request spent waiting in its queue",
                SECONDS,
                "priority_level",
                "flow_schema",
                "execute");
        executions = make.histogram(
                PREFIX + "request_execution_seconds",
                "Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the"
                        + " API Priority and Fairness subsystem",
                SECONDS,
                "priority_level",
                "flow_schema",
                "type");
    }

    /** Requests of one kind and one sort of user. */
    Flow flow(String level, String schema) {
        return new Flow(level, schema);
    }

    /** How many requests of a kind may run at a time. */
    void limit(String level, int requests) {
        nominalLimit.labelValues(level).set(requests);
        currentLimit.labelValues(level).set(requests);
    }

    /** What happens to the requests of one flow. */
    final class Flow {
        private final String level;
        private final String schema;

        private Flow(String level, String schema) {
            this.level = level;
            this.schema = schema;
            waiting.labelValues(level, schema).set(0);
            executing.labelValues(level, schema).set(0);
            seats.labelValues(level, schema).set(0);
        }

        /** One found no room at first and waits. */
        void waits() {
            waiting.labelValues(level, schema).inc();
        }

        /** It waits no longer, whatever comes next. */
        void waited() {
            waiting.labelValues(level, schema).dec();
        }

        /** One is refused. */
        void refused(String reason, long waitNanos) {
            waits.labelValues(level, schema, "false").observe(waitNanos / NANOS);
            rejected.labelValues(level, schema, reason).inc();
        }

        /** One begins to run. */
        void began(long waitNanos) {
            waits.labelValues(level, schema, "true").observe(waitNanos / NANOS);
            executing.labelValues(level, schema).inc();
            seats.labelValues(level, schema).inc();
            dispatched.labelValues(level, schema).inc();
        }

        /** It has run. */
        void ended(long nanos) {
            executing.labelValues(level, schema).dec();
            seats.labelValues(level, schema).dec();
            executions.labelValues(level, schema, REGULAR).observe(nanos / NANOS);
        }
    }
}
