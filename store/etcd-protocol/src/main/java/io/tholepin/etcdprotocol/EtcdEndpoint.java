package io.tholepin.etcdprotocol;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

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
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw malformed(url, e);
        }
        boolean secure = "https".equals(uri.getScheme());
        boolean plain = "http".equals(uri.getScheme());
        boolean path = uri.getPath() != null
                && !uri.getPath().isEmpty()
                && !uri.getPath().equals("/");
        if (!secure && !plain || uri.getHost() == null || uri.getPort() < 1 || path) {
            throw malformed(url, null);
        }
        String host = uri.getHost();
        return new EtcdEndpoint(
                secure, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, uri.getPort());
    }

    private static IllegalArgumentException malformed(String url, @Nullable URISyntaxException cause) {
        return new IllegalArgumentException(
                "etcd URL: " + url + " (expected: http://host:port or https://host:port)", cause);
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
