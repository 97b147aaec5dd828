/**
 * What the README's figures come from. Each class with a {@code main} is one benchmark;
 * {@code testing/benchmarks/run NAME} runs it. Every figure is printed with what it was measured on; none is asserted.
 *
 * <p>{@link io.tholepin.benchmarks.CacheHeap} and {@link io.tholepin.benchmarks.CacheList} measure the watch cache over
 * {@link io.tholepin.load.SamplePods}.
 *
 * <p>{@link io.tholepin.benchmarks.StoreSideBySide} runs {@code thole store} and etcd at the same time and measures
 * them
 * in turn; its scenarios are the classes whose names end so. The load comes from one event loop
 * ({@link io.tholepin.benchmarks.LoadClient}) that owns the connections and all that is counted on them.
 */
@NullMarked
package io.tholepin.benchmarks;

import org.jspecify.annotations.NullMarked;
