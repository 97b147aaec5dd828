package io.tholepin.keyspace;

import io.tholepin.contracts.WatchContract;
import io.tholepin.kv.Store;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

class RocksWatchTest extends WatchContract {
    @TempDir
    Path folder;

    @Override
    protected Store open() {
        return new LocalStore(RocksEngine.open(folder), WatchLimits.DEFAULT, () -> 0, new SplittableRandom(1));
    }
}
