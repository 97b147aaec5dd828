package io.tholepin.etcdprotocol;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreMember;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The streaming calls that are open, so that they can be cut: all when the server stops, those that require a leader
 * when there is none for three checks in a row. Thread-safe.
 */
final class LiveCalls {
    /** Checks without a leader after which streams that require one are cut. */
    private static final int LEADERLESS_CHECKS_MAX = 3;

    private final StoreMember member;
    private final Set<CuttableCall<?, ?>> calls = ConcurrentHashMap.newKeySet();
    private int leaderless;
    private volatile @Nullable Status stopped;

    LiveCalls(StoreMember member) {
        this.member = member;
    }

    /** Follows {@code call} until it is closed or {@link #ended}. */
    <Q, R> CuttableCall<Q, R> follow(ServerCall<Q, R> call, boolean requiresLeader) {
        CuttableCall<Q, R> cuttable = new CuttableCall<>(call, requiresLeader);
        calls.add(cuttable);
        Status last = stopped;
        if (last != null) {
            cuttable.cut(last);
        }
        return cuttable;
    }

    void ended(CuttableCall<?, ?> call) {
        calls.remove(call);
    }

    /** Cuts all calls, and those that still come. */
    void cutAll(Status status) {
        stopped = status;
        calls.forEach(call -> call.cut(status));
    }

    /** One check for a leader; from one thread. */
    void checkLeader() {
        leaderless = member.leaderId() == 0 ? leaderless + 1 : 0;
        if (leaderless >= LEADERLESS_CHECKS_MAX) {
            Status noLeader = StatusMapping.status(StoreException.of(StoreException.Code.NO_LEADER));
            for (CuttableCall<?, ?> call : calls) {
                if (call.requiresLeader) {
                    call.cut(noLeader);
                }
            }
        }
    }

    /** A call that somebody else than its service may end; whatever is sent after that goes nowhere. */
    final class CuttableCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final boolean requiresLeader;
        private boolean closed;

        private CuttableCall(ServerCall<Q, R> call, boolean requiresLeader) {
            super(call);
            this.requiresLeader = requiresLeader;
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(R message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!closed) {
                closed = true;
                calls.remove(this);
                super.close(status, trailers);
            }
        }

        private void cut(Status status) {
            close(status, new Metadata());
        }
    }
}
