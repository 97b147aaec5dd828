package io.tholepin.etcdprotocol;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.Auth;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Cluster;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.ForwardingStore;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Maintenance;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StateHash;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreImage;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.StoreStatus;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A member over a store on the heap whose leader, role and failures a test sets. */
final class TestMember extends ForwardingStore implements StoreMember, Cluster, Maintenance, Auth {
    static final long CLUSTER_ID = 0xC1;
    static final long MEMBER_ID = 0xF000_0000_0000_0001L;
    static final long TERM = 7;

    private final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    private volatile Optional<String> downgrade = Optional.empty();
    volatile long leader = MEMBER_ID;
    volatile boolean learner;
    volatile List<ClusterMember> others = List.of();
    volatile Set<Long> connected = Set.of();

    /** What every write fails with; null to let them through. */
    volatile @Nullable StoreException writesFail;

    /** What currentRevision answers with; null for the truth. */
    volatile @Nullable CompletableFuture<Long> revisionAnswer;

    final AtomicInteger rangesAsked = new AtomicInteger();

    TestMember() {
        super(LocalStore.ephemeral());
    }

    @Override
    public CompletableFuture<Long> currentRevision() {
        CompletableFuture<Long> answer = revisionAnswer;
        return answer == null ? store.currentRevision() : answer;
    }

    @Override
    public CompletableFuture<RangeResult> range(RangeRequest request) {
        rangesAsked.incrementAndGet();
        return store.range(request);
    }

    @Override
    public long clusterId() {
        return CLUSTER_ID;
    }

    @Override
    public long memberId() {
        return MEMBER_ID;
    }

    @Override
    public long leaderId() {
        return leader;
    }

    @Override
    public long term() {
        return TERM;
    }

    @Override
    public long revision() {
        return store.status().revision();
    }

    @Override
    public Cluster cluster() {
        return this;
    }

    @Override
    public Maintenance maintenance() {
        return this;
    }

    @Override
    public Auth auth() {
        return this;
    }

    @Override
    public Store permittedAt(long authRevision) {
        return this;
    }

    @Override
    public CompletableFuture<TxnResult> txn(Txn txn) {
        StoreException failure = writesFail;
        return failure == null ? store.txn(txn) : CompletableFuture.failedFuture(failure);
    }

    @Override
    public boolean isLearner() {
        return learner;
    }

    @Override
    public StoreStatus status() {
        StoreStatus status = store.status();
        return new StoreStatus(
                CLUSTER_ID,
                MEMBER_ID,
                leader,
                TERM,
                status.revision(),
                status.compactRevision(),
                status.commitIndex(),
                status.appliedIndex(),
                status.bytesTotal(),
                status.bytesInUse(),
                status.bytesQuota(),
                status.keys(),
                learner);
    }

    @Override
    public CompletableFuture<List<ClusterMember>> members(boolean linearizable) {
        List<String> peers = List.of("http://127.0.0.1:2380");
        List<String> clients = List.of("http://127.0.0.1:2379");
        ClusterMember own = new ClusterMember(MEMBER_ID, "only", peers, clients, learner);
        return CompletableFuture.completedFuture(
                Stream.concat(others.stream(), Stream.of(own)).toList());
    }

    @Override
    public Set<Long> connected() {
        return connected;
    }

    @Override
    public CompletableFuture<ClusterMember> add(List<String> peerUrls, boolean asLearner) {
        return CompletableFuture.completedFuture(new ClusterMember(2, "", peerUrls, List.of(), asLearner));
    }

    @Override
    public CompletableFuture<List<ClusterMember>> remove(long id) {
        return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.MEMBER_NOT_FOUND));
    }

    @Override
    public CompletableFuture<List<ClusterMember>> update(long id, List<String> peerUrls) {
        return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.MEMBER_NOT_FOUND));
    }

    @Override
    public CompletableFuture<List<ClusterMember>> promote(long id) {
        return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.NOT_A_LEARNER));
    }

    @Override
    public CompletableFuture<Void> moveLeader(long id) {
        return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.BAD_TRANSFEREE));
    }

    @Override
    public Optional<String> downgradeTarget() {
        return downgrade;
    }

    @Override
    public CompletableFuture<Long> setDowngradeTarget(Optional<String> target) {
        downgrade = target;
        return CompletableFuture.completedFuture(revision());
    }

    @Override
    public List<Alarm> alarms() {
        return List.copyOf(alarms);
    }

    @Override
    public CompletableFuture<List<Alarm>> raise(Alarm alarm) {
        alarms.add(alarm);
        return CompletableFuture.completedFuture(alarms());
    }

    @Override
    public CompletableFuture<List<Alarm>> disarm(Alarm alarm) {
        alarms.remove(alarm);
        return CompletableFuture.completedFuture(alarms());
    }

    @Override
    public CompletableFuture<StateHash> hashKv(long revision) {
        return CompletableFuture.completedFuture(new StateHash(0xFFFF_FFF0, revision(), revision(), -1));
    }

    @Override
    public CompletableFuture<StateHash> hash() {
        return hashKv(0);
    }

    @Override
    public CompletableFuture<Void> defragment() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public StoreImage image() {
        return new Image(revision());
    }

    @Override
    public AuthState state() {
        return AuthState.NONE;
    }

    @Override
    public CompletableFuture<Long> change(AuthChange change) {
        return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.AUTH_NOT_ENABLED));
    }

    @Override
    public CompletableFuture<Long> assign(String user, String token, long authRevision) {
        return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.AUTH_NOT_ENABLED));
    }

    @Override
    public void onToken(TokenListener listener) {}

    /** An image of one change, enough to be handed on. */
    private record Image(long revision) implements StoreImage {
        @Override
        public long compactRevision() {
            return -1;
        }

        @Override
        public long appliedIndex() {
            return 0;
        }

        @Override
        public long term() {
            return TERM;
        }

        @Override
        public void changes(Consumer<Change> visitor) {
            visitor.accept(new Change(new KeyValue(Bytes.utf8("a"), Bytes.EMPTY, 2, 2, 1, 0), 0, false));
        }

        @Override
        public List<LeaseRecord> leases() {
            return List.of();
        }

        @Override
        public List<Alarm> alarms() {
            return List.of();
        }

        @Override
        public AuthState auth() {
            return AuthState.NONE;
        }

        @Override
        public List<ClusterMember> members() {
            return List.of();
        }

        @Override
        public List<Long> removedMembers() {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
