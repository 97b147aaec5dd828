/**
 * What the README's figures come from. Each class with a {@code main} is one benchmark;
 * {@code testing/benchmarks/run NAME} runs it. Every figure is printed with what it was measured on; none is asserted.
 *
 * <p>{@link io.tholepin.benchmarks.CacheHeap} and {@link io.tholepin.benchmarks.CacheList} measure the watch cache over
 * {@link io.tholepin.benchmarks.SamplePods}.
 */
@NullMarked
package io.tholepin.benchmarks;

import org.jspecify.annotations.NullMarked;
