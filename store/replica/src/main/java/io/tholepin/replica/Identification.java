package io.tholepin.replica;

import io.tholepin.keyspace.Keyspace;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Who a member is and whom it knows, from its folder, its configuration and, when it joins, its peers. Blocks while
 * peers are asked. Source: contract 2.1 and 2.16.
 */
final class Identification {
    /** What a member alone says of where peers would reach it: etcd's default. */
    private static final List<String> NOWHERE = List.of("http://localhost:2380");

    private final ReplicaConfig config;
    private Joining.@Nullable Found found;

    Identification(ReplicaConfig config) {
        this.config = config;
    }

    /**
     * Opens the member's folder; a new one is given its identity.
     *
     * @throws IOException the folder cannot be used, or the cluster to join is another; the message is one line
     */
    DataFolder open() throws IOException {
        DataFolder folder = DataFolder.open(config.folder(), config.logFolder(), this::fresh);
        if (!config.forceNewCluster()) {
            return folder;
        }
        // Another cluster from now on, so that the others of before are not heard any more.
        long cluster = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        return folder.renamed(new DataFolder.Identity(cluster, folder.memberId(), false));
    }

    private DataFolder.Identity fresh() throws IOException {
        if (config.peers().isEmpty()) {
            return DataFolder.Identity.random();
        }
        ReplicaConfig.Peers peers = config.peers().get();
        check(peers);
        if (peers.existing()) {
            Joining.Found joined = join(peers);
            return new DataFolder.Identity(joined.clusterId(), joined.own().id(), true);
        }
        Map<Long, List<String>> initial = initial(peers);
        Set<String> own = new HashSet<>(peers.advertiseUrls());
        long self = initial.entrySet().stream()
                .filter(member -> own.equals(new HashSet<>(member.getValue())))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IOException("the initial cluster has no member with the peer URLs "
                        + String.join(", ", own) + " that are advertised"));
        return new DataFolder.Identity(MemberIds.cluster(initial.keySet()), self, false);
    }

    /**
     * Who votes while the log is empty.
     *
     * @param folder as it was opened
     */
    RaftGroup initialGroup(DataFolder folder) {
        if (folder.hasJoined()) {
            return RaftGroup.NONE;
        }
        return new RaftGroup(
                config.peers().isEmpty() || config.forceNewCluster()
                        ? Set.of(folder.memberId())
                        : withSelf(initial(config.peers().get()).keySet(), folder.memberId()),
                Set.of());
    }

    /** The table of members as it is first put into the log. */
    List<ClusterMember> initialMembers(DataFolder folder) {
        Map<Long, List<String>> members = new TreeMap<>(Long::compareUnsigned);
        if (config.peers().isPresent() && !config.forceNewCluster()) {
            members.putAll(initial(config.peers().get()));
        }
        if (!members.containsKey(folder.memberId())) {
            members.clear();
            members.put(folder.memberId(), ownUrls());
        }
        List<ClusterMember> table = new ArrayList<>();
        members.forEach((id, urls) -> table.add(new ClusterMember(id, "", urls, List.of(), false)));
        return table;
    }

    /** Where peers are reached, as far as can be known before the engine has started. */
    Map<Long, List<String>> bootstrap(DataFolder folder, Keyspace keyspace) throws IOException {
        Map<Long, List<String>> urls = new HashMap<>();
        if (!keyspace.members().isEmpty()) {
            keyspace.members().forEach(member -> urls.put(member.id(), member.peerUrls()));
        } else if (folder.hasJoined() && config.peers().isPresent()) {
            join(config.peers().get()).members().forEach(member -> urls.put(member.id(), member.peerUrls()));
        } else {
            initialMembers(folder).forEach(member -> urls.put(member.id(), member.peerUrls()));
        }
        return urls;
    }

    /** Where this member says that it is reached. */
    List<String> ownUrls() {
        return config.peers().map(ReplicaConfig.Peers::advertiseUrls).orElse(NOWHERE);
    }

    private Joining.Found join(ReplicaConfig.Peers peers) throws IOException {
        Joining.Found known = found;
        if (known == null) {
            known = Joining.find(config, peers);
            found = known;
        }
        return known;
    }

    private static Map<Long, List<String>> initial(ReplicaConfig.Peers peers) {
        Map<Long, List<String>> members = new HashMap<>();
        peers.initialCluster().values().forEach(urls -> members.put(MemberIds.member(urls, peers.token(), null), urls));
        return members;
    }

    private static Set<Long> withSelf(Set<Long> ids, long self) {
        return ids.contains(self) ? ids : Set.of(self);
    }

    private static void check(ReplicaConfig.Peers peers) throws IOException {
        try {
            for (List<String> urls : peers.initialCluster().values()) {
                PeerUrl.check(urls);
            }
            PeerUrl.check(peers.advertiseUrls());
        } catch (StoreException invalid) {
            throw new IOException(invalid.getMessage(), invalid);
        }
        if (peers.initialCluster().values().stream().distinct().count()
                != peers.initialCluster().size()) {
            throw new IOException("two members of the initial cluster have the same peer URLs");
        }
    }
}
