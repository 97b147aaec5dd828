package io.tholepin.replica;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * Where a peer is reached: {@code http://host:port} or {@code https://host:port} and nothing else. Whatever enters the
 * log has passed {@link #check}: a URL that no member can read would break every member for ever. Source: contract
 * 2.16.
 */
record PeerUrl(boolean tls, String host, int port) {
    /** Longest URL taken: a name of 253 characters and the rest. */
    private static final int LENGTH_MAX = 300;

    /** Most URLs of one member. */
    private static final int COUNT_MAX = 16;

    /** @throws StoreException INVALID_PEER_URLS when {@code text} is anything else */
    static PeerUrl parse(String text) {
        try {
            URI uri = new URI(text);
            boolean tls = "https".equals(uri.getScheme());
            boolean plain = "http".equals(uri.getScheme());
            String host = uri.getHost();
            boolean bare = uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && ("".equals(uri.getRawPath()) || "/".equals(uri.getRawPath()));
            if ((tls || plain)
                    && host != null
                    && bare
                    && uri.getPort() >= 0
                    && uri.getPort() <= 65_535
                    && text.length() <= LENGTH_MAX) {
                return new PeerUrl(
                        tls, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, uri.getPort());
            }
        } catch (URISyntaxException malformed) {
            throw StoreException.of(Code.INVALID_PEER_URLS, text, malformed);
        }
        throw StoreException.of(Code.INVALID_PEER_URLS, text, null);
    }

    /**
     * @throws StoreException INVALID_PEER_URLS when there is none, too many, twice the same, or one cannot be called
     */
    static void check(List<String> urls) {
        if (urls.isEmpty()
                || urls.size() > COUNT_MAX
                || urls.stream().distinct().count() != urls.size()) {
            throw StoreException.of(Code.INVALID_PEER_URLS);
        }
        for (String url : urls) {
            if (parse(url).port() == 0) {
                throw StoreException.of(Code.INVALID_PEER_URLS, url, null);
            }
        }
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
