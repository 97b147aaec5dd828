package io.tholepin.keyspace;

import io.tholepin.contracts.StoreContract;
import io.tholepin.kv.Store;
import java.util.SplittableRandom;

class HeapStoreTest extends StoreContract {

    @Override
    protected Store open() {
        return new LocalStore(new HeapEngine(), WatchLimits.DEFAULT, () -> 0, new SplittableRandom(1));
    }
}
