package io.tholepin.replica;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.option.NodeOptions;
import org.jspecify.annotations.Nullable;

/**
 * JRaft's options of a node and, for {@link JRaftTransport}, which JRaft creates by itself, the connections of the very
 * member: so two members in one process do not mix.
 */
final class JRaftOptions extends NodeOptions {
    private final @Nullable PeerTransport transport;
    private volatile @Nullable ReplicatorGroup replicators;

    /** @param transport null for a group of one */
    JRaftOptions(@Nullable PeerTransport transport) {
        this.transport = transport;
    }

    @Nullable
    PeerTransport transport() {
        return transport;
    }

    /** JRaft's replicators, which tell how far each peer is; null before the node has started. */
    @Nullable
    ReplicatorGroup replicators() {
        return replicators;
    }

    void replicators(ReplicatorGroup group) {
        replicators = group;
    }
}
