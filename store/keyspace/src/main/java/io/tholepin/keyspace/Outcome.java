package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.TxnResult;
import java.util.List;

/** What applying one {@link Command} came to; the same on every member. */
public sealed interface Outcome {
    /** A transaction ran. */
    record Wrote(TxnResult result) implements Outcome {}

    /** Any other command was carried out; {@code revision} is the store's revision after it. */
    record Done(long revision) implements Outcome {}

    /** The membership was changed to {@code members}, ascending by unsigned id. */
    record Members(List<ClusterMember> members) implements Outcome {}

    /** A token was assigned by log entry {@code index}. */
    record Assigned(long index) implements Outcome {}

    /** The alarms that are raised after one was raised or taken back. */
    record Alarms(List<Alarm> alarms) implements Outcome {}

    /** The command was refused and left no effect. */
    record Refused(StoreException cause) implements Outcome {}
}
