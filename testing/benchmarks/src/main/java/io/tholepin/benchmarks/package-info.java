/**
 * What the README's figures come from. Each class with a {@code main} is one benchmark; {@code testing/benchmarks/run NAME} runs
 * it. Every figure is printed with what it was measured on; none is asserted.
 */
@NullMarked
package io.tholepin.benchmarks;

import org.jspecify.annotations.NullMarked;
