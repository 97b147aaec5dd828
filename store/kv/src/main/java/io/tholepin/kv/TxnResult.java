package io.tholepin.kv;

import java.util.List;

/**
 * The answer to a {@link Txn}.
 *
 * @param revision the store's revision after the transaction
 * @param succeeded whether the compares held, that is, which branch ran
 */
public record TxnResult(long revision, boolean succeeded, List<OpResult> results) {}
