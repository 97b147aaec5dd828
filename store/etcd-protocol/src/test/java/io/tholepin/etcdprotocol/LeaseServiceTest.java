package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.assertRefused;
import static io.tholepin.etcdprotocol.Served.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrantResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrpc;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseLeasesRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseRevokeRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseStatus;
import io.tholepin.etcdwire.etcdserverpb.LeaseTimeToLiveRequest;
import io.tholepin.etcdwire.etcdserverpb.LeaseTimeToLiveResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseServiceTest {
    private final Served served = Served.plain();

    LeaseServiceTest() throws Exception {}

    @AfterEach
    void stop() {
        served.close();
    }

    private LeaseGrpc.LeaseBlockingStub leases() {
        return LeaseGrpc.newBlockingStub(served.channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    @Test
    void aLeaseLivesFromGrantToRevoke() {
        LeaseGrantResponse granted = leases().leaseGrant(
                        LeaseGrantRequest.newBuilder().setTTL(60).setID(7).build());
        assertThat(granted.getID()).isEqualTo(7);
        assertThat(granted.getTTL()).isEqualTo(60);
        assertThat(granted.getHeader().getRevision()).isEqualTo(1);
        served.kv().put(Served.putRequest("b", "").toBuilder().setLease(7).build());
        served.kv().put(Served.putRequest("a", "").toBuilder().setLease(7).build());
        LeaseTimeToLiveResponse looked = leases().leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                .setID(7)
                .setKeys(true)
                .build());
        assertThat(looked.getGrantedTTL()).isEqualTo(60);
        assertThat(looked.getTTL()).isBetween(1L, 60L);
        assertThat(looked.getKeysList()).containsExactly(utf8("a"), utf8("b"));
        assertThat(leases().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList())
                .containsExactly(LeaseStatus.newBuilder().setID(7).build());
        assertThat(leases().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build())
                        .getHeader()
                        .getRevision())
                .isEqualTo(4);
    }

    @Test
    void refusalsHaveEtcdsWords() {
        leases().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).setID(7).build());
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: lease already exists",
                () -> leases().leaseGrant(LeaseGrantRequest.newBuilder()
                        .setTTL(60)
                        .setID(7)
                        .build()));
        assertRefused(
                Status.Code.NOT_FOUND,
                "etcdserver: requested lease not found",
                () -> leases().leaseRevoke(
                                LeaseRevokeRequest.newBuilder().setID(8).build()));
        assertRefused(
                Status.Code.OUT_OF_RANGE,
                "etcdserver: too large lease TTL",
                () -> leases().leaseGrant(LeaseGrantRequest.newBuilder()
                        .setTTL(9_000_000_001L)
                        .build()));
    }

    @Test
    void anUnknownLeaseIsNoErrorToLookAt() {
        LeaseTimeToLiveResponse response = leases().leaseTimeToLive(
                        LeaseTimeToLiveRequest.newBuilder().setID(99).build());
        assertThat(response.getID()).isEqualTo(99);
        assertThat(response.getTTL()).isEqualTo(-1);
        assertThat(response.getGrantedTTL()).isZero();
    }

    @Test
    void renewalsAreAnsweredInOrderAndAnUnknownLeaseHasNoTimeLeft() throws Exception {
        leases().leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).setID(7).build());
        List<LeaseKeepAliveResponse> responses = new CopyOnWriteArrayList<>();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(served.channel)
                .leaseKeepAlive(new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse response) {
                        responses.add(response);
                    }

                    @Override
                    public void onError(Throwable cause) {
                        ended.completeExceptionally(cause);
                    }

                    @Override
                    public void onCompleted() {
                        ended.complete(true);
                    }
                });
        for (long id = 0; id < 300; id++) {
            requests.onNext(LeaseKeepAliveRequest.newBuilder()
                    .setID(id % 2 == 0 ? 7 : id)
                    .build());
        }
        requests.onCompleted();
        assertThat(ended.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(responses.stream().map(LeaseKeepAliveResponse::getID))
                .containsExactlyElementsOf(LongStream.range(0, 300)
                        .map(id -> id % 2 == 0 ? 7 : id)
                        .boxed()
                        .toList());
        assertThat(responses).allSatisfy(response -> {
            assertThat(response.getTTL()).isEqualTo(response.getID() == 7 ? 60 : 0);
            assertThat(response.getHeader().getMemberId()).isEqualTo(TestMember.MEMBER_ID);
        });
    }
}
