package io.tholepin.replica;

import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.TxnRules;
import io.tholepin.keyspace.WatchHub;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreObserver;
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
        TxnRules.Limits limits,
        Chores chores,
        StoreObserver observer,
        Supplier<@Nullable StoreException> ended) {}
