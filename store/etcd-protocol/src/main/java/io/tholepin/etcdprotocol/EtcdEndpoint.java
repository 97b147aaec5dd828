package io.tholepin.etcdprotocol;

import java.net.URI;

/**
 * One client URL of an etcd.
 *
 * @param secure whether with TLS
 * @param host name or address; a name is resolved again whenever a connection is lost
 */
public record EtcdEndpoint(boolean secure, String host, int port) {
    private static final int PORT_MAX = 65_535;

    public EtcdEndpoint {
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
        }
    }

    /**
     * Reads {@code http://host:port} or {@code https://host:port}.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    public static EtcdEndpoint parse(String url) {
        URI uri = URI.create(url);
        boolean secure = "https".equals(uri.getScheme());
        boolean plain = "http".equals(uri.getScheme());
        boolean path = uri.getPath() != null
                && !uri.getPath().isEmpty()
                && !uri.getPath().equals("/");
        if (!secure && !plain || uri.getHost() == null || uri.getPort() < 1 || path) {
            throw new IllegalArgumentException(
                    "etcd URL: " + url + " (expected: http://host:port or https://host:port)");
        }
        String host = uri.getHost();
        return new EtcdEndpoint(
                secure, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, uri.getPort());
    }

    /** {@code host:port}, what the server's certificate must be for. */
    String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + authority();
    }
}
