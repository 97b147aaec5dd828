/**
 * The watch cache: per resource the current state, past snapshots, recent events and their watchers, fed by one store
 * watch. Answers strictly consistent reads without touching the store's data.
 *
 * <p>Start with {@link io.tholepin.watchcache.WatchCaches}, which opens a {@link io.tholepin.watchcache.WatchCache} for
 * each resource; then {@code StoreWatchCache} (store to cache), {@code Timeline} (a change to the next state),
 * {@code Watcher}. One dispatcher thread owns the caches' mutable state; snapshots and objects are immutable and
 * shared.
 */
@NullMarked
package io.tholepin.watchcache;

import org.jspecify.annotations.NullMarked;
