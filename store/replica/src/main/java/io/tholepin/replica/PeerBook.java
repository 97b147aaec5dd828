package io.tholepin.replica;

import io.tholepin.kv.ClusterMember;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where each peer is reached: as the table of members says, and before there is one as this member was told when it
 * started. Who was removed from the table stays here as long as the log still goes to it, because it has to hear of
 * that. Tells the transport of every change. Thread-safe.
 */
final class PeerBook {
    private final @Nullable PeerTransport transport;
    private Map<Long, List<String>> urls;

    /** @param bootstrap peer URLs by member, as far as they are known at the start */
    PeerBook(@Nullable PeerTransport transport, Map<Long, List<String>> bootstrap) {
        this.transport = transport;
        this.urls = Map.copyOf(bootstrap);
    }

    /** Opens the connections. */
    synchronized void open() {
        tell();
    }

    /**
     * Takes over the table.
     *
     * @param group who the log goes to
     */
    synchronized void update(Collection<ClusterMember> members, RaftGroup group) {
        if (members.isEmpty()) {
            return;
        }
        Map<Long, List<String>> now = new HashMap<>();
        urls.forEach((id, known) -> {
            if (group.contains(id)) {
                now.put(id, known);
            }
        });
        members.forEach(member -> now.put(member.id(), member.peerUrls()));
        if (!now.equals(urls)) {
            urls = Map.copyOf(now);
            tell();
        }
    }

    private void tell() {
        if (transport != null) {
            transport.peers(urls);
        }
    }
}
