package io.tholepin.keyspace;

import io.tholepin.contracts.LeaseContract;
import io.tholepin.kv.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;

class RocksLeaseTest extends LeaseContract {
    @TempDir
    Path folder;

    private final AtomicLong clockMillis = new AtomicLong();

    @Override
    protected Store open() {
        return new LocalStore(RocksEngine.open(folder), WatchLimits.DEFAULT, clockMillis::get, new SplittableRandom(1));
    }

    @Override
    protected void pass(Duration time) {
        clockMillis.addAndGet(time.toMillis());
    }
}
