package io.tholepin.keyspace;

import io.tholepin.contracts.AlarmContract;
import io.tholepin.kv.StoreMember;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

class RocksAlarmTest extends AlarmContract {
    @TempDir
    Path folder;

    @Override
    protected StoreMember open() {
        return new LocalStore(RocksEngine.open(folder), WatchLimits.DEFAULT, () -> 0, new SplittableRandom(1));
    }
}
