package io.tholepin.keyspace;

import io.tholepin.contracts.AuthContract;
import io.tholepin.kv.StoreMember;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

class RocksAuthTest extends AuthContract {
    @TempDir
    Path folder;

    @Override
    protected StoreMember open() {
        return new LocalStore(RocksEngine.open(folder), WatchLimits.DEFAULT, () -> 0, new SplittableRandom(1));
    }
}
