package io.tholepin.interop;

import io.tholepin.contracts.LeaseContract;
import io.tholepin.contracts.StoreContract;
import io.tholepin.contracts.WatchContract;
import io.tholepin.kv.Store;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** A real etcd behind our client keeps every promise of a store; each test has an etcd of its own. */
class RealEtcdContractTest {
    private @Nullable OneEtcd etcd;

    private Store connect(Path folder) {
        OneEtcd started = OneEtcd.start(EtcdLike.etcd35(), folder);
        etcd = started;
        return started.connect();
    }

    @AfterEach
    void stop() {
        if (etcd != null) {
            etcd.close();
        }
    }

    @Nested
    class Keys extends StoreContract {
        @TempDir
        Path folder;

        @Override
        protected Store open() {
            return connect(folder);
        }
    }

    @Nested
    class Watches extends WatchContract {
        @TempDir
        Path folder;

        @Override
        protected Store open() {
            return connect(folder);
        }
    }

    @Nested
    class Leases extends LeaseContract {
        @TempDir
        Path folder;

        @Override
        protected Store open() {
            return connect(folder);
        }

        @Override
        protected void pass(Duration time) throws InterruptedException {
            Thread.sleep(time);
        }
    }
}
