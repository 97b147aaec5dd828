package io.tholepin.etcdprotocol;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrpc;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseLeasesRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseLeasesResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseRevokeRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseRevokeResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseStatus;
import io.tholepin.etcdwire.etcdserverpb.LeaseTimeToLiveRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseTimeToLiveResponse;
import io.tholepin.etcdwire.etcdserverpb.ResponseHeader;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Store;
import java.util.concurrent.CompletableFuture;

/** Leases. Source: contract 2.8. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {
    /** Renewals of one stream that may be under way. */
    private static final int RENEWALS_MAX = 128;

    private final Access access;
    private final Headers headers;

    LeaseService(Access access, Headers headers) {
        this.access = access;
        this.headers = headers;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> out) {
        Answers.unary(
                out,
                () -> access.forLeaseGrant().leaseGrant(request.getID(), request.getTTL()),
                lease -> LeaseGrantResponse.newBuilder()
                        .setHeader(headers.now())
                        .setID(lease.id())
                        .setTTL(lease.grantedTtlSeconds())
                        .build());
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> out) {
        Answers.unary(
                out,
                () -> access.forLeaseRevoke(request.getID()).leaseRevoke(request.getID()),
                revision -> LeaseRevokeResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .build());
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> out) {
        Answers.unary(
                out,
                () -> access.forLeaseTimeToLive(request.getID(), request.getKeys())
                        .leaseTimeToLive(request.getID(), request.getKeys()),
                lease -> {
                    LeaseTimeToLiveResponse.Builder response = LeaseTimeToLiveResponse.newBuilder()
                            .setHeader(headers.now())
                            .setID(request.getID())
                            .setTTL(lease.remainingTtlSeconds())
                            .setGrantedTTL(lease.grantedTtlSeconds());
                    for (Bytes key : lease.keys()) {
                        response.addKeys(Responses.bytes(key));
                    }
                    return response.build();
                });
    }

    @Override
    public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> out) {
        Answers.unary(out, () -> access.forLeases().leases(), ids -> {
            LeaseLeasesResponse.Builder response =
                    LeaseLeasesResponse.newBuilder().setHeader(headers.now());
            for (long id : ids) {
                response.addLeases(LeaseStatus.newBuilder().setID(id));
            }
            return response.build();
        });
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> out) {
        ServerCallStreamObserver<LeaseKeepAliveResponse> call = (ServerCallStreamObserver<LeaseKeepAliveResponse>) out;
        call.disableAutoRequest();
        try {
            Store store = access.requireUser();
            call.request(RENEWALS_MAX);
            return new KeepAlives(store, headers, call);
        } catch (RuntimeException e) {
            Answers.fail(out, e);
            return new Ignored<>();
        }
    }

    /** One stream of renewals: answers in the order of the requests. Requests come one at a time. */
    private static final class KeepAlives implements StreamObserver<LeaseKeepAliveRequest> {
        private final Store store;
        private final Headers headers;
        private final ServerCallStreamObserver<LeaseKeepAliveResponse> out;

        /** Completes when everything before has been answered. */
        private CompletableFuture<?> answered = CompletableFuture.completedFuture(null);

        KeepAlives(Store store, Headers headers, ServerCallStreamObserver<LeaseKeepAliveResponse> out) {
            this.store = store;
            this.headers = headers;
            this.out = out;
            out.setOnCancelHandler(() -> {});
        }

        @Override
        public void onNext(LeaseKeepAliveRequest request) {
            // Made before the renewal, so that its revision is never above that of a revocation which came after it.
            ResponseHeader header = headers.now();
            CompletableFuture<Lease> renewal = store.leaseKeepAlive(request.getID());
            answered = answered.thenCombine(renewal, (_, lease) -> lease).thenAccept(lease -> {
                out.onNext(LeaseKeepAliveResponse.newBuilder()
                        .setHeader(header)
                        .setID(request.getID())
                        .setTTL(lease.grantedTtlSeconds())
                        .build());
                out.request(1);
            });
            answered.whenComplete((_, failure) -> {
                if (failure != null) {
                    Answers.fail(out, failure);
                }
            });
        }

        @Override
        public void onError(Throwable cause) {
            // The client has gone.
        }

        @Override
        public void onCompleted() {
            answered.whenComplete((_, failure) -> {
                if (failure == null) {
                    out.onCompleted();
                }
            });
        }
    }

    /** Takes requests of a call that has already failed. */
    private static final class Ignored<T> implements StreamObserver<T> {
        @Override
        public void onNext(T request) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
