/**
 * Load on a Kubernetes API: what runs it, what measures it, what reports it.
 *
 * <p>Start with {@link io.tholepin.load.ConsistentReads}, the founding experiment: a {@link io.tholepin.load.Subject}
 * is started, filled with {@link io.tholepin.load.SamplePods}, and put through {@link io.tholepin.load.Phase}s. The
 * load is offered by {@link io.tholepin.load.Arrivals} on a fixed schedule, each request on a virtual thread.
 */
@NullMarked
package io.tholepin.load;

import org.jspecify.annotations.NullMarked;
