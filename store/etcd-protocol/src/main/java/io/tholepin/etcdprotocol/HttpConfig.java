package io.tholepin.etcdprotocol;

import java.time.Duration;
import java.util.Set;

/**
 * What is served over HTTP/1.1; meaning and defaults are those of etcd's flags. Source: contract 1.12, 3.1 and 4.
 *
 * @param gateway whether requests may come as JSON
 * @param origins from which pages in browsers may call; {@code *} for all
 * @param hosts names under which the server may be called without TLS; {@code *} or none for all
 * @param readTimeout how long a check of health waits for its read
 * @param product our own version, told beside etcd's
 */
public record HttpConfig(
        boolean gateway, Set<String> origins, Set<String> hosts, Duration readTimeout, String product) {
    private static final String ALL = "*";

    /** etcd's defaults. */
    public static final HttpConfig DEFAULT =
            new HttpConfig(true, Set.of(ALL), Set.of(ALL), Duration.ofSeconds(7), "0.1.0");

    public HttpConfig {
        origins = Set.copyOf(origins);
        hosts = Set.copyOf(hosts);
    }

    boolean allowsHost(String host) {
        return hosts.isEmpty() || hosts.contains(ALL) || hosts.contains(host);
    }

    boolean allowsEveryOrigin() {
        return origins.contains(ALL);
    }
}
