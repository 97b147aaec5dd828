package io.tholepin.kv;

import java.util.List;

/**
 * A member as every member of its cluster knows it.
 *
 * @param id unsigned, not 0; removed ids never come back
 * @param name empty until the member has started for the first time
 * @param peerUrls where other members reach it; at least one
 * @param clientUrls where clients reach it; empty until it has started for the first time
 * @param learner receives the log and does not vote
 */
public record ClusterMember(long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {
    public ClusterMember {
        peerUrls = List.copyOf(peerUrls);
        clientUrls = List.copyOf(clientUrls);
    }
}
