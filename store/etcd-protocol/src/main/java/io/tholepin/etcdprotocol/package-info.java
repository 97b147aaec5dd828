/**
 * The etcd v3 wire, both ends of it. Served from a {@link io.tholepin.kv.StoreMember}: gRPC and HTTP/1.1 on one port,
 * so that etcdctl, jetcd, Go's clientv3 and kube-apiserver take it for etcd. And spoken to a real etcd, which so
 * becomes a {@link io.tholepin.kv.Store}.
 *
 * <p>Start with {@link io.tholepin.etcdprotocol.EtcdServer}, which opens the ports and puts the services on them; then
 * {@code KvService} for how a request becomes one of the store, and {@code WatchStream} for watches. Text and code of
 * every error come from {@code StatusMapping}; who may do what is asked of {@code Access} alone.
 *
 * <p>The other end starts at {@link io.tholepin.etcdprotocol.EtcdStore}: {@code EtcdCalls} for requests, {@code
 * WatchLane} for watches, {@code ClientFailures} for what a failure means.
 *
 * <p>Threads: a call's requests come one at a time on its connection's event loop; answers come from the store's
 * threads. Nothing here blocks either of them. Source: etcd's API, and the contract's sections 1 and 2.
 */
@NullMarked
package io.tholepin.etcdprotocol;

import org.jspecify.annotations.NullMarked;
