@NullMarked
package io.tholepin.benchmarks;

import org.jspecify.annotations.NullMarked;
