package io.tholepin.replica;

import io.tholepin.keyspace.TxnRules;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings batches to whoever leads: into this member's engine, or to a peer, in one message. As leader, takes batches of
 * peers and tells them how each ended.
 */
final class Forwarding implements Proposals.Route {
    private static final byte APPLIED = 0;
    private static final byte LOST = 1;

    /** Longest batch taken from a peer: one that is full, or one command of the largest size any member may take. */
    private static final int ENTRY_BYTES_MAX = TxnRules.Limits.REQUEST_BYTES_MOST / 2 * 3;

    /** A batch's header. */
    private static final int ENTRY_BYTES_MIN = 2 + 2 * Long.BYTES;

    private final RaftEngine engine;
    private final @Nullable PeerTransport transport;
    private final long waitNanos;

    Forwarding(RaftEngine engine, @Nullable PeerTransport transport, long waitNanos) {
        this.engine = engine;
        this.transport = transport;
        this.waitNanos = waitNanos;
        if (transport != null) {
            transport.handle(PeerMessages.PROPOSE, this::propose);
        }
    }

    @Override
    public void send(Proposals.Batch batch, Leadership leader) {
        if (leader.here()) {
            engine.propose(batch);
            return;
        }
        if (transport == null) {
            batch.refused("no such member");
            return;
        }
        PeerFailure failure = transport.call(
                leader.leader(),
                PeerMessages.PROPOSE,
                PeerBody.of(batch.entry()),
                TimeUnit.NANOSECONDS.toMillis(waitNanos),
                (answer, why) -> answered(batch, answer, why));
        if (failure != null) {
            batch.refused(failure.text());
        }
    }

    private static void answered(Proposals.Batch batch, @Nullable ByteBuffer answer, @Nullable PeerFailure failure) {
        if (answer != null && answer.hasRemaining() && answer.get() == APPLIED) {
            batch.done();
        } else if (failure != null && failure.kind() != PeerFailure.Kind.LOST) {
            batch.refused(failure.text());
        } else {
            batch.lost("its way is not known");
        }
    }

    private void propose(long from, ByteBuffer body, PeerHandler.Answer answer) {
        if (body.remaining() < ENTRY_BYTES_MIN || body.remaining() > ENTRY_BYTES_MAX) {
            answer.refuse("not a batch");
            return;
        }
        byte[] entry = new byte[body.remaining()];
        body.get(entry);
        engine.propose(new Forwarded(from, entry, answer));
    }

    /** A peer's batch. */
    record Forwarded(long from, byte[] entry, PeerHandler.Answer answer) implements RaftEngine.Proposal {
        /** It has been applied here. */
        void applied() {
            answer.send(PeerBody.of(new byte[] {APPLIED}));
        }

        @Override
        public void refused(String why) {
            answer.refuse(why);
        }

        @Override
        public void lost(String why) {
            answer.send(PeerBody.of(new byte[] {LOST}));
        }
    }
}
