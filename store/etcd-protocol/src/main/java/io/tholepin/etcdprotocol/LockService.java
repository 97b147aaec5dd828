package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.v3lockpb.LockGrpc;
import io.tholepin.etcdwire.v3lockpb.LockRequest;
import io.tholepin.etcdwire.v3lockpb.LockResponse;
import io.tholepin.etcdwire.v3lockpb.UnlockRequest;
import io.tholepin.etcdwire.v3lockpb.UnlockResponse;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Txn;
import java.util.concurrent.ExecutionException;

/** Locks that last as long as their lease. Source: contract 2.8. */
final class LockService extends LockGrpc.LockImplBase {
    private final Access access;
    private final Headers headers;
    private final WaitingCalls calls;

    LockService(Access access, Headers headers, WaitingCalls calls) {
        this.access = access;
        this.headers = headers;
        this.calls = calls;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> out) {
        calls.unary(out, () -> {
            Bytes name = Bytes.wrap(request.getName().toByteArray());
            Candidacy candidacy = Candidacy.of(access, name, request.getLease());
            boolean locked = false;
            try {
                long revision = lock(candidacy);
                locked = true;
                return LockResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .setKey(ByteString.copyFrom(candidacy.key().array()))
                        .build();
            } finally {
                if (!locked) {
                    candidacy.withdraw();
                }
            }
        });
    }

    /** Waits for the lock; returns the store's revision at which it was seen to be held. */
    private static long lock(Candidacy candidacy) throws InterruptedException, ExecutionException {
        Candidacy.Entry entry = candidacy.enter(Bytes.EMPTY);
        if (entry.owns()) {
            return entry.revision();
        }
        candidacy.awaitTurn(entry);
        RangeResult mine = candidacy.mine();
        if (mine.kvs().isEmpty()) {
            throw StatusMapping.refusal(Status.Code.UNKNOWN, "mutex: session is expired");
        }
        return mine.revision();
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> out) {
        calls.unary(out, () -> {
            KeyRange key = KeyRange.key(Bytes.wrap(request.getKey().toByteArray()));
            Txn delete = Txn.of(new Op.Delete(key, false));
            long revision = access.forTxn(delete).txn(delete).get().revision();
            return UnlockResponse.newBuilder().setHeader(headers.at(revision)).build();
        });
    }
}
