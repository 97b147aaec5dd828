package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.assertRefused;
import static io.tholepin.etcdprotocol.Served.putRequest;
import static io.tholepin.etcdprotocol.Served.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeStreamResponse;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RangeStreamTest {
    private static final int PAIRS = 2_000;

    private final Served served = Served.plain();

    RangeStreamTest() throws Exception {}

    @AfterEach
    void stop() {
        served.close();
    }

    private void fill(int valueBytes) {
        for (int i = 0; i < PAIRS; i += 100) {
            TxnRequest.Builder txn = TxnRequest.newBuilder();
            for (int j = i; j < i + 100; j++) {
                txn.addSuccess(
                        RequestOp.newBuilder().setRequestPut(putRequest("k%05d".formatted(j), "v".repeat(valueBytes))));
            }
            served.kv().txn(txn.build());
        }
    }

    private List<RangeResponse> stream(RangeRequest request) {
        List<RangeResponse> parts = new ArrayList<>();
        served.kv().rangeStream(request).forEachRemaining(part -> parts.add(part.getRangeResponse()));
        return parts;
    }

    private static RangeResponse merged(List<RangeResponse> parts) {
        RangeResponse.Builder merged = RangeResponse.newBuilder();
        parts.forEach(merged::mergeFrom);
        return merged.build();
    }

    @Test
    void theMergedPartsAreWhatRangeAnswers() {
        fill(1_000);
        List<RangeRequest> requests = List.of(
                all().build(),
                all().setLimit(7).build(),
                all().setLimit(1_234).build(),
                all().setLimit(PAIRS).build(),
                all().setKeysOnly(true).build(),
                all().setCountOnly(true).build(),
                all().setRevision(5).build(),
                all().setSerializable(true).setLimit(PAIRS + 1).build(),
                all().setSortOrder(RangeRequest.SortOrder.ASCEND).build(),
                RangeRequest.newBuilder().setKey(utf8("k00001")).build(),
                RangeRequest.newBuilder().setKey(utf8("nothing")).build());
        for (RangeRequest request : requests) {
            assertThat(merged(stream(request)))
                    .as("%s", request)
                    .isEqualTo(served.kv().range(request));
        }
    }

    @Test
    void onlyTheLastPartHasHeaderAndCount() {
        fill(1_000);
        List<RangeResponse> parts = stream(all().build());
        assertThat(parts).hasSizeGreaterThan(3);
        assertThat(parts.getFirst().getKvsCount()).isEqualTo(10);
        for (RangeResponse part : parts.subList(0, parts.size() - 1)) {
            assertThat(part.hasHeader()).isFalse();
            assertThat(part.getCount()).isZero();
            assertThat(part.getMore()).isFalse();
        }
        assertThat(parts.getLast().getHeader().getRevision()).isEqualTo(21);
        assertThat(parts.getLast().getCount()).isEqualTo(PAIRS);
    }

    @Test
    void thePartsStayNearTheSizeOfALargeRequest() {
        fill(5_000);
        List<RangeResponse> parts = stream(all().build());
        assertThat(parts)
                .allSatisfy(part -> assertThat(part.getSerializedSize()).isLessThan(4 << 20));
        assertThat(parts).hasSizeLessThan(30);
    }

    @Test
    void whatIsNotStreamedIsUnimplemented() {
        assertRefused(
                Status.Code.UNIMPLEMENTED,
                "RangeStream does not support custom sort orders",
                () -> stream(all().setSortOrder(RangeRequest.SortOrder.DESCEND).build()));
        assertRefused(
                Status.Code.UNIMPLEMENTED,
                "RangeStream does not support revision filters",
                () -> stream(all().setMinModRevision(3).build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: key is not provided",
                () -> stream(RangeRequest.getDefaultInstance()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: invalid sort option",
                () -> stream(all().setSortOrderValue(5).build()));
        assertRefused(
                Status.Code.OUT_OF_RANGE,
                "etcdserver: mvcc: required revision is a future revision",
                () -> stream(all().setRevision(100).build()));
    }

    @Test
    void writesDuringTheStreamAreNotSeenAndOneThatIsNotTakenIsNotRead() throws Exception {
        fill(5_000);
        BlockingQueue<RangeResponse> parts = new LinkedBlockingQueue<>();
        BlockingQueue<Status> ended = new LinkedBlockingQueue<>();
        ClientCall<RangeRequest, RangeStreamResponse> call =
                served.channel.newCall(KVGrpc.getRangeStreamMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(RangeStreamResponse message) {
                        parts.add(message.getRangeResponse());
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.add(status);
                    }
                },
                new Metadata());
        call.sendMessage(all().build());
        call.halfClose();
        call.request(1);
        assertThat(parts.poll(20, TimeUnit.SECONDS)).isNotNull();
        long last = 0;
        for (int i = 0; i < 10; i++) {
            last = served.put("k%05d".formatted(PAIRS - 1), "later");
        }
        served.kv().compact(CompactionRequest.newBuilder().setRevision(last).build());
        call.request(Integer.MAX_VALUE);
        Status status = ended.poll(20, TimeUnit.SECONDS);
        assertThat(status).isNotNull();
        assertThat(status.getDescription()).isEqualTo("etcdserver: mvcc: required revision has been compacted");
        assertThat(parts.stream().mapToInt(RangeResponse::getKvsCount).sum()).isLessThan(PAIRS);
        assertThat(parts)
                .noneMatch(part ->
                        part.getKvsList().stream().anyMatch(kv -> kv.getValue().equals(utf8("later"))));
    }

    private static RangeRequest.Builder all() {
        return RangeRequest.newBuilder().setKey(utf8("k")).setRangeEnd(utf8("l"));
    }
}
