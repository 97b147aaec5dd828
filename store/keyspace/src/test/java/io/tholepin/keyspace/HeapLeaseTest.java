package io.tholepin.keyspace;

import io.tholepin.contracts.LeaseContract;
import io.tholepin.kv.Store;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

class HeapLeaseTest extends LeaseContract {

    private final AtomicLong clockMillis = new AtomicLong();

    @Override
    protected Store open() {
        return new LocalStore(new HeapEngine(), WatchLimits.DEFAULT, clockMillis::get, new SplittableRandom(1));
    }

    @Override
    protected void pass(Duration time) {
        clockMillis.addAndGet(time.toMillis());
    }
}
