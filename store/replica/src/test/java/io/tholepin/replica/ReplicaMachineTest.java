package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.HeapEngine;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.LeaseTimers;
import io.tholepin.keyspace.Outcome;
import io.tholepin.keyspace.WatchHub;
import io.tholepin.keyspace.WatchLimits;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreObserver;
import io.tholepin.kv.Txn;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplicaMachineTest {
    private final ScriptedEngine engine = new ScriptedEngine();
    private final Keyspace keyspace = new Keyspace(new HeapEngine());
    private final WatchHub hub = new WatchHub(keyspace, WatchLimits.DEFAULT);
    private final Proposals proposals =
            new Proposals((batch, _) -> engine.propose(batch), System::nanoTime, 7_000_000_000L, 5, StoreObserver.NONE);
    private final ReplicaMachine machine = new ReplicaMachine(
            1, keyspace, Path.of("none"), hub, proposals, new LeaseTimers(), () -> 0, StoreObserver.NONE, _ -> {});

    @AfterEach
    void close() {
        hub.close();
        machine.close();
    }

    @Test
    void aBatchIsAnsweredByTheEntryWhicheverWayItCame() {
        machine.following(2, 3);
        CompletableFuture<Outcome> outcome = put();
        machine.apply(7, ByteBuffer.wrap(engine.proposed.getFirst().entry()), null);
        assertThat(outcome).isCompleted();
        assertThat(keyspace.revision()).isEqualTo(2);
        assertThat(keyspace.appliedIndex()).isEqualTo(7);
    }

    @Test
    void aBatchThatIsInTheStateAlreadyHasAnUnknownOutcomeAndNotNone() {
        machine.following(2, 3);
        CompletableFuture<Outcome> outcome = put();
        machine.reached(9);
        machine.apply(7, ByteBuffer.wrap(engine.proposed.getFirst().entry()), null);
        assertThat(outcome.exceptionNow())
                .isInstanceOfSatisfying(
                        StoreException.class, cause -> assertThat(cause.kind()).isEqualTo(StoreException.Kind.UNKNOWN));
        assertThat(keyspace.revision()).isEqualTo(1);
    }

    private CompletableFuture<Outcome> put() {
        return proposals.submit(
                new Command.Write(Txn.of(Op.Put.of(Bytes.utf8("k"), Bytes.utf8("v")))), Function.identity());
    }
}
