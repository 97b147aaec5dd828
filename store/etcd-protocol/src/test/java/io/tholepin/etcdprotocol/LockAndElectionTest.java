package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.assertRefused;
import static io.tholepin.etcdprotocol.Served.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Context;
import io.grpc.Status;
import io.tholepin.etcdwire.v3electionpb.CampaignRequest;
import io.tholepin.etcdwire.v3electionpb.CampaignResponse;
import io.tholepin.etcdwire.v3electionpb.ElectionGrpc;
import io.tholepin.etcdwire.v3electionpb.LeaderKey;
import io.tholepin.etcdwire.v3electionpb.LeaderRequest;
import io.tholepin.etcdwire.v3electionpb.LeaderResponse;
import io.tholepin.etcdwire.v3electionpb.ProclaimRequest;
import io.tholepin.etcdwire.v3electionpb.ResignRequest;
import io.tholepin.etcdwire.v3lockpb.LockGrpc;
import io.tholepin.etcdwire.v3lockpb.LockRequest;
import io.tholepin.etcdwire.v3lockpb.LockResponse;
import io.tholepin.etcdwire.v3lockpb.UnlockRequest;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.RangeRequest;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LockAndElectionTest {
    private WholeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new WholeServer();
        server.member.leaseGrant(0x1a, 600).join();
        server.member.leaseGrant(0x2b, 600).join();
        server.member.leaseGrant(-0x3c, 600).join();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aLockIsAKeyOfItsNameAndLease() {
        LockResponse held = locks().lock(request(0x1a));
        assertThat(held.getKey().toStringUtf8()).isEqualTo("l/1a");
        assertThat(held.getHeader().getRevision()).isEqualTo(2);
        assertThat(locks().lock(request(0x1a)).getKey()).isEqualTo(held.getKey());
        var _ = locks().unlock(UnlockRequest.newBuilder().setKey(held.getKey()).build());
        assertThat(count("l/")).isZero();
        assertThat(locks().lock(request(-0x3c)).getKey().toStringUtf8()).isEqualTo("l/-3c");
    }

    @Test
    void whoComesSecondWaitsForTheFirst() throws Exception {
        var _ = locks().lock(request(0x1a));
        ListenableFuture<LockResponse> second =
                LockGrpc.newFutureStub(server.channel).lock(request(0x2b));
        waitForCount("l/", 2);
        assertThat(second.isDone()).isFalse();
        server.member.leaseRevoke(0x1a).join();
        assertThat(second.get(20, TimeUnit.SECONDS).getKey().toStringUtf8()).isEqualTo("l/2b");
    }

    @Test
    void aCancelledCallLeavesNothingBehind() {
        var _ = locks().lock(request(0x1a));
        ListenableFuture<LockResponse> second =
                LockGrpc.newFutureStub(server.channel).lock(request(0x2b));
        waitForCount("l/", 2);
        second.cancel(true);
        waitForCount("l/", 1);
        ListenableFuture<LockResponse> third =
                LockGrpc.newFutureStub(server.channel).lock(request(0));
        waitForCount("l/", 2);
        assertThat(server.member.leases().join()).hasSize(4);
        third.cancel(true);
        waitForCount("l/", 1);
        assertThat(server.member.leases().join()).hasSize(3);
    }

    @Test
    void withoutALeaseTheServerGrantsOne() {
        LockResponse held = locks().lock(request(0));
        long lease = Long.parseLong(held.getKey().toStringUtf8().substring(2), 16);
        assertThat(server.member.leaseTimeToLive(lease, true).join().grantedTtlSeconds())
                .isEqualTo(60);
    }

    @Test
    void failuresAreUnknownWithPlainText() {
        assertRefused(Status.Code.UNKNOWN, "etcdserver: requested lease not found", () -> locks().lock(request(0x77)));
        assertRefused(
                Status.Code.UNKNOWN,
                "election: no leader",
                () -> elections()
                        .leader(LeaderRequest.newBuilder().setName(utf8("e")).build()));
        assertRefused(
                Status.Code.UNKNOWN,
                "\"leader\" field must be provided",
                () -> elections().proclaim(ProclaimRequest.getDefaultInstance()));
        assertRefused(
                Status.Code.UNKNOWN,
                "\"leader\" field must be provided",
                () -> elections().resign(ResignRequest.getDefaultInstance()));
    }

    @Test
    void aLeaderMaySayThingsUntilItResigns() throws Exception {
        CampaignResponse first = elections().campaign(campaign(0x1a, "one"));
        assertThat(first.getLeader().getKey().toStringUtf8()).isEqualTo("e/1a");
        assertThat(first.getLeader().getRev()).isEqualTo(2);
        ListenableFuture<CampaignResponse> second =
                ElectionGrpc.newFutureStub(server.channel).campaign(campaign(0x2b, "two"));
        waitForCount("e/", 2);
        assertThat(leader()).isEqualTo("one");
        proclaim(first.getLeader(), "uno");
        assertThat(leader()).isEqualTo("uno");
        var _ = elections()
                .resign(ResignRequest.newBuilder().setLeader(first.getLeader()).build());
        CampaignResponse elected = second.get(20, TimeUnit.SECONDS);
        assertThat(leader()).isEqualTo("two");
        assertRefused(Status.Code.UNKNOWN, "election: not leader", () -> proclaim(first.getLeader(), "again"));
        CampaignResponse again = elections().campaign(campaign(0x2b, "three"));
        assertThat(again.getLeader().getRev()).isEqualTo(elected.getLeader().getRev());
        assertThat(leader()).isEqualTo("three");
    }

    @Test
    void observersHearEveryLeader() throws Exception {
        Context.CancellableContext context = Context.current().withCancellation();
        Iterator<LeaderResponse> seen = context.call(() -> elections().observe(name()));
        LeaderKey one = elections().campaign(campaign(0x1a, "one")).getLeader();
        assertThat(value(seen)).isEqualTo("one");
        proclaim(one, "uno");
        assertThat(value(seen)).isEqualTo("uno");
        var _ = elections().resign(ResignRequest.newBuilder().setLeader(one).build());
        var _ = elections().campaign(campaign(0x2b, "two"));
        assertThat(value(seen)).isEqualTo("two");
        context.cancel(null);
    }

    @Test
    void theCallersPermissionsHold() {
        server.addUser("alice", WholeServer.permission(AuthState.Access.READ_WRITE, "l/", "l0"));
        server.enableAuth();
        String alice = server.login("alice");
        assertThat(LockGrpc.newBlockingStub(server.as(alice))
                        .lock(request(0x1a))
                        .getKey()
                        .toStringUtf8())
                .isEqualTo("l/1a");
        assertRefused(
                Status.Code.UNKNOWN,
                "etcdserver: permission denied",
                () -> ElectionGrpc.newBlockingStub(server.as(alice)).campaign(campaign(0x1a, "one")));
    }

    private LockGrpc.LockBlockingStub locks() {
        return LockGrpc.newBlockingStub(server.channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private ElectionGrpc.ElectionBlockingStub elections() {
        return ElectionGrpc.newBlockingStub(server.channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static LockRequest request(long lease) {
        return LockRequest.newBuilder().setName(utf8("l")).setLease(lease).build();
    }

    private static CampaignRequest campaign(long lease, String value) {
        return CampaignRequest.newBuilder()
                .setName(utf8("e"))
                .setLease(lease)
                .setValue(utf8(value))
                .build();
    }

    private static LeaderRequest name() {
        return LeaderRequest.newBuilder().setName(utf8("e")).build();
    }

    private String leader() {
        return elections().leader(name()).getKv().getValue().toStringUtf8();
    }

    private void proclaim(LeaderKey leader, String value) {
        var _ = elections()
                .proclaim(ProclaimRequest.newBuilder()
                        .setLeader(leader)
                        .setValue(utf8(value))
                        .build());
    }

    private static String value(Iterator<LeaderResponse> seen) {
        return seen.next().getKv().getValue().toStringUtf8();
    }

    private long count(String prefix) {
        RangeRequest request =
                RangeRequest.of(KeyRange.prefix(Bytes.utf8(prefix))).counting();
        return server.member.range(request).join().count();
    }

    private void waitForCount(String prefix, long expected) {
        await().until(() -> count(prefix) == expected);
    }
}
