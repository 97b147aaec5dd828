package io.tholepin.keyspace;

import io.tholepin.kv.Cluster;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The cluster of a {@link LocalStore}. The store has no log that another member could follow: whoever is added is
 * listed, never catches up, and so counts for no quorum.
 */
final class LocalCluster implements Cluster {
    private final LocalStore store;
    private final Keyspace keyspace;

    LocalCluster(LocalStore store, Keyspace keyspace) {
        this.store = store;
        this.keyspace = keyspace;
    }

    @Override
    public CompletableFuture<List<ClusterMember>> members(boolean linearizable) {
        return CompletableFuture.completedFuture(keyspace.members());
    }

    @Override
    public CompletableFuture<ClusterMember> add(List<String> peerUrls, boolean learner) {
        try {
            MemberRules.checkPeerUrls(peerUrls);
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
        ClusterMember added = new ClusterMember(store.randomId(), "", peerUrls, List.of(), learner);
        return store.submit(new Command.MemberAdd(added), _ -> added);
    }

    @Override
    public CompletableFuture<List<ClusterMember>> remove(long id) {
        return id == store.memberId() ? refused(Code.NOT_ENOUGH_STARTED) : change(new Command.MemberRemove(id));
    }

    @Override
    public CompletableFuture<List<ClusterMember>> update(long id, List<String> peerUrls) {
        try {
            MemberRules.checkPeerUrls(peerUrls);
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
        return change(new Command.MemberUpdate(id, peerUrls));
    }

    @Override
    public CompletableFuture<List<ClusterMember>> promote(long id) {
        for (ClusterMember member : keyspace.members()) {
            if (member.id() == id) {
                return refused(member.learner() ? Code.LEARNER_NOT_READY : Code.NOT_A_LEARNER);
            }
        }
        return refused(Code.MEMBER_NOT_FOUND);
    }

    @Override
    public CompletableFuture<Void> moveLeader(long id) {
        return id == store.memberId() ? CompletableFuture.completedFuture(null) : refused(Code.BAD_TRANSFEREE);
    }

    @Override
    public Optional<String> downgradeTarget() {
        return keyspace.downgradeTarget();
    }

    @Override
    public CompletableFuture<Long> setDowngradeTarget(Optional<String> target) {
        return store.submit(new Command.DowngradeTarget(target), LocalStore::revision);
    }

    private CompletableFuture<List<ClusterMember>> change(Command command) {
        return store.submit(command, outcome -> ((Outcome.Members) outcome).members());
    }

    private static <T> CompletableFuture<T> refused(Code code) {
        return CompletableFuture.failedFuture(StoreException.of(code));
    }
}
