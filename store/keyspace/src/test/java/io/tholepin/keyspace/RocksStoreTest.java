package io.tholepin.keyspace;

import io.tholepin.contracts.StoreContract;
import io.tholepin.kv.Store;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

class RocksStoreTest extends StoreContract {
    @TempDir
    Path folder;

    @Override
    protected Store open() {
        return new LocalStore(RocksEngine.open(folder), WatchLimits.DEFAULT, () -> 0, new SplittableRandom(1));
    }
}
