package io.tholepin.keyspace;

import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What each change of the membership makes of it, as far as the table alone can say; whether a quorum is left and
 * whether a learner has caught up is for the proposer. Pure functions; any thread. Source: contract 2.16.
 */
public final class MemberRules {
    private static final Comparator<ClusterMember> BY_ID = (a, b) -> Long.compareUnsigned(a.id(), b.id());

    private MemberRules() {}

    /**
     * Checks addresses before they are proposed: {@code http://} or {@code https://} with host and port and nothing
     * else, at least one, none twice.
     *
     * @throws StoreException INVALID_PEER_URLS
     */
    public static void checkPeerUrls(List<String> peerUrls) {
        boolean valid = !peerUrls.isEmpty()
                && Set.copyOf(peerUrls).size() == peerUrls.size()
                && peerUrls.stream().allMatch(MemberRules::isPeerUrl);
        if (!valid) {
            throw StoreException.of(Code.INVALID_PEER_URLS);
        }
    }

    private static boolean isPeerUrl(String text) {
        try {
            URI url = new URI(text);
            boolean scheme = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean address = url.getHost() != null && url.getPort() > 0 && url.getPort() < 1 << 16;
            boolean alone = url.getUserInfo() == null
                    && "".equals(url.getRawPath())
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null;
            return scheme && address && alone;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    static ClusterState init(ClusterState now, Command.MembersInit init) {
        if (!now.members().isEmpty()) {
            return now;
        }
        List<ClusterMember> members = new ArrayList<>();
        for (ClusterMember member : init.members()) {
            checkNew(now.removed(), members, member);
            members.add(member);
        }
        return withMembers(now, members);
    }

    static ClusterState add(ClusterState now, Command.MemberAdd add) {
        ClusterMember added = add.member();
        checkNew(now.removed(), now.members(), added);
        long learners = now.members().stream().filter(ClusterMember::learner).count();
        if (added.learner() && learners >= add.learnersMax()) {
            throw StoreException.of(Code.TOO_MANY_LEARNERS);
        }
        List<ClusterMember> members = new ArrayList<>(now.members());
        members.add(added);
        return withMembers(now, members);
    }

    static ClusterState remove(ClusterState now, long id) {
        find(now, id);
        List<ClusterMember> rest = new ArrayList<>(now.members());
        rest.removeIf(member -> member.id() == id);
        List<Long> removed = new ArrayList<>(now.removed());
        removed.add(id);
        return now.withMembers(rest, removed);
    }

    static ClusterState update(ClusterState now, Command.MemberUpdate update) {
        find(now, update.id());
        for (ClusterMember other : now.members()) {
            if (other.id() != update.id()) {
                requireApart(other, update.peerUrls());
            }
        }
        return replace(
                now,
                update.id(),
                member -> new ClusterMember(
                        member.id(), member.name(), update.peerUrls(), member.clientUrls(), member.learner()));
    }

    static ClusterState promote(ClusterState now, long id) {
        if (!find(now, id).learner()) {
            throw StoreException.of(Code.NOT_A_LEARNER);
        }
        return replace(
                now,
                id,
                member -> new ClusterMember(member.id(), member.name(), member.peerUrls(), member.clientUrls(), false));
    }

    static ClusterState publish(ClusterState now, Command.MemberPublish publish) {
        find(now, publish.id());
        return replace(
                now,
                publish.id(),
                member -> new ClusterMember(
                        member.id(), publish.name(), member.peerUrls(), publish.clientUrls(), member.learner()));
    }

    private static void checkNew(List<Long> removed, List<ClusterMember> members, ClusterMember added) {
        if (removed.contains(added.id())) {
            throw StoreException.of(Code.MEMBER_NOT_FOUND);
        }
        for (ClusterMember member : members) {
            requireApart(member, added.peerUrls());
        }
        for (ClusterMember member : members) {
            if (member.id() == added.id()) {
                throw StoreException.of(Code.MEMBER_EXISTS);
            }
        }
    }

    private static void requireApart(ClusterMember member, List<String> peerUrls) {
        for (String url : peerUrls) {
            if (member.peerUrls().contains(url)) {
                throw StoreException.of(Code.PEER_URL_EXISTS);
            }
        }
    }

    private static ClusterMember find(ClusterState now, long id) {
        for (ClusterMember member : now.members()) {
            if (member.id() == id) {
                return member;
            }
        }
        throw StoreException.of(Code.MEMBER_NOT_FOUND);
    }

    private static ClusterState replace(ClusterState now, long id, UnaryOperator<ClusterMember> change) {
        return withMembers(
                now,
                now.members().stream()
                        .map(member -> member.id() == id ? change.apply(member) : member)
                        .toList());
    }

    private static ClusterState withMembers(ClusterState now, List<ClusterMember> members) {
        return now.withMembers(members.stream().sorted(BY_ID).toList(), now.removed());
    }
}
