package io.tholepin.etcdprotocol;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreMember;
import java.util.Set;

/**
 * What every call passes first: metadata that must be readable, a leader if the client requires one, a voting member
 * unless the method works on a learner. Puts the {@link Caller} into the call's context and lets streams be cut.
 * Source: contract 1.2 and 2.16.
 */
final class CallGate implements ServerInterceptor {
    static final Metadata.Key<String> API_VERSION =
            Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final char UNREADABLE = '\uFFFD';

    /** Methods that look at a request before they refuse a learner, or that a learner serves. */
    private static final Set<String> ON_LEARNERS = Set.of(
            "etcdserverpb.KV/Range",
            "etcdserverpb.KV/RangeStream",
            "etcdserverpb.Maintenance/Status",
            "etcdserverpb.Maintenance/Snapshot",
            "grpc.health.v1.Health/Check",
            "grpc.health.v1.Health/Watch");

    private final StoreMember member;
    private final LiveCalls liveCalls;

    CallGate(StoreMember member, LiveCalls liveCalls) {
        this.member = member;
        this.liveCalls = liveCalls;
    }

    /** Refuses what only a voting member serves. */
    void requireVoter() {
        if (member.isLearner()) {
            throw StoreException.of(StoreException.Code.LEARNER_REFUSES);
        }
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        String version = headers.get(API_VERSION);
        if (version != null && version.indexOf(UNREADABLE) >= 0) {
            Status status = Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid client api version");
            return refuse(call, status);
        }
        if (member.isLearner()
                && !ON_LEARNERS.contains(call.getMethodDescriptor().getFullMethodName())) {
            return refuse(call, StatusMapping.status(StoreException.of(StoreException.Code.LEARNER_REFUSES)));
        }
        boolean requiresLeader = "true".equals(headers.get(HAS_LEADER));
        if (requiresLeader && member.leaderId() == 0) {
            return refuse(call, StatusMapping.status(StoreException.of(StoreException.Code.NO_LEADER)));
        }
        Context context = Context.current().withValue(Caller.KEY, Caller.of(call, headers));
        if (call.getMethodDescriptor().getType() == MethodType.UNARY) {
            return Contexts.interceptCall(context, call, headers, next);
        }
        LiveCalls.CuttableCall<Q, R> cuttable = liveCalls.follow(call, requiresLeader);
        return new Followed<>(liveCalls, cuttable, Contexts.interceptCall(context, cuttable, headers, next));
    }

    private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static final class Followed<Q> extends SimpleForwardingServerCallListener<Q> {
        private final LiveCalls liveCalls;
        private final LiveCalls.CuttableCall<?, ?> call;

        Followed(LiveCalls liveCalls, LiveCalls.CuttableCall<?, ?> call, ServerCall.Listener<Q> listener) {
            super(listener);
            this.liveCalls = liveCalls;
            this.call = call;
        }

        @Override
        public void onCancel() {
            liveCalls.ended(call);
            super.onCancel();
        }

        @Override
        public void onComplete() {
            liveCalls.ended(call);
            super.onComplete();
        }
    }
}
