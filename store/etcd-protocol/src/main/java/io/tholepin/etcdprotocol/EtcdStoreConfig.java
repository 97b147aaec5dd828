package io.tholepin.etcdprotocol;

import java.time.Duration;
import java.util.List;

/**
 * How an {@link EtcdStore} reaches its etcd.
 *
 * @param endpoints client URLs of members of one cluster; requests take turns over those that answer
 * @param tls for https endpoints
 * @param requestTimeout longest wait for the answer of one request; longer than etcd's own limit of 7 s, so that etcd
 *     gets to say what became of it
 * @param progressInterval how often progress is asked for while somebody waits for it and etcd has not answered
 * @param checkInterval how often every endpoint is asked for its version and how it is
 * @param watchStreams streams that all watches share; a watch that is catching up delays the progress of its stream
 * @param watchQueueBytesMax most bytes of events queued for one watch's listener; when there is more the watch ends as
 *     slow
 */
public record EtcdStoreConfig(
        List<EtcdEndpoint> endpoints,
        ClientTls tls,
        Duration requestTimeout,
        Duration progressInterval,
        Duration checkInterval,
        int watchStreams,
        long watchQueueBytesMax) {
    public EtcdStoreConfig {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints: none (expected: at least one URL)");
        }
        if (endpoints.stream().map(EtcdEndpoint::secure).distinct().count() > 1) {
            throw new IllegalArgumentException("endpoints: " + endpoints + " (expected: all http or all https)");
        }
        if (watchStreams < 1 || watchQueueBytesMax < 1) {
            throw new IllegalArgumentException("watchStreams: " + watchStreams + ", watchQueueBytesMax: "
                    + watchQueueBytesMax + " (expected: >= 1)");
        }
    }

    /** kube-apiserver's intervals and our bounds. Source: contract 5.4 and 5.5. */
    public static EtcdStoreConfig of(List<EtcdEndpoint> endpoints, ClientTls tls) {
        return new EtcdStoreConfig(
                endpoints, tls, Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofSeconds(30), 4, 64L << 20);
    }

    boolean secure() {
        return endpoints.getFirst().secure();
    }
}
