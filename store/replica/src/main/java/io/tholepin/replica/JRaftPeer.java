package io.tholepin.replica;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.util.Endpoint;

/**
 * Members as JRaft names them: the host is a name made of the member's id, which never changes; where the member is
 * reached is the transport's to know. The port has no meaning.
 */
final class JRaftPeer {
    private static final String PREFIX = "member-";
    private static final int PORT = 1;

    private JRaftPeer() {}

    static PeerId of(long member) {
        return new PeerId(PREFIX + MemberIds.text(member), PORT);
    }

    static long member(PeerId peer) {
        return member(peer.getEndpoint());
    }

    static long member(Endpoint endpoint) {
        String name = endpoint.getIp();
        if (!name.startsWith(PREFIX)) {
            throw new IllegalArgumentException("peer: " + name + " (expected: " + PREFIX + "...)");
        }
        return Long.parseUnsignedLong(name.substring(PREFIX.length()), 16);
    }

    /** Whether {@code name}, as it stands in a message, is {@code member}. */
    static boolean is(String name, long member) {
        PeerId peer = new PeerId();
        return peer.parse(name) && peer.getEndpoint().getIp().equals(PREFIX + MemberIds.text(member));
    }
}
