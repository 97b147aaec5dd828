package io.tholepin.etcdprotocol;

import io.tholepin.contracts.LeaseContract;
import io.tholepin.contracts.StoreContract;
import io.tholepin.contracts.WatchContract;
import io.tholepin.kv.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** A store over the wire keeps every promise of a store: here our own server's wire. */
class EtcdStoreContractTest {
    @SuppressWarnings("NullAway.Init") // each test opens a store
    private Served served;

    private Store connect() throws IOException {
        served = Served.plain();
        EtcdEndpoint endpoint = EtcdEndpoint.parse("http://127.0.0.1:" + served.port());
        return EtcdStore.open(EtcdStoreConfig.of(List.of(endpoint), ClientTls.NONE));
    }

    @AfterEach
    void stop() {
        served.close();
    }

    @Nested
    class Keys extends StoreContract {
        @Override
        protected Store open() throws IOException {
            return connect();
        }
    }

    @Nested
    class Watches extends WatchContract {
        @Override
        protected Store open() throws IOException {
            return connect();
        }
    }

    @Nested
    class Leases extends LeaseContract {
        @Override
        protected Store open() throws IOException {
            return connect();
        }

        @Override
        protected void pass(Duration time) throws InterruptedException {
            Thread.sleep(time);
        }
    }
}
