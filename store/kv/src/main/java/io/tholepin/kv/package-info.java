/**
 * The contract of the store: immutable records and the interface {@link io.tholepin.kv.Store}. No logic beyond what the
 * records themselves mean.
 *
 * <p>Start with {@link io.tholepin.kv.Store}; then {@link io.tholepin.kv.Txn}, {@link io.tholepin.kv.RangeRequest} and
 * {@link io.tholepin.kv.WatchListener}. Everything here is immutable and safe to share between threads.
 */
@NullMarked
package io.tholepin.kv;

import org.jspecify.annotations.NullMarked;
