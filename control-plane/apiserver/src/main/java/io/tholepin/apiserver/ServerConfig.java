package io.tholepin.apiserver;

/**
 * Where and how the API is served.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param certificate serving certificate, PEM, intermediate ones after it
 * @param key its private key, PEM PKCS#8
 * @param clientCa PEM of the CA that vouches for client certificates
 */
public record ServerConfig(String host, int port, String certificate, String key, String clientCa) {
    /** Never shows the key. */
    @Override
    public String toString() {
        return "ServerConfig[" + host + ":" + port + "]";
    }
}
