package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.tholepin.etcdwire.etcdserverpb.AlarmMember;
import io.tholepin.etcdwire.etcdserverpb.AlarmRequest;
import io.tholepin.etcdwire.etcdserverpb.AlarmRequest.AlarmAction;
import io.tholepin.etcdwire.etcdserverpb.AlarmType;
import io.tholepin.etcdwire.etcdserverpb.ClusterGrpc;
import io.tholepin.etcdwire.etcdserverpb.DefragmentRequest;
import io.tholepin.etcdwire.etcdserverpb.DowngradeRequest;
import io.tholepin.etcdwire.etcdserverpb.DowngradeRequest.DowngradeAction;
import io.tholepin.etcdwire.etcdserverpb.DowngradeResponse;
import io.tholepin.etcdwire.etcdserverpb.HashKVRequest;
import io.tholepin.etcdwire.etcdserverpb.HashKVResponse;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.MemberAddRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberAddResponse;
import io.tholepin.etcdwire.etcdserverpb.MemberListRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberListResponse;
import io.tholepin.etcdwire.etcdserverpb.MemberPromoteRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberRemoveRequest;
import io.tholepin.etcdwire.etcdserverpb.MoveLeaderRequest;
import io.tholepin.etcdwire.etcdserverpb.SnapshotRequest;
import io.tholepin.etcdwire.etcdserverpb.SnapshotResponse;
import io.tholepin.etcdwire.etcdserverpb.StatusRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusResponse;
import io.tholepin.kv.StoreImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaintenanceServiceTest {
    private static final int SNAPSHOT_BYTES = 512 * 1_000;

    @TempDir
    static Path folder;

    private final Served served =
            new Served(config -> config, ServerObserver.NONE, MaintenanceServiceTest::writeSnapshot, HttpHandler.NONE);

    MaintenanceServiceTest() throws Exception {}

    private static Path writeSnapshot(StoreImage image) throws IOException {
        byte[] content = new byte[SNAPSHOT_BYTES];
        new Random(image.revision()).nextBytes(content);
        return Files.write(folder.resolve("snapshot"), content);
    }

    @AfterEach
    void stop() {
        served.close();
    }

    private MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
        return MaintenanceGrpc.newBlockingStub(served.channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(served.channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    @Test
    void statusTellsWhatClientsDecideBy() {
        served.put("a", "1");
        StatusResponse status = maintenance().status(StatusRequest.getDefaultInstance());
        assertThat(status.getVersion()).isEqualTo("3.7.1");
        assertThat(status.getStorageVersion()).isEqualTo("3.7.0");
        assertThat(status.getLeader()).isEqualTo(TestMember.MEMBER_ID);
        assertThat(status.getRaftTerm()).isEqualTo(TestMember.TERM);
        assertThat(status.getRaftAppliedIndex()).isPositive();
        assertThat(status.getDbSize()).isPositive();
        assertThat(status.getHeader().getRevision()).isEqualTo(2);
        assertThat(status.getErrorsList()).isEmpty();
        assertThat(status.getDowngradeInfo().getEnabled()).isFalse();
    }

    @Test
    void alarmsAreRaisedListedAndDisarmed() {
        AlarmMember raised = AlarmMember.newBuilder()
                .setMemberID(TestMember.MEMBER_ID)
                .setAlarm(AlarmType.NOSPACE)
                .build();
        assertThat(alarm(AlarmAction.ACTIVATE, TestMember.MEMBER_ID, AlarmType.NOSPACE))
                .containsExactly(raised);
        assertThat(alarm(AlarmAction.GET, 0, AlarmType.NONE)).containsExactly(raised);
        assertThat(alarm(AlarmAction.GET, 0, AlarmType.CORRUPT)).isEmpty();
        assertThat(maintenance().status(StatusRequest.getDefaultInstance()).getErrorsList())
                .containsExactly("memberID:17293822569102704641 alarm:NOSPACE ");
        assertThat(alarm(AlarmAction.DEACTIVATE, 0, AlarmType.NOSPACE)).isEmpty();
        assertThat(alarm(AlarmAction.GET, 0, AlarmType.NONE)).containsExactly(raised);
        assertThat(alarm(AlarmAction.DEACTIVATE, TestMember.MEMBER_ID, AlarmType.NOSPACE))
                .containsExactly(raised);
        assertThat(alarm(AlarmAction.GET, 0, AlarmType.NONE)).isEmpty();
    }

    private List<AlarmMember> alarm(AlarmAction action, long member, AlarmType type) {
        return maintenance()
                .alarm(AlarmRequest.newBuilder()
                        .setAction(action)
                        .setMemberID(member)
                        .setAlarm(type)
                        .build())
                .getAlarmsList();
    }

    @Test
    void aSnapshotComesInPiecesWithItsDigestAtTheEnd() throws Exception {
        List<SnapshotResponse> pieces = new ArrayList<>();
        maintenance().snapshot(SnapshotRequest.getDefaultInstance()).forEachRemaining(pieces::add);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (SnapshotResponse piece : pieces.subList(0, pieces.size() - 1)) {
            assertThat(piece.getBlob().size()).isLessThanOrEqualTo(32 * 1024);
            piece.getBlob().writeTo(content);
            assertThat(piece.getRemainingBytes()).isEqualTo(SNAPSHOT_BYTES - content.size());
            assertThat(piece.getVersion()).isEqualTo("3.7.0");
        }
        byte[] expected = new byte[SNAPSHOT_BYTES];
        new Random(1).nextBytes(expected);
        assertThat(Arrays.equals(content.toByteArray(), expected)).isTrue();
        assertThat(pieces.getLast().getBlob().toByteArray())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(expected));
        assertThat(folder.resolve("snapshot")).doesNotExist();
    }

    @Test
    void hashesAndDefragmentationAnswer() {
        HashKVResponse hash = maintenance().hashKV(HashKVRequest.getDefaultInstance());
        assertThat(Integer.toUnsignedLong(hash.getHash())).isEqualTo(0xFFFF_FFF0L);
        assertThat(hash.getCompactRevision()).isEqualTo(-1);
        assertThat(hash.getHashRevision()).isEqualTo(1);
        assertThat(maintenance()
                        .defragment(DefragmentRequest.getDefaultInstance())
                        .hasHeader())
                .isFalse();
    }

    @Test
    void onlyTheLeaderHandsLeadershipOver() {
        MoveLeaderRequest request =
                MoveLeaderRequest.newBuilder().setTargetID(9).build();
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: bad leader transferee",
                () -> maintenance().moveLeader(request));
        served.member.leader = 9;
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: not leader",
                () -> maintenance().moveLeader(request));
    }

    @Test
    void aDowngradeGoesToTheMinorVersionBefore() {
        assertThat(downgrade(DowngradeAction.VALIDATE, "3.6").getVersion()).isEqualTo("3.7.0");
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: wrong downgrade target version format",
                () -> downgrade(DowngradeAction.VALIDATE, "x"));
        for (String other : List.of("3.5", "3.7.0", "3.8.0", "4.6.0")) {
            assertRefused(
                    Status.Code.INVALID_ARGUMENT,
                    "etcdserver: invalid downgrade target version",
                    () -> downgrade(DowngradeAction.ENABLE, other));
        }
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: no inflight downgrade job",
                () -> downgrade(DowngradeAction.CANCEL, ""));
        downgrade(DowngradeAction.ENABLE, "3.6.0");
        assertThat(maintenance()
                        .status(StatusRequest.getDefaultInstance())
                        .getDowngradeInfo()
                        .getTargetVersion())
                .isEqualTo("3.6.0");
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: cluster has a downgrade job in progress",
                () -> downgrade(DowngradeAction.ENABLE, "3.6"));
        downgrade(DowngradeAction.CANCEL, "");
        downgrade(DowngradeAction.VALIDATE, "3.6.0");
    }

    private DowngradeResponse downgrade(DowngradeAction action, String version) {
        return maintenance()
                .downgrade(DowngradeRequest.newBuilder()
                        .setAction(action)
                        .setVersion(version)
                        .build());
    }

    @Test
    void membersAreListedWithoutARevision() {
        MemberListResponse list = cluster()
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
        assertThat(list.getHeader().getRevision()).isZero();
        assertThat(list.getHeader().getRaftTerm()).isEqualTo(TestMember.TERM);
        assertThat(list.getMembers(0).getName()).isEqualTo("only");
        MemberAddResponse added = cluster()
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:2390")
                        .setIsLearner(true)
                        .build());
        assertThat(added.getMember().getIsLearner()).isTrue();
        assertThat(added.getMember().getName()).isEmpty();
        assertThat(added.getMembersList()).hasSize(2);
        assertRefused(
                Status.Code.NOT_FOUND,
                "etcdserver: member not found",
                () -> cluster()
                        .memberRemove(MemberRemoveRequest.newBuilder().setID(5).build()));
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: can only promote a learner member",
                () -> cluster()
                        .memberPromote(
                                MemberPromoteRequest.newBuilder().setID(5).build()));
    }
}
