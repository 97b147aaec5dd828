package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.v3electionpb.CampaignRequest;
import io.tholepin.etcdwire.v3electionpb.CampaignResponse;
import io.tholepin.etcdwire.v3electionpb.ElectionGrpc;
import io.tholepin.etcdwire.v3electionpb.LeaderKey;
import io.tholepin.etcdwire.v3electionpb.LeaderRequest;
import io.tholepin.etcdwire.v3electionpb.LeaderResponse;
import io.tholepin.etcdwire.v3electionpb.ProclaimRequest;
import io.tholepin.etcdwire.v3electionpb.ProclaimResponse;
import io.tholepin.etcdwire.v3electionpb.ResignRequest;
import io.tholepin.etcdwire.v3electionpb.ResignResponse;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Elections: the owner of a name may say something to everybody while its lease lasts. Source: contract 2.8. */
final class ElectionService extends ElectionGrpc.ElectionImplBase {
    private static final String NO_LEADER = "election: no leader";
    private static final String NOT_LEADER = "election: not leader";
    private static final String LEADER_MISSING = "\"leader\" field must be provided";

    private final Access access;
    private final Headers headers;
    private final WaitingCalls calls;

    ElectionService(Access access, Headers headers, WaitingCalls calls) {
        this.access = access;
        this.headers = headers;
        this.calls = calls;
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> out) {
        calls.unary(out, () -> {
            Candidacy candidacy = Candidacy.of(access, bytes(request.getName()), request.getLease());
            boolean elected = false;
            try {
                Candidacy.Entry entry = campaign(candidacy, bytes(request.getValue()));
                elected = true;
                return CampaignResponse.newBuilder()
                        .setHeader(headers.at(entry.revision()))
                        .setLeader(LeaderKey.newBuilder()
                                .setName(request.getName())
                                .setKey(ByteString.copyFrom(candidacy.key().array()))
                                .setRev(entry.createRevision())
                                .setLease(candidacy.lease()))
                        .build();
            } finally {
                if (!elected) {
                    candidacy.withdraw();
                }
            }
        });
    }

    private static Candidacy.Entry campaign(Candidacy candidacy, Bytes value)
            throws InterruptedException, ExecutionException {
        Candidacy.Entry entry = candidacy.enter(value);
        if (!entry.value().equals(value)) {
            // The lease's key was there before, with another value.
            Txn put = guarded(candidacy.key(), entry.createRevision(), put(candidacy.key(), value, candidacy.lease()));
            requireLeader(candidacy.txn(put));
        }
        candidacy.awaitTurn(entry);
        return entry;
    }

    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> out) {
        calls.unary(out, () -> {
            LeaderKey leader = leader(request.hasLeader(), request.getLeader());
            Bytes key = bytes(leader.getKey());
            Txn txn = guarded(key, leader.getRev(), put(key, bytes(request.getValue()), leader.getLease()));
            TxnResult result = access.forTxn(txn).txn(txn).get();
            requireLeader(result);
            return ProclaimResponse.newBuilder()
                    .setHeader(headers.at(result.revision()))
                    .build();
        });
    }

    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> out) {
        calls.unary(out, () -> {
            LeaderKey leader = leader(request.hasLeader(), request.getLeader());
            Bytes key = bytes(leader.getKey());
            Txn txn = guarded(key, leader.getRev(), new Op.Delete(KeyRange.key(key), false));
            long revision = access.forTxn(txn).txn(txn).get().revision();
            return ResignResponse.newBuilder().setHeader(headers.at(revision)).build();
        });
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> out) {
        calls.unary(out, () -> {
            RangeRequest oldest = Candidacy.oldest(Candidacy.prefix(bytes(request.getName())));
            RangeResult result = access.forRange(oldest.range()).range(oldest).get();
            if (result.kvs().isEmpty()) {
                throw StatusMapping.refusal(Status.Code.UNKNOWN, NO_LEADER);
            }
            return response(result.revision(), result.kvs().getFirst());
        });
    }

    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> out) {
        calls.stream(out, sender -> {
            try (Observation observation = new Observation(access, Candidacy.prefix(bytes(request.getName())))) {
                while (true) {
                    Observation.Proclaimed next = observation.next();
                    sender.onNext(response(next.revision(), next.kv()));
                }
            }
        });
    }

    private LeaderResponse response(long revision, KeyValue kv) {
        return LeaderResponse.newBuilder()
                .setHeader(headers.at(revision))
                .setKv(io.tholepin.etcdwire.mvccpb.KeyValue.newBuilder()
                        .setKey(ByteString.copyFrom(kv.key().array()))
                        .setCreateRevision(kv.createRevision())
                        .setModRevision(kv.modRevision())
                        .setVersion(kv.version())
                        .setValue(ByteString.copyFrom(kv.value().array()))
                        .setLease(kv.lease()))
                .build();
    }

    private static LeaderKey leader(boolean given, LeaderKey leader) {
        if (!given) {
            throw StatusMapping.refusal(Status.Code.UNKNOWN, LEADER_MISSING);
        }
        if (leader.getKey().isEmpty()) {
            throw StoreException.of(StoreException.Code.EMPTY_KEY);
        }
        return leader;
    }

    private static void requireLeader(TxnResult result) {
        if (!result.succeeded()) {
            throw StatusMapping.refusal(Status.Code.UNKNOWN, NOT_LEADER);
        }
    }

    /** {@code op}, if the key is still the one that was created at {@code createRevision}. */
    private static Txn guarded(Bytes key, long createRevision, Op op) {
        Compare same = new Compare(
                KeyRange.key(key), Compare.Target.CREATE, Compare.Result.EQUAL, createRevision, Bytes.EMPTY);
        return new Txn(List.of(same), List.of(op), List.of());
    }

    /** Keeps the key on its lease when none is named. */
    private static Op put(Bytes key, Bytes value, long lease) {
        return new Op.Put(key, value, lease, false, false, lease == 0);
    }

    private static Bytes bytes(ByteString value) {
        return Bytes.wrap(value.toByteArray());
    }
}
