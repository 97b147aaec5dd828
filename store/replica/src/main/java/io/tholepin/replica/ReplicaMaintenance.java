package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.Outcome;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.Maintenance;
import io.tholepin.kv.StateHash;
import io.tholepin.kv.StoreImage;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What an operator asks of this member. Thread-safe. */
record ReplicaMaintenance(Keyspace keyspace, Proposals proposals, ReplicaReads reads, ReplicaMachine machine)
        implements Maintenance {
    @Override
    public List<Alarm> alarms() {
        return keyspace.alarms();
    }

    @Override
    public CompletableFuture<List<Alarm>> raise(Alarm alarm) {
        return proposals.submit(new Command.AlarmRaise(alarm), ReplicaMaintenance::alarms);
    }

    @Override
    public CompletableFuture<List<Alarm>> disarm(Alarm alarm) {
        return proposals.submit(new Command.AlarmDisarm(alarm), ReplicaMaintenance::alarms);
    }

    @Override
    public CompletableFuture<StateHash> hashKv(long revision) {
        return reads.read(true, false, () -> keyspace.hashKv(revision));
    }

    @Override
    public CompletableFuture<StateHash> hash() {
        return reads.read(true, false, keyspace::hash);
    }

    @Override
    public CompletableFuture<Void> defragment() {
        return reads.read(true, true, () -> {
            keyspace.defragment();
            return null;
        });
    }

    @Override
    public StoreImage image() {
        return keyspace.image(machine.leadership().term());
    }

    private static List<Alarm> alarms(Outcome outcome) {
        return ((Outcome.Alarms) outcome).alarms();
    }
}
