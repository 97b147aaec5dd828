package io.tholepin.interop;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tholepin.contracts.RegisterOperation;
import io.tholepin.etcdwire.etcdserverpb.Compare;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeRequest;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeResponse;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import io.tholepin.etcdwire.etcdserverpb.TxnResponse;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests about one key to one member, each written down with how it ended. Thread-safe.
 *
 * @param client who asks
 * @param member index of the member
 * @param life how often that member had been started
 * @param channel to that member
 */
record OneKey(int client, int member, int life, EtcdChannel channel) {
    /** How long a client waits before it gives up and knows nothing. */
    private static final long PATIENCE_MILLIS = 2000;

    /** A companion key that a compare-and-swap writes in the same transaction. */
    static String companion(String key) {
        return key + "/companion";
    }

    private record Answered(RegisterOperation.Action action, long revision) {}

    ClientOperation get(String key, boolean linearizable) {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(bytes(key))
                .setSerializable(!linearizable)
                .build();
        return run(key, linearizable, new RegisterOperation.Get(null), stub -> {
            RangeResponse response = stub.range(request);
            return new Answered(
                    new RegisterOperation.Get(seen(response)),
                    response.getHeader().getRevision());
        });
    }

    ClientOperation put(String key, String value) {
        return put(key, value, 0);
    }

    /** With a lease. */
    ClientOperation put(String key, String value, long lease) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(bytes(key))
                .setValue(bytes(value))
                .setLease(lease)
                .build();
        RegisterOperation.Put put = new RegisterOperation.Put(value);
        return run(
                key,
                true,
                put,
                stub -> new Answered(put, stub.put(request).getHeader().getRevision()));
    }

    /** A delete that found nothing is a comparison that held. */
    ClientOperation delete(String key) {
        DeleteRangeRequest request =
                DeleteRangeRequest.newBuilder().setKey(bytes(key)).build();
        return run(key, true, new RegisterOperation.Put(null), stub -> {
            DeleteRangeResponse response = stub.deleteRange(request);
            RegisterOperation.Action action = response.getDeleted() > 0
                    ? new RegisterOperation.Put(null)
                    : new RegisterOperation.Cas(null, null, true);
            return new Answered(action, response.getHeader().getRevision());
        });
    }

    /** Writes the key and its companion if the key is as expected. */
    ClientOperation cas(String key, @Nullable String expected, String value) {
        Compare.Builder compare = Compare.newBuilder().setKey(bytes(key)).setResult(Compare.CompareResult.EQUAL);
        if (expected == null) {
            compare.setTarget(Compare.CompareTarget.VERSION).setVersion(0);
        } else {
            compare.setTarget(Compare.CompareTarget.VALUE).setValue(bytes(expected));
        }
        TxnRequest request = TxnRequest.newBuilder()
                .addCompare(compare)
                .addSuccess(putOp(key, value))
                .addSuccess(putOp(companion(key), value))
                .build();
        return run(key, true, new RegisterOperation.Cas(expected, value, null), stub -> {
            TxnResponse response = stub.txn(request);
            return new Answered(
                    new RegisterOperation.Cas(expected, value, response.getSucceeded()),
                    response.getHeader().getRevision());
        });
    }

    private ClientOperation run(
            String key,
            boolean linearizable,
            RegisterOperation.Action asked,
            Function<KVGrpc.KVBlockingStub, Answered> call) {
        long called = System.nanoTime();
        try {
            Answered answered = call.apply(
                    KVGrpc.newBlockingStub(channel.open()).withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            return new ClientOperation(
                    client,
                    member,
                    life,
                    linearizable,
                    key,
                    answered.action(),
                    called,
                    System.nanoTime(),
                    answered.revision(),
                    ClientOperation.Outcome.DONE);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
                channel.hurry();
            }
            return new ClientOperation(
                    client,
                    member,
                    life,
                    linearizable,
                    key,
                    asked,
                    called,
                    System.nanoTime(),
                    0,
                    outcome(e.getStatus()));
        }
    }

    /** Only what says that nothing was done is believed; a lost connection may have lost the answer alone. */
    private static ClientOperation.Outcome outcome(Status status) {
        return switch (status.getCode()) {
            case INVALID_ARGUMENT,
                    FAILED_PRECONDITION,
                    RESOURCE_EXHAUSTED,
                    NOT_FOUND,
                    PERMISSION_DENIED,
                    UNIMPLEMENTED -> ClientOperation.Outcome.REFUSED;
            default -> ClientOperation.Outcome.UNKNOWN;
        };
    }

    private static RequestOp putOp(String key, String value) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)))
                .build();
    }

    private static @Nullable String seen(RangeResponse response) {
        return response.getKvsCount() == 0
                ? null
                : response.getKvs(0).getValue().toStringUtf8();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }
}
