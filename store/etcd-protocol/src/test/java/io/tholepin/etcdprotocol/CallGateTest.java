package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.assertRefused;
import static io.tholepin.etcdprotocol.Served.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusResponse;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallGateTest {
    private static final String REFUSED_BY_LEARNER = "etcdserver: rpc not supported for learner";

    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Served served = new Served(
            CallGateTest::withShortElections,
            new ServerObserver() {
                @Override
                public void clientRequest(CallType type, String apiVersion) {
                    seen.add(type.text() + " " + apiVersion);
                }

                @Override
                public void callEnded(Method method, String code, long nanos) {
                    seen.add(method.service() + "/" + method.method() + " " + code);
                }
            },
            SnapshotWriter.NONE,
            HttpHandler.NONE);

    CallGateTest() throws Exception {}

    private static EtcdServerConfig withShortElections(EtcdServerConfig config) {
        return Served.withElectionTimeout(config, Duration.ofMillis(20));
    }

    @AfterEach
    void stop() {
        served.close();
    }

    private static Metadata metadata(String key, String value) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
        return metadata;
    }

    private KVGrpc.KVBlockingStub kvWith(Metadata metadata) {
        return served.kv().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
        return MaintenanceGrpc.newBlockingStub(served.channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    @Test
    void callsThatRequireALeaderAreRefusedWithoutOne() {
        Metadata hasLeader = metadata("hasleader", "true");
        assertThat(kvWith(hasLeader).range(range(true)).getHeader().getRevision())
                .isEqualTo(1);
        served.member.leader = 0;
        assertRefused(
                Status.Code.UNAVAILABLE,
                "etcdserver: no leader",
                () -> kvWith(hasLeader).range(range(true)));
        assertThat(served.kv().range(range(true)).getHeader().getRevision()).isEqualTo(1);
        StatusResponse status = maintenance().status(StatusRequest.getDefaultInstance());
        assertThat(status.getErrorsList()).containsExactly("etcdserver: no leader");
        assertThat(status.getLeader()).isZero();
    }

    @Test
    void streamsThatRequireALeaderAreCutWithoutOneAndOthersStay() throws Exception {
        WatchCall strict = WatchCall.open(served.channel, metadata("hasleader", "true"));
        strict.created(WatchCreateRequest.newBuilder().setKey(utf8("a")));
        WatchCall patient = WatchCall.open(served.channel);
        patient.created(WatchCreateRequest.newBuilder().setKey(utf8("a")));
        served.member.leader = 0;
        Status cut = strict.ended.get(20, TimeUnit.SECONDS);
        assertThat(cut.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(cut.getDescription()).isEqualTo("etcdserver: no leader");
        served.put("a", "1");
        assertThat(patient.events(1)).hasSize(1);
        assertThat(patient.ended).isNotDone();
        WatchCall late = WatchCall.open(served.channel, metadata("hasleader", "true"));
        assertThat(late.ended.get(20, TimeUnit.SECONDS).getDescription()).isEqualTo("etcdserver: no leader");
    }

    @Test
    void theClientsVersionIsCounted() {
        served.kv().range(range(false));
        kvWith(metadata("client-api-version", "3.6.8")).range(range(false));
        await().untilAsserted(
                        () -> assertThat(seen).contains("unary unknown", "unary 3.6.8", "etcdserverpb.KV/Range OK"));
    }

    @Test
    void callsAreObservedWithTheirOutcome() {
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: key is not provided",
                () -> served.kv().range(RangeRequest.getDefaultInstance()));
        await().untilAsserted(() -> assertThat(seen).contains("etcdserverpb.KV/Range InvalidArgument"));
    }

    @Test
    void aLearnerServesSerializableRangesAndStatusAlone() throws Exception {
        served.put("a", "1");
        served.member.learner = true;
        await().untilAsserted(() ->
                assertRefused(Status.Code.FAILED_PRECONDITION, REFUSED_BY_LEARNER, () -> served.put("a", "2")));
        assertThat(served.kv().range(range(true)).getCount()).isEqualTo(1);
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                REFUSED_BY_LEARNER,
                () -> served.kv().range(range(false)));
        assertThat(maintenance().status(StatusRequest.getDefaultInstance()).getIsLearner())
                .isTrue();
        WatchCall watch = WatchCall.open(served.channel);
        assertThat(watch.ended.get(20, TimeUnit.SECONDS).getDescription()).isEqualTo(REFUSED_BY_LEARNER);
    }

    private static RangeRequest range(boolean serializable) {
        return RangeRequest.newBuilder()
                .setKey(utf8("a"))
                .setSerializable(serializable)
                .build();
    }
}
