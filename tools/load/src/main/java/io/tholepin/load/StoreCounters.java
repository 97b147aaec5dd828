package io.tholepin.load;

/**
 * What was read from a store between two looks: as its own process counts it, under etcd's names, or as the API server
 * does, for one inside its process.
 */
final class StoreCounters {
    private static final String SENT = "etcd_network_client_grpc_sent_bytes_total";
    private static final String HANDLED = "grpc_server_handled_total";
    private static final String READ = "tholepin_store_read_bytes_total";
    private static final String REQUESTS = "etcd_requests_total";

    private final Look before;
    private final Look after;

    StoreCounters(Look before, Look after) {
        this.before = before;
        this.after = after;
    }

    /** Metrics at one moment. */
    record Look(MetricsPage store, MetricsPage apiServer) {
        static Look at(Cluster cluster) throws java.io.IOException, InterruptedException {
            return new Look(cluster.storeMetrics(), cluster.apiServerMetrics());
        }
    }

    /** Bytes that left the store. */
    double bytesRead() {
        return after.store.has(SENT)
                ? after.store.sum(SENT) - before.store.sum(SENT)
                : after.apiServer.sum(READ) - before.apiServer.sum(READ);
    }

    /** Range requests answered. */
    double ranges() {
        if (after.store.has(HANDLED)) {
            String range = "grpc_method=\"Range\"";
            return after.store.sum(HANDLED, range) - before.store.sum(HANDLED, range);
        }
        double ranges = 0;
        for (String operation : new String[] {"get", "list", "count"}) {
            String label = "operation=\"" + operation + "\"";
            ranges += after.apiServer.sum(REQUESTS, label) - before.apiServer.sum(REQUESTS, label);
        }
        return ranges;
    }
}
