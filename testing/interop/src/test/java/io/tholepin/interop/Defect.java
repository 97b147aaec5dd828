package io.tholepin.interop;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeResponse;
import io.tholepin.etcdwire.etcdserverpb.HashKVResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseTimeToLiveResponse;
import io.tholepin.etcdwire.etcdserverpb.PutResponse;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import io.tholepin.etcdwire.etcdserverpb.ResponseOp;
import io.tholepin.etcdwire.etcdserverpb.TxnResponse;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.etcdwire.mvccpb.Event;
import java.util.function.UnaryOperator;

/**
 * What a server could have wrong, put between the test and a right one. A checker that misses one of these is blind.
 */
enum Defect implements ClientInterceptor {
    COUNT_STOPS_AT_THE_LIMIT(m -> m instanceof RangeResponse r && r.getCount() > r.getKvsCount() && r.getKvsCount() > 0
            ? r.toBuilder().setCount(r.getKvsCount()).build()
            : m),
    MORE_IS_FORGOTTEN(m -> m instanceof RangeResponse r && r.getMore()
            ? r.toBuilder().clearMore().build()
            : m),
    VERSION_IS_OFF_BY_ONE(m -> m instanceof RangeResponse r
                    && r.getKvsCount() > 0
                    && r.getKvs(0).getVersion() > 1
            ? r.toBuilder()
                    .setKvs(0, r.getKvs(0).toBuilder().setVersion(r.getKvs(0).getVersion() - 1))
                    .build()
            : m),
    PUT_HAS_NO_PREVIOUS(m -> m instanceof PutResponse p && p.hasPrevKv()
            ? p.toBuilder().clearPrevKv().build()
            : m),
    DELETE_COUNTS_KEYS_TWICE(m -> m instanceof DeleteRangeResponse d && d.getDeleted() > 1
            ? d.toBuilder().setDeleted(d.getDeleted() + 1).build()
            : m),
    INNER_HEADER_IS_MISSING(m -> m instanceof TxnResponse t
                    && t.getResponsesCount() > 0
                    && t.getResponses(0).hasResponsePut()
            ? t.toBuilder()
                    .setResponses(
                            0,
                            ResponseOp.newBuilder()
                                    .setResponsePut(t.getResponses(0).getResponsePut().toBuilder()
                                            .clearHeader()))
                    .build()
            : m),
    HASH_HAS_A_WRONG_BIT(m -> m instanceof HashKVResponse h
            ? h.toBuilder().setHash(h.getHash() ^ 1).build()
            : m),
    LEASE_FORGETS_A_KEY(m -> m instanceof LeaseTimeToLiveResponse l && l.getKeysCount() > 0
            ? l.toBuilder()
                    .clearKeys()
                    .addAllKeys(l.getKeysList().subList(1, l.getKeysCount()))
                    .build()
            : m),
    WATCH_LOSES_AN_EVENT(m -> m instanceof WatchResponse w && w.getEventsCount() > 1
            ? w.toBuilder().removeEvents(w.getEventsCount() - 1).build()
            : m),
    WATCH_REPEATS_AN_EVENT(m -> m instanceof WatchResponse w && w.getEventsCount() > 0
            ? w.toBuilder().addEvents(w.getEvents(0)).build()
            : m),
    DELETE_EVENT_CARRIES_A_VALUE(m -> m instanceof WatchResponse w
                    && w.getEventsCount() > 0
                    && w.getEvents(0).getType() == Event.EventType.DELETE
            ? w.toBuilder()
                    .setEvents(
                            0,
                            w.getEvents(0).toBuilder()
                                    .setKv(w.getEvents(0).getKv().toBuilder().setValue(ByteString.copyFromUtf8("x"))))
                    .build()
            : m),
    PROGRESS_IS_AHEAD(m -> m instanceof WatchResponse w && DifferentialSide.isProgress(w)
            ? w.toBuilder()
                    .setHeader(
                            w.getHeader().toBuilder().setRevision(w.getHeader().getRevision() + 1))
                    .build()
            : m),
    COMPACTED_IS_MISSPELT(m -> m) {
        @Override
        Status spoil(Status status) {
            String text = status.getDescription();
            return text != null && text.endsWith("has been compacted") ? status.withDescription(text + ".") : status;
        }
    },
    REFUSED_IS_UNAVAILABLE(m -> m) {
        @Override
        Status spoil(Status status) {
            return status.getCode() == Status.Code.INVALID_ARGUMENT
                    ? Status.UNAVAILABLE.withDescription(status.getDescription())
                    : status;
        }
    };

    private final UnaryOperator<Object> spoil;

    Defect(UnaryOperator<Object> spoil) {
        this.spoil = spoil;
    }

    Status spoil(Status status) {
        return status;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
                super.start(
                        new ForwardingClientCallListener.SimpleForwardingClientCallListener<A>(listener) {
                            @Override
                            @SuppressWarnings("unchecked")
                            public void onMessage(A message) {
                                super.onMessage((A) spoil.apply(message));
                            }

                            @Override
                            public void onClose(Status status, Metadata trailers) {
                                super.onClose(spoil(status), trailers);
                            }
                        },
                        headers);
            }
        };
    }
}
