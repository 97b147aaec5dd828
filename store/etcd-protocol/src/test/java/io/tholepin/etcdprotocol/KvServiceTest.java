package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.assertRefused;
import static io.tholepin.etcdprotocol.Served.putRequest;
import static io.tholepin.etcdprotocol.Served.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.Compare;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeRequest;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeResponse;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.PutResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import io.tholepin.etcdwire.etcdserverpb.TxnResponse;
import io.tholepin.etcdwire.mvccpb.KeyValue;
import io.tholepin.kv.StoreException;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KvServiceTest {
    private final Served served = Served.plain();

    KvServiceTest() throws Exception {}

    @AfterEach
    void stop() {
        served.close();
    }

    @Test
    void headersAreComplete() {
        PutResponse response = served.kv().put(putRequest("a", "1"));
        assertThat(response.getHeader().getClusterId()).isEqualTo(TestMember.CLUSTER_ID);
        assertThat(response.getHeader().getMemberId()).isEqualTo(TestMember.MEMBER_ID);
        assertThat(response.getHeader().getRevision()).isEqualTo(2);
        assertThat(response.getHeader().getRaftTerm()).isEqualTo(TestMember.TERM);
    }

    @Test
    void aPairComesBackWhole() {
        served.put("a", "1");
        served.put("a", "2");
        RangeResponse response = served.kv().range(range("a", "").build());
        assertThat(response.getKvsList())
                .containsExactly(KeyValue.newBuilder()
                        .setKey(utf8("a"))
                        .setValue(utf8("2"))
                        .setCreateRevision(2)
                        .setModRevision(3)
                        .setVersion(2)
                        .build());
        assertThat(response.getCount()).isEqualTo(1);
        assertThat(response.getMore()).isFalse();
    }

    @Test
    void theCountIgnoresTheLimit() {
        for (int i = 0; i < 5; i++) {
            served.put("k" + i, "");
        }
        RangeResponse response = served.kv().range(range("k", "l").setLimit(2).build());
        assertThat(response.getKvsCount()).isEqualTo(2);
        assertThat(response.getCount()).isEqualTo(5);
        assertThat(response.getMore()).isTrue();
        RangeResponse counted =
                served.kv().range(range("k", "l").setCountOnly(true).build());
        assertThat(counted.getKvsCount()).isZero();
        assertThat(counted.getCount()).isEqualTo(5);
        assertThat(counted.getMore()).isFalse();
    }

    @Test
    void previousPairsComeWhenAskedFor() {
        served.put("a", "1");
        PutResponse put =
                served.kv().put(putRequest("a", "2").toBuilder().setPrevKv(true).build());
        assertThat(put.getPrevKv().getValue()).isEqualTo(utf8("1"));
        PutResponse fresh =
                served.kv().put(putRequest("b", "2").toBuilder().setPrevKv(true).build());
        assertThat(fresh.hasPrevKv()).isFalse();
        DeleteRangeResponse deleted = served.kv()
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(utf8("a"))
                        .setRangeEnd(utf8("z"))
                        .setPrevKv(true)
                        .build());
        assertThat(deleted.getDeleted()).isEqualTo(2);
        assertThat(deleted.getPrevKvsList().stream().map(KeyValue::getKey)).containsExactly(utf8("a"), utf8("b"));
    }

    @Test
    void aTransactionTakesOneBranchAndItsAnswersCarryOnlyTheRevision() {
        served.put("a", "1");
        TxnRequest request = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(utf8("a"))
                        .setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(2))
                .addSuccess(RequestOp.newBuilder().setRequestPut(putRequest("a", "2")))
                .addSuccess(RequestOp.newBuilder().setRequestRange(range("a", "")))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestTxn(TxnRequest.newBuilder()
                                .addSuccess(RequestOp.newBuilder()
                                        .setRequestDeleteRange(
                                                DeleteRangeRequest.newBuilder().setKey(utf8("b"))))))
                .addFailure(RequestOp.newBuilder().setRequestRange(range("a", "")))
                .build();
        TxnResponse won = served.kv().txn(request);
        assertThat(won.getSucceeded()).isTrue();
        assertThat(won.getHeader().getRevision()).isEqualTo(3);
        assertThat(won.getResponses(0).getResponsePut().getHeader().getRevision())
                .isEqualTo(3);
        assertThat(won.getResponses(0).getResponsePut().getHeader().getClusterId())
                .isZero();
        assertThat(won.getResponses(1).getResponseRange().getKvs(0).getValue()).isEqualTo(utf8("2"));
        assertThat(won.getResponses(2).getResponseTxn().getSucceeded()).isTrue();
        TxnResponse lost = served.kv().txn(request);
        assertThat(lost.getSucceeded()).isFalse();
        assertThat(lost.getResponses(0).getResponseRange().getKvs(0).getModRevision())
                .isEqualTo(3);
    }

    @Test
    void anUnsetUnionComparesWithNothing() {
        TxnResponse version = served.kv()
                .txn(TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder().setKey(utf8("none")))
                        .build());
        assertThat(version.getSucceeded()).isTrue();
        TxnResponse other = served.kv()
                .txn(TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder()
                                .setKey(utf8("none"))
                                .setTarget(Compare.CompareTarget.VERSION)
                                .setModRevision(5))
                        .build());
        assertThat(other.getSucceeded()).isTrue();
    }

    @Test
    void malformedRequestsAreRefusedInEtcdsWords() {
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: key is not provided",
                () -> served.kv().put(PutRequest.getDefaultInstance()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: key is not provided",
                () -> served.kv().range(RangeRequest.getDefaultInstance()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: key is not provided",
                () -> served.kv().deleteRange(DeleteRangeRequest.getDefaultInstance()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: invalid sort option",
                () -> served.kv().range(range("a", "").setSortOrderValue(3).build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: invalid sort option",
                () -> served.kv().range(range("a", "").setSortTargetValue(9).build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: value is provided",
                () -> served.kv()
                        .put(putRequest("a", "1").toBuilder()
                                .setIgnoreValue(true)
                                .build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: lease is provided",
                () -> served.kv()
                        .put(putRequest("a", "1").toBuilder()
                                .setIgnoreLease(true)
                                .setLease(1)
                                .build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: key not found",
                () -> served.kv()
                        .put(putRequest("a", "").toBuilder()
                                .setIgnoreValue(true)
                                .build()));
        assertRefused(
                Status.Code.NOT_FOUND,
                "etcdserver: requested lease not found",
                () -> served.kv()
                        .put(putRequest("a", "").toBuilder().setLease(99).build()));
    }

    @Test
    void malformedTransactionsAreRefusedInEtcdsWords() {
        RequestOp put =
                RequestOp.newBuilder().setRequestPut(putRequest("a", "1")).build();
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: key not found",
                () -> served.kv()
                        .txn(TxnRequest.newBuilder()
                                .addSuccess(RequestOp.getDefaultInstance())
                                .build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: duplicate key given in txn request",
                () -> served.kv()
                        .txn(TxnRequest.newBuilder()
                                .addFailure(put)
                                .addFailure(put)
                                .build()));
        RequestOp get = RequestOp.newBuilder().setRequestRange(range("a", "")).build();
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: too many operations in txn request",
                () -> served.kv()
                        .txn(TxnRequest.newBuilder()
                                .addAllSuccess(Collections.nCopies(129, get))
                                .build()));
        RequestOp nested = RequestOp.newBuilder()
                .setRequestTxn(TxnRequest.newBuilder().addAllSuccess(Collections.nCopies(2, get)))
                .build();
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: too many operations in txn request",
                () -> served.kv()
                        .txn(TxnRequest.newBuilder()
                                .addAllSuccess(Collections.nCopies(126, get))
                                .addSuccess(nested)
                                .build()));
        assertThat(served.kv()
                        .txn(TxnRequest.newBuilder()
                                .addAllSuccess(Collections.nCopies(125, get))
                                .addSuccess(nested)
                                .build())
                        .getResponsesCount())
                .isEqualTo(126);
    }

    @Test
    void aRequestThatIsTooLargeIsRefusedAndABiggerFrameToo() {
        PutRequest large = PutRequest.newBuilder()
                .setKey(utf8("a"))
                .setValue(ByteString.copyFrom(new byte[1_572_864]))
                .build();
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: request is too large",
                () -> served.kv().put(large));
        PutRequest huge = PutRequest.newBuilder()
                .setKey(utf8("a"))
                .setValue(ByteString.copyFrom(new byte[2_097_152]))
                .build();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> served.kv().put(huge))
                .hasMessageStartingWith("RESOURCE_EXHAUSTED");
    }

    @Test
    void compactedAndFutureRevisionsAreRefused() {
        served.put("a", "1");
        served.put("a", "2");
        assertThat(served.kv()
                        .compact(CompactionRequest.newBuilder().setRevision(3).build())
                        .getHeader()
                        .getRevision())
                .isEqualTo(3);
        assertRefused(
                Status.Code.OUT_OF_RANGE,
                "etcdserver: mvcc: required revision has been compacted",
                () -> served.kv().range(range("a", "").setRevision(2).build()));
        assertRefused(
                Status.Code.OUT_OF_RANGE,
                "etcdserver: mvcc: required revision is a future revision",
                () -> served.kv().range(range("a", "").setRevision(4).build()));
        assertRefused(
                Status.Code.OUT_OF_RANGE,
                "etcdserver: mvcc: required revision has been compacted",
                () -> served.kv()
                        .compact(CompactionRequest.newBuilder().setRevision(3).build()));
    }

    @Test
    void aWriteThatMayHaveHappenedIsNeverReportedAsFailed() {
        served.member.writesFail = StoreException.unknown(StoreException.Code.NO_LEADER, "it left", null);
        assertRefused(Status.Code.UNAVAILABLE, "etcdserver: request timed out", () -> served.put("a", "1"));
        served.member.writesFail = StoreException.of(StoreException.Code.NO_LEADER, "nobody", null);
        assertRefused(Status.Code.UNAVAILABLE, "etcdserver: no leader", () -> served.put("a", "1"));
    }

    private static RangeRequest.Builder range(String key, String end) {
        return RangeRequest.newBuilder().setKey(utf8(key)).setRangeEnd(utf8(end));
    }
}
