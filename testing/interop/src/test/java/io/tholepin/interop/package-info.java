/**
 * Real clients against the real {@code thole up} process. Start with {@link io.tholepin.interop.Thole}, which starts
 * and kills it.
 */
@NullMarked
package io.tholepin.interop;

import org.jspecify.annotations.NullMarked;
