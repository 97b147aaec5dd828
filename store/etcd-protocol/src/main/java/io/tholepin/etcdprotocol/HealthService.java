package io.tholepin.etcdprotocol;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.health.HealthCheckRequest;
import io.tholepin.etcdwire.health.HealthCheckResponse;
import io.tholepin.etcdwire.health.HealthCheckResponse.ServingStatus;
import io.tholepin.etcdwire.health.HealthGrpc;

/** gRPC's own health check: whoever can ask is served; nothing here depends on a leader. */
final class HealthService extends HealthGrpc.HealthImplBase {
    private static final HealthCheckResponse SERVING = response(ServingStatus.SERVING);

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> out) {
        if (request.getService().isEmpty()) {
            out.onNext(SERVING);
            out.onCompleted();
        } else {
            out.onError(StatusMapping.refusal(Status.Code.NOT_FOUND, "unknown service"));
        }
    }

    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> out) {
        // Stays open: it ends with the connection or with the server.
        out.onNext(request.getService().isEmpty() ? SERVING : response(ServingStatus.SERVICE_UNKNOWN));
    }

    private static HealthCheckResponse response(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
