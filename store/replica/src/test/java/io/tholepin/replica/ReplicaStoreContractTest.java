package io.tholepin.replica;

import io.tholepin.contracts.LeaseContract;
import io.tholepin.contracts.StoreContract;
import io.tholepin.contracts.WatchContract;
import io.tholepin.kv.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** A replica keeps every promise of a store. */
class ReplicaStoreContractTest {
    @Nested
    class Keys extends StoreContract {
        @TempDir
        Path folder;

        @Override
        protected Store open() throws IOException {
            return ReplicaStore.open(ReplicaConfig.in(folder));
        }
    }

    @Nested
    class Watches extends WatchContract {
        @TempDir
        Path folder;

        @Override
        protected Store open() throws IOException {
            return ReplicaStore.open(ReplicaConfig.in(folder));
        }
    }

    @Nested
    class Leases extends LeaseContract {
        @TempDir
        Path folder;

        private final AtomicLong passedMillis = new AtomicLong();

        @Override
        protected Store open() throws IOException {
            return ReplicaStore.open(
                    ReplicaConfig.in(folder),
                    () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + passedMillis.get());
        }

        @Override
        protected void pass(Duration time) {
            passedMillis.addAndGet(time.toMillis());
        }
    }
}
