package io.tholepin.interop;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.tholepin.etcdwire.etcdserverpb.*;
import io.tholepin.etcdwire.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Takes out of answers what two right servers may say differently: who they are, their terms, sizes, addresses, tokens,
 * the passing of time, and the order of equals in a sort that etcd does not promise to be stable.
 */
final class Normal {
    /** Up to so many elements Go's sort is an insertion sort, and so stable. Source: Go's sort.Sort. */
    private static final int STABLE_MAX = 12;

    private static final long LEASE_SECONDS_SLACK = 30;

    private Normal() {}

    /** The comparable form of an answer to {@code request}. */
    static Message of(Message request, Message answer) {
        return switch (answer) {
            case RangeResponse range ->
                range((RangeRequest) request, range).toBuilder()
                        .setHeader(header(range.getHeader()))
                        .build();
            case PutResponse put ->
                put.toBuilder().setHeader(header(put.getHeader())).build();
            case DeleteRangeResponse delete ->
                delete.toBuilder().setHeader(header(delete.getHeader())).build();
            case TxnResponse txn -> txn((TxnRequest) request, txn);
            case LeaseGrantResponse grant ->
                grant.toBuilder()
                        .setHeader(header(grant.getHeader()))
                        .setID(((LeaseGrantRequest) request).getID() == 0 ? Math.min(1, grant.getID()) : grant.getID())
                        .build();
            default -> ofOther(request, answer);
        };
    }

    private static Message ofOther(Message request, Message answer) {
        return switch (answer) {
            case LeaseTimeToLiveResponse lease ->
                lease.toBuilder()
                        .setHeader(header(lease.getHeader()))
                        .setTTL(remaining(lease.getTTL(), lease.getGrantedTTL()))
                        .build();
            case LeaseLeasesResponse leases ->
                LeaseLeasesResponse.newBuilder()
                        .setHeader(header(leases.getHeader()))
                        .addAllLeases(leases.getLeasesList().stream()
                                .filter(lease -> Math.abs(lease.getID()) < 1000) // those that the run named
                                .sorted(Comparator.comparingLong(LeaseStatus::getID))
                                .toList())
                        .build();
            case StatusResponse status ->
                StatusResponse.newBuilder()
                        .setHeader(header(status.getHeader()))
                        .setIsLearner(status.getIsLearner())
                        .addAllErrors(status.getErrorsList().stream()
                                .map(Normal::withoutNumbers)
                                .toList())
                        .build();
            case AlarmResponse alarms ->
                AlarmResponse.newBuilder()
                        .setHeader(header(alarms.getHeader()))
                        .addAllAlarms(alarms.getAlarmsList().stream()
                                .map(alarm -> alarm.toBuilder()
                                        .setMemberID(sign(alarm.getMemberID()))
                                        .build())
                                .toList())
                        .build();
            case HashKVResponse hash ->
                hash.toBuilder()
                        .setHeader(header(hash.getHeader()))
                        .clearHashRevision()
                        .build();
            case MemberListResponse members ->
                MemberListResponse.newBuilder()
                        .setHeader(header(members.getHeader()))
                        .addAllMembers(members.getMembersList().stream()
                                .map(member -> Member.newBuilder()
                                        .setName(member.getName())
                                        .setID(sign(member.getID()))
                                        .setIsLearner(member.getIsLearner())
                                        .build())
                                .toList())
                        .build();
            case AuthenticateResponse token ->
                token.toBuilder()
                        .setHeader(header(token.getHeader()))
                        .setToken(token.getToken().replaceAll("[A-Za-z]{16}\\.\\d+", "token"))
                        .build();
            default -> headerByName(answer);
        };
    }

    /** The comparable form of what a watch's stream said. */
    static WatchResponse of(WatchResponse response) {
        return response.toBuilder().setHeader(header(response.getHeader())).build();
    }

    private static Message headerByName(Message answer) {
        var field = answer.getDescriptorForType().findFieldByName("header");
        if (field == null || !answer.hasField(field)) {
            return answer;
        }
        return answer.toBuilder()
                .setField(field, header((ResponseHeader) answer.getField(field)))
                .build();
    }

    private static ResponseHeader header(ResponseHeader header) {
        return header.toBuilder()
                .setClusterId(sign(header.getClusterId()))
                .setMemberId(sign(header.getMemberId()))
                .setRaftTerm(sign(header.getRaftTerm()))
                .build();
    }

    private static long sign(long id) {
        return id == 0 ? 0 : 1;
    }

    private static long remaining(long remaining, long granted) {
        return remaining > 0 && remaining <= granted && granted - remaining < LEASE_SECONDS_SLACK ? granted : remaining;
    }

    private static String withoutNumbers(String error) {
        return error.replaceAll("\\d+", "#");
    }

    private static TxnResponse txn(TxnRequest request, TxnResponse response) {
        TxnResponse.Builder normal = response.toBuilder().setHeader(header(response.getHeader()));
        List<RequestOp> ops = response.getSucceeded() ? request.getSuccessList() : request.getFailureList();
        for (int i = 0; i < response.getResponsesCount() && i < ops.size(); i++) {
            ResponseOp op = response.getResponses(i);
            if (op.hasResponseRange() && ops.get(i).hasRequestRange()) {
                normal.getResponsesBuilder(i)
                        .setResponseRange(range(ops.get(i).getRequestRange(), op.getResponseRange()));
            } else if (op.hasResponseTxn() && ops.get(i).hasRequestTxn()) {
                normal.getResponsesBuilder(i).setResponseTxn(txn(ops.get(i).getRequestTxn(), op.getResponseTxn()));
            }
        }
        return normal.build();
    }

    /** Equals in a long sort may come in any order, and which of them a limit cuts off is open too. */
    private static RangeResponse range(RangeRequest request, RangeResponse response) {
        if (request.getSortTarget() == RangeRequest.SortTarget.KEY || response.getCount() <= STABLE_MAX) {
            return response;
        }
        List<KeyValue> keys = new ArrayList<>();
        for (KeyValue kv : response.getKvsList()) {
            keys.add(sortedBy(request, kv));
        }
        return response.toBuilder().clearKvs().addAllKvs(keys).build();
    }

    private static KeyValue sortedBy(RangeRequest request, KeyValue kv) {
        return switch (request.getSortTarget()) {
            case VERSION -> KeyValue.newBuilder().setVersion(kv.getVersion()).build();
            case CREATE ->
                KeyValue.newBuilder().setCreateRevision(kv.getCreateRevision()).build();
            case MOD ->
                KeyValue.newBuilder().setModRevision(kv.getModRevision()).build();
            case VALUE ->
                KeyValue.newBuilder()
                        .setValue(request.getKeysOnly() ? ByteString.EMPTY : kv.getValue())
                        .build();
            case KEY, UNRECOGNIZED -> kv;
        };
    }
}
