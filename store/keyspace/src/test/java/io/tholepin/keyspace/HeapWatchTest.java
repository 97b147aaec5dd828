package io.tholepin.keyspace;

import io.tholepin.contracts.WatchContract;
import io.tholepin.kv.Store;
import java.util.SplittableRandom;

class HeapWatchTest extends WatchContract {

    @Override
    protected Store open() {
        return new LocalStore(new HeapEngine(), WatchLimits.DEFAULT, () -> 0, new SplittableRandom(1));
    }
}
