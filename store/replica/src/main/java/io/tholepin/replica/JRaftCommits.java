package io.tholepin.replica;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has the other members hear of what is committed when no entry that follows will tell them. JRaft tells with the next
 * entry or heartbeat, so that a member which waits for its own write, and the watches of every member, would lag by a
 * heartbeat's interval.
 *
 * <p>The message is an AppendEntries without entries, whose predecessor is the committed entry: a member that has that
 * entry takes the commit index over, any other refuses it and learns with the entry itself. The member whose batch it
 * was is told at once; all are told {@link #PAUSE_MILLIS} after the last entry, so that a busy leader sends few.
 * Source: Raft dissertation 3.5, figure 3.1 (AppendEntries).
 *
 * <p>The engine's thread calls; the connections' thread sends the late ones.
 */
final class JRaftCommits {
    /** How long after an entry the members are told of it, unless another one was appended. */
    static final int PAUSE_MILLIS = 2;

    /** Longest wait for an answer, which tells nothing. */
    private static final int ANSWER_MILLIS_MAX = 1_000;

    private final NodeImpl node;
    private final PeerTransport transport;
    private final AtomicBoolean due = new AtomicBoolean();

    /** Where this member leads; 0 where it does not. */
    private volatile long leadingTerm;

    /** The last entry applied, when it is of the term that this member leads; 0 otherwise. */
    private volatile long applied;

    /** The last entry that all were told of; the connections' thread's. */
    private long told;

    JRaftCommits(NodeImpl node, PeerTransport transport) {
        this.node = node;
        this.transport = transport;
    }

    /** This member leads in {@code term}; 0 when it does not. */
    void leading(long term) {
        leadingTerm = term;
        applied = 0;
    }

    /**
     * An entry was applied here.
     *
     * @param waiting the member that waits for it; 0 for none
     */
    void applied(long index, long term, long waiting) {
        if (term != leadingTerm) {
            return;
        }
        applied = index;
        if (waiting != 0) {
            tell(JRaftPeer.of(waiting), index, term);
        }
    }

    /** There is nothing more to apply at the moment. */
    void pause() {
        if (applied != 0 && transport.hasPeers() && due.compareAndSet(false, true)) {
            try {
                transport.loop().threads().schedule(this::tellAll, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closing) {
                due.set(false);
            }
        }
    }

    private void tellAll() {
        due.set(false);
        long term = leadingTerm;
        long index = applied;
        // What was appended after it makes another pause when it is applied.
        if (term == 0 || index == 0 || index == told || node.getLastLogIndex() > index) {
            return;
        }
        told = index;
        PeerId self = node.getNodeId().getPeerId();
        for (PeerId peer : node.getCurrentConf().getPeers()) {
            if (!peer.equals(self)) {
                tell(peer, index, term);
            }
        }
        node.getCurrentConf().getLearners().forEach(learner -> tell(learner, index, term));
    }

    private void tell(PeerId peer, long index, long term) {
        AppendEntriesRequest message = AppendEntriesRequest.newBuilder()
                .setGroupId(node.getGroupId())
                .setServerId(node.getNodeId().getPeerId().toString())
                .setPeerId(peer.toString())
                .setTerm(term)
                .setPrevLogTerm(term)
                .setPrevLogIndex(index)
                .setCommittedIndex(index)
                .build();
        transport.call(
                JRaftPeer.member(peer),
                PeerMessages.APPEND_ENTRIES,
                JRaftMessages.request(message),
                ANSWER_MILLIS_MAX,
                (_, _) -> {});
    }
}
