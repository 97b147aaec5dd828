/**
 * Controllers: each brings one aspect of the cluster from what is to what should be, through the Kubernetes API alone.
 *
 * <p>Start with {@link io.tholepin.controllers.Controllers}, which starts them all. Each controller has one worker
 * thread and keeps no state that it could not rebuild from the API.
 */
@NullMarked
package io.tholepin.controllers;

import org.jspecify.annotations.NullMarked;
