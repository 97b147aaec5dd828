package io.tholepin.etcdprotocol;

import java.net.InetSocketAddress;
import java.net.URI;

/**
 * Where to listen.
 *
 * @param secure whether with TLS
 * @param host name or address of an interface; resolved when it is listened on
 * @param port 0 lets the system choose
 */
public record ListenUrl(boolean secure, String host, int port) {
    private static final int PORT_MAX = 65_535;

    public ListenUrl {
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
        }
    }

    /**
     * Reads {@code http://host:port} or {@code https://host:port}.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    public static ListenUrl parse(String url) {
        URI uri = URI.create(url);
        boolean secure = "https".equals(uri.getScheme());
        boolean plain = "http".equals(uri.getScheme());
        boolean path = uri.getPath() != null
                && !uri.getPath().isEmpty()
                && !uri.getPath().equals("/");
        if (!secure && !plain || uri.getHost() == null || uri.getPort() < 0 || path) {
            throw new IllegalArgumentException(
                    "URL to listen on: " + url + " (expected: http://host:port or https://host:port)");
        }
        String host = uri.getHost();
        return new ListenUrl(secure, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, uri.getPort());
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return (secure ? "https://" : "http://") + name + ":" + port;
    }
}
