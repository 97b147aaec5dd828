/**
 * What every implementation of a seam promises, as abstract tests that an implementation subclasses in a few lines, and
 * the plain models they are compared with.
 *
 * <p>For a {@link io.tholepin.kv.Store}: {@link io.tholepin.contracts.StoreContract}, {@link
 * io.tholepin.contracts.LeaseContract}, {@link io.tholepin.contracts.WatchContract}; {@link
 * io.tholepin.contracts.WatchPromises} checks one watch against everything that happened, {@link
 * io.tholepin.contracts.ModelStore} answers the requests of {@link io.tholepin.contracts.RandomRequests} the long way.
 */
@NullMarked
package io.tholepin.contracts;

import org.jspecify.annotations.NullMarked;
