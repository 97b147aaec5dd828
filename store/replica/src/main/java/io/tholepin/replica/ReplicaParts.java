package io.tholepin.replica;

import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.WatchHub;
import io.tholepin.kv.StoreException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What requests to a member need.
 *
 * @param ended why nothing is done any more; null while the member runs
 */
record ReplicaParts(
        Keyspace keyspace,
        WatchHub hub,
        Proposals proposals,
        ReplicaReads reads,
        ReplicaLeases leases,
        QuotaWatch quota,
        Chores chores,
        Supplier<@Nullable StoreException> ended) {}
