package io.tholepin.load;

/** What a store counted between two looks at its metrics; etcd's names, which ours has too. */
final class StoreCounters {
    private static final String SENT = "etcd_network_client_grpc_sent_bytes_total";
    private static final String HANDLED = "grpc_server_handled_total";

    private StoreCounters() {}

    /** Bytes sent to clients; negative when nobody counts them. */
    static double bytesSent(MetricsPage before, MetricsPage after) {
        return after.has(SENT) ? after.sum(SENT) - before.sum(SENT) : -1;
    }

    /** Range requests answered; negative when nobody counts them. */
    static double ranges(MetricsPage before, MetricsPage after) {
        String range = "grpc_method=\"Range\"";
        return after.has(HANDLED) ? after.sum(HANDLED, range) - before.sum(HANDLED, range) : -1;
    }
}
