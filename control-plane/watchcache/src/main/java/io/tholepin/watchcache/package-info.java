/**
 * The watch cache: per resource the current state, past snapshots, recent events and their watchers, fed by one store watch.
 * Answers strictly consistent reads without touching the store's data.
 *
 * <p>Start with {@link io.tholepin.watchcache.WatchCache}. One thread owns each cache's mutable state; snapshots and objects
 * are immutable and shared.
 */
@NullMarked
package io.tholepin.watchcache;

import org.jspecify.annotations.NullMarked;
