package io.tholepin.kv;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What an operator asks of a member. Thread-safe; nothing blocks unless it says so; futures fail with
 * {@link StoreException} as {@link Store}'s do. Source: contract 2.12 to 2.15.
 */
public interface Maintenance {
    /** The alarms of all members, as this member knows them, in no order. */
    List<Alarm> alarms();

    /** Raises an alarm through the log; raising it twice is no error. Returns what is raised afterwards. */
    CompletableFuture<List<Alarm>> raise(Alarm alarm);

    /** Takes an alarm back through the log; one that is not raised is no error. Returns what is raised afterwards. */
    CompletableFuture<List<Alarm>> disarm(Alarm alarm);

    /**
     * The hash of the keys up to {@code revision}, bit for bit etcd's HashKV.
     *
     * @param revision 0 for the current one; refused with COMPACTED or FUTURE_REVISION
     */
    CompletableFuture<StateHash> hashKv(long revision);

    /** The hash of everything this member stores; says nothing across members. */
    CompletableFuture<StateHash> hash();

    /**
     * Starts to return unused space to the file system in the background and completes at once; nothing waits for it.
     */
    CompletableFuture<Void> defragment();

    /** A consistent image of the state of the last commit, held until it is closed. May block for a moment. */
    StoreImage image();
}
