package io.tholepin.etcdprotocol;

import java.net.URI;
import java.nio.file.Path;

/**
 * Where to listen: a port of an interface, or a socket in the file system.
 *
 * @param secure whether with TLS
 * @param host name or address of an interface; resolved when it is listened on. Empty for a socket
 * @param port 0 lets the system choose
 * @param socket the socket's path, empty for a port
 */
public record ListenUrl(boolean secure, String host, int port, String socket) {
    private static final int PORT_MAX = 65_535;

    public ListenUrl {
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
        }
    }

    /** A port. */
    public ListenUrl(boolean secure, String host, int port) {
        this(secure, host, port, "");
    }

    /**
     * Reads {@code http://host:port}, {@code https://host:port}, {@code unix://path} or {@code unixs://path}. A path
     * may be one from the root on, or one of the current folder, such as {@code localhost:2379}.
     *
     * @throws IllegalArgumentException when it is anything else
     */
    public static ListenUrl parse(String url) {
        URI uri = URI.create(url);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        return switch (scheme) {
            case "http", "https" -> port(uri, scheme.equals("https"), url);
            case "unix", "unixs" -> socket(uri, scheme.equals("unixs"), url);
            default -> throw malformed(url);
        };
    }

    private static ListenUrl port(URI uri, boolean secure, String url) {
        boolean path = uri.getPath() != null
                && !uri.getPath().isEmpty()
                && !uri.getPath().equals("/");
        if (uri.getHost() == null || uri.getPort() < 0 || path) {
            throw malformed(url);
        }
        String host = uri.getHost();
        return new ListenUrl(secure, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, uri.getPort());
    }

    private static ListenUrl socket(URI uri, boolean secure, String url) {
        String authority = uri.getAuthority() == null ? "" : uri.getAuthority();
        String path = authority + (uri.getPath() == null ? "" : uri.getPath());
        if (path.isEmpty() || path.endsWith("/")) {
            throw malformed(url);
        }
        return new ListenUrl(secure, "", 0, path);
    }

    private static IllegalArgumentException malformed(String url) {
        return new IllegalArgumentException("URL to listen on: " + url
                + " (expected: http://host:port, https://host:port, unix://path or unixs://path)");
    }

    /** Whether it is a socket in the file system. */
    public boolean isSocket() {
        return !socket.isEmpty();
    }

    /** The name that clients expect in a certificate; etcd's take a socket's file name up to the first colon. */
    public String certifiedName() {
        String file = socket.substring(socket.lastIndexOf('/') + 1);
        return isSocket() ? file.substring(0, file.indexOf(':') < 0 ? file.length() : file.indexOf(':')) : host;
    }

    /** The socket's file. */
    Path socketFile() {
        return Path.of(socket);
    }

    @Override
    public String toString() {
        if (isSocket()) {
            return (secure ? "unixs://" : "unix://") + socket;
        }
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return (secure ? "https://" : "http://") + name + ":" + port;
    }
}
