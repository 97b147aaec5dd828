package io.tholepin.keyspace;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.TxnResult;

/** What applying one {@link Command} came to; the same on every member. */
public sealed interface Outcome {
    /** A transaction ran. */
    record Wrote(TxnResult result) implements Outcome {}

    /** Any other command was carried out; {@code revision} is the store's revision after it. */
    record Done(long revision) implements Outcome {}

    /** The command was refused and left no effect. */
    record Refused(StoreException cause) implements Outcome {}
}
