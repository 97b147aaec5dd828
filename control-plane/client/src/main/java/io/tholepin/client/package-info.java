/**
 * Client of the Kubernetes API, for controllers: calls, lists, watches, informers, work queues.
 *
 * <p>Start with {@link io.tholepin.client.ApiClient}; {@link io.tholepin.client.Informer} keeps a local copy of a
 * collection, {@link io.tholepin.client.WorkQueue} feeds a reconcile loop. Calls block and belong on virtual threads.
 */
@NullMarked
package io.tholepin.client;

import org.jspecify.annotations.NullMarked;
