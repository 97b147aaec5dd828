/**
 * The Kubernetes HTTP API: routes, negotiation, authentication, authorization, reads, lists, watches, writes,
 * discovery.
 *
 * <p>Start with {@link io.tholepin.apiserver.ApiHandler}, which answers one request and blocks while it does, on a
 * virtual thread of its own; {@link io.tholepin.apiserver.Writes} is the half that changes objects, {@link
 * io.tholepin.apiserver.Backend} what everything stands on.
 */
@NullMarked
package io.tholepin.apiserver;

import org.jspecify.annotations.NullMarked;
