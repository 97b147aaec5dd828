package io.tholepin.replica;

import io.tholepin.contracts.LeaseContract;
import io.tholepin.contracts.StoreContract;
import io.tholepin.contracts.WatchContract;
import io.tholepin.kv.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Every promise of a store holds at a follower of three members and at the leader, who does for keys and watches what a
 * member alone does: there, only the long run asks. Each test has three members of its own, so tests run side by side.
 */
@Execution(ExecutionMode.CONCURRENT)
class ReplicaClusterContractTest {
    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private ReplicaCluster cluster;

    private Store open(Function<ReplicaCluster, ReplicaStore> which) throws IOException {
        cluster = new ReplicaCluster(folder, 3, config -> config.withTiming(new ReplicaConfig.Timing(50, 300)));
        cluster.startEach();
        return which.apply(cluster);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Nested
    @EnabledIfSystemProperty(named = "tholepin.long", matches = "true")
    class KeysAtTheLeader extends StoreContract {
        @Override
        protected Store open() throws IOException {
            return ReplicaClusterContractTest.this.open(ReplicaCluster::leader);
        }
    }

    @Nested
    class KeysAtAFollower extends StoreContract {
        @Override
        protected Store open() throws IOException {
            return ReplicaClusterContractTest.this.open(ReplicaCluster::follower);
        }
    }

    @Nested
    @EnabledIfSystemProperty(named = "tholepin.long", matches = "true")
    class WatchesAtTheLeader extends WatchContract {
        @Override
        protected Store open() throws IOException {
            return ReplicaClusterContractTest.this.open(ReplicaCluster::leader);
        }
    }

    @Nested
    class WatchesAtAFollower extends WatchContract {
        @Override
        protected Store open() throws IOException {
            return ReplicaClusterContractTest.this.open(ReplicaCluster::follower);
        }
    }

    @Nested
    class LeasesAtTheLeader extends LeaseContract {
        @Override
        protected Store open() throws IOException {
            return ReplicaClusterContractTest.this.open(ReplicaCluster::leader);
        }

        @Override
        protected void pass(Duration time) {
            cluster.passedMillis.addAndGet(time.toMillis());
        }
    }

    @Nested
    class LeasesAtAFollower extends LeaseContract {
        @Override
        protected Store open() throws IOException {
            return ReplicaClusterContractTest.this.open(ReplicaCluster::follower);
        }

        @Override
        protected void pass(Duration time) {
            cluster.passedMillis.addAndGet(time.toMillis());
        }
    }
}
