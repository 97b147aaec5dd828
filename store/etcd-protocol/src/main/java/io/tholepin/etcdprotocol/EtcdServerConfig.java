package io.tholepin.etcdprotocol;

import io.tholepin.kv.Store;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How an {@link EtcdServer} serves; meaning and defaults are those of etcd's flags. Source: contract section 4.
 *
 * @param version what Status and /version report; clients switch features on by it, so it is one of etcd's
 * @param clusterVersion version that all members can speak, such as "3.7.0"
 * @param listen where gRPC and HTTP/1.1 are served together; at least one
 * @param listenHttp where HTTP/1.1 is served alone; when there is one, {@code listen} serves gRPC alone
 * @param listenMetrics where only metrics and health are served, over HTTP/1.1
 * @param tls certificates of the https listeners; needed when there is one
 * @param requestBytesMax most bytes of one request, the store's; a frame may have {@link #FRAME_SLACK_BYTES} more
 * @param txnOpsMax most operations in each list of a transaction; the store's own limit is the same
 * @param streamsMax most concurrent streams of one connection
 * @param keepAliveMin shortest interval at which a client may ping; a faster one is disconnected
 * @param keepAliveInterval idle time after which the server pings a client
 * @param keepAliveTimeout how long it waits for the answer before it closes the connection
 * @param progressNotifyInterval how often a watch that asked for it hears of the revision while it has no events
 * @param electionTimeout how often streams that require a leader are checked for one
 * @param slowRequest a unary request that takes longer is warned of in the log
 */
public record EtcdServerConfig(
        String version,
        String clusterVersion,
        List<ListenUrl> listen,
        List<ListenUrl> listenHttp,
        List<ListenUrl> listenMetrics,
        Optional<ServerTls> tls,
        int requestBytesMax,
        int txnOpsMax,
        int streamsMax,
        Duration keepAliveMin,
        Duration keepAliveInterval,
        Duration keepAliveTimeout,
        Duration progressNotifyInterval,
        Duration electionTimeout,
        Duration slowRequest) {
    /** The version this server's behaviour is that of. */
    public static final String VERSION = "3.7.1";

    /** The same without the patch. */
    public static final String CLUSTER_VERSION = "3.7.0";

    /** What a frame may have beyond the largest request. */
    public static final int FRAME_SLACK_BYTES = 512 * 1024;

    /** Shortest progress interval. */
    private static final Duration PROGRESS_MIN = Duration.ofMillis(100);

    public EtcdServerConfig {
        listen = List.copyOf(listen);
        listenHttp = List.copyOf(listenHttp);
        listenMetrics = List.copyOf(listenMetrics);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("listen: nothing (expected: at least one URL)");
        }
        if (requestBytesMax < 1 || txnOpsMax < 1 || streamsMax < 1) {
            throw new IllegalArgumentException("a limit below 1");
        }
        if (progressNotifyInterval.compareTo(PROGRESS_MIN) < 0) {
            progressNotifyInterval = PROGRESS_MIN;
        }
        boolean secure = listen.stream().anyMatch(ListenUrl::secure)
                || listenHttp.stream().anyMatch(ListenUrl::secure)
                || listenMetrics.stream().anyMatch(ListenUrl::secure);
        if (secure && tls.isEmpty()) {
            throw new IllegalArgumentException("an https URL to listen on without a certificate and a key");
        }
    }

    /** etcd's defaults on one URL, without TLS. */
    public static EtcdServerConfig of(ListenUrl listen) {
        return new EtcdServerConfig(
                VERSION,
                CLUSTER_VERSION,
                List.of(listen),
                List.of(),
                List.of(),
                Optional.empty(),
                Store.REQUEST_BYTES_MAX,
                Store.TXN_OPS_MAX,
                Integer.MAX_VALUE,
                Duration.ofSeconds(5),
                Duration.ofHours(2),
                Duration.ofSeconds(20),
                Duration.ofMinutes(10),
                Duration.ofSeconds(1),
                Duration.ofMillis(300));
    }

    /** Most bytes of one inbound frame. */
    int frameBytesMax() {
        return (int) Math.min(Integer.MAX_VALUE, (long) requestBytesMax + FRAME_SLACK_BYTES);
    }
}
