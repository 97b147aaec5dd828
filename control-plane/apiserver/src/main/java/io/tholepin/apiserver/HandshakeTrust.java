package io.tholepin.apiserver;

import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import java.security.KeyStore;
import java.security.Provider;
import java.util.function.Function;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;

/** Gives one trust manager to Vert.x; its own way of doing that needs a logging library. */
record HandshakeTrust(TrustManager manager) implements TrustOptions {
    @Override
    public TrustOptions copy() {
        return this;
    }

    @Override
    public TrustManagerFactory getTrustManagerFactory(Vertx vertx) {
        return new Factory(manager);
    }

    @Override
    public Function<String, TrustManager[]> trustManagerMapper(Vertx vertx) {
        return serverName -> new TrustManager[] {manager};
    }

    private static final class Factory extends TrustManagerFactory {
        Factory(TrustManager manager) {
            super(new Spi(manager), new Provider("tholepin", "1", "client certificates") {}, "handshake");
        }
    }

    private static final class Spi extends TrustManagerFactorySpi {
        private final TrustManager manager;

        Spi(TrustManager manager) {
            this.manager = manager;
        }

        @Override
        protected void engineInit(KeyStore keyStore) {
            // the manager is complete
        }

        @Override
        protected void engineInit(ManagerFactoryParameters parameters) {
            // as above
        }

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            return new TrustManager[] {manager};
        }
    }
}
