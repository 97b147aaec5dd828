package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.Event;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Lease;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.StateHash;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreImage;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The deterministic state machine: the same commands in the same order give the same answers, revisions and events on
 * every member. No clock, no thread, no I/O beyond its engine.
 *
 * <p>One owner thread calls {@link #apply} for each command, then {@link #commit}, and only then answers its callers
 * and hands what {@code commit} returned to the {@link WatchHub}. Several commands may share an index and several
 * indexes a commit; what is applied and not yet committed is seen by nobody else. The owner also calls {@link #sweep},
 * {@link #save} and {@link #load}. Everything else may be called from any thread: reads use the state of the last
 * commit and never wait for the owner.
 *
 * <p>Commands must have passed {@link TxnRules#check}. Source: contract 2.2-2.6, 2.8.
 */
public final class Keyspace implements AutoCloseable {
    /** Reads are repeated when a compaction overtook them; so often before giving up. */
    private static final int READ_ATTEMPTS_MAX = 100;

    private final Engine engine;
    private final LeaseBook leases = new LeaseBook();
    private final ClusterBook cluster;
    private final RecentPairs recent = new RecentPairs();

    // The owner's.
    private KeyIndex index = KeyIndex.empty();
    private long revision;
    private long appliedIndex;
    private long compacted;
    private long sweptRevision;
    private long versionsSwept;
    private long bytesInUse;
    private int changes;
    private List<Event> events = new ArrayList<>();

    /** Published before anything it makes unreadable is cut off, so a reader that missed something sees why. */
    private volatile long compactRevision;

    private volatile View view;

    /** What readers see: replaced at each commit. */
    private record View(KeyIndex index, long revision, long appliedIndex, long bytesInUse, ClusterState cluster) {}

    /** Opens what {@code engine} holds; the keyspace closes it. The caller becomes the owner. */
    public Keyspace(Engine engine) {
        this.engine = engine;
        this.cluster = new ClusterBook(engine);
        this.view = rebuild();
    }

    /** The index of the last log entry whose commands are committed; 0 for none. */
    public long appliedIndex() {
        return view.appliedIndex;
    }

    /** The revision of the last commit. */
    public long revision() {
        return view.revision;
    }

    /** The last compacted revision, -1 for none. It is still readable; what is older is not. */
    public long compactRevision() {
        return compactRevision;
    }

    /** How many keys there are as of the last commit. */
    public long keys() {
        View now = view;
        return now.index.liveCount(KeyRange.all(), now.revision);
    }

    /** Users and roles as of the last commit. */
    public AuthState auth() {
        return view.cluster.auth();
    }

    /** The alarms as of the last commit, in the order they were raised in or that of their members. */
    public List<Alarm> alarms() {
        return view.cluster.alarms();
    }

    /** The members as of the last commit, ascending by unsigned id. */
    public List<ClusterMember> members() {
        return view.cluster.members();
    }

    /** Ids of members that were removed and must not come back, as of the last commit. */
    public List<Long> removedMembers() {
        return view.cluster.removed();
    }

    /** The version a downgrade was announced to, as of the last commit. */
    public Optional<String> downgradeTarget() {
        return view.cluster.downgradeTarget();
    }

    /**
     * Bytes the data takes on disk, or about so many on the heap, with what could be returned; {@link #bytesInUse} when
     * compression makes it less.
     */
    public long bytesTotal() {
        return Math.max(engine.bytesTotal(), bytesInUse());
    }

    /**
     * Bytes of the keys and values of every kept version, and {@link Quota#VERSION_BYTES} for each; as of the last
     * commit. Versions that a compaction made invisible count until they are swept.
     */
    public long bytesInUse() {
        return view.bytesInUse;
    }

    /**
     * Applies a command of log entry {@code index}. Owner only.
     *
     * @param index not below that of the command before; an entry that is already applied must not be applied again
     * @return what came of it; a refused command left no effect
     */
    public Outcome apply(long index, Command command) {
        if (index < appliedIndex) {
            throw new IllegalArgumentException("index: " + index + " (expected: >= " + appliedIndex + ")");
        }
        appliedIndex = index;
        try {
            Command permitted = command instanceof Command.Guarded guarded ? permitted(guarded) : command;
            StoreException forbidden = AlarmRules.refusal(cluster.state(), permitted);
            return forbidden == null ? carryOut(permitted) : new Outcome.Refused(forbidden);
        } catch (StoreException e) {
            if (e.kind() == StoreException.Kind.REFUSED && changes == 0) {
                return new Outcome.Refused(e);
            }
            throw e;
        }
    }

    /** Notes that an entry without commands was applied. Owner only. */
    public void skip(long index) {
        if (index < appliedIndex) {
            throw new IllegalArgumentException("index: " + index + " (expected: >= " + appliedIndex + ")");
        }
        appliedIndex = index;
    }

    /** Makes everything applied since the last commit visible, in one step. Owner only. */
    public Committed commit() {
        engine.commit(new Engine.Marks(appliedIndex, revision, compacted, sweptRevision));
        if (!engine.keepsPairsInMemory()) {
            recent.committed(revision);
        }
        Committed committed = new Committed(revision, events, cluster.takeTokens(), cluster.takeMembersChanged());
        events = events.isEmpty() ? events : new ArrayList<>();
        view = new View(index, revision, appliedIndex, bytesInUse, cluster.state());
        compactRevision = compacted;
        return committed;
    }

    /**
     * Reads a range at the state of the last commit.
     *
     * @throws StoreException COMPACTED or FUTURE_REVISION
     */
    public RangeResult range(RangeRequest request) {
        for (int attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
            View now = view;
            RangeResult result = reader(now).range(request, now.revision);
            if (result != null) {
                return result;
            }
        }
        throw StoreException.of(StoreException.Code.TOO_MANY_REQUESTS);
    }

    /**
     * Runs a transaction that only reads, at the state of the last commit.
     *
     * @throws StoreException COMPACTED or FUTURE_REVISION
     */
    public TxnResult read(Txn txn) {
        if (!txn.isReadOnly()) {
            throw new IllegalArgumentException("the transaction writes");
        }
        for (int attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
            View now = view;
            TxnResult result = reader(now).txn(txn);
            if (result != null) {
                return result;
            }
        }
        throw StoreException.of(StoreException.Code.TOO_MANY_REQUESTS);
    }

    /**
     * The hash of the keys up to {@code revision}, bit for bit etcd's HashKV. Reads every version up to there; any
     * thread, beside the owner.
     *
     * @param at 0 for the revision of the last commit
     * @throws StoreException COMPACTED or FUTURE_REVISION
     */
    public StateHash hashKv(long at) {
        for (int attempt = 0; attempt < READ_ATTEMPTS_MAX; attempt++) {
            View now = view;
            long upTo = at <= 0 ? now.revision : at;
            if (upTo > now.revision) {
                throw StoreException.of(StoreException.Code.FUTURE_REVISION);
            }
            StateHash hash = hashKv(now.index, upTo);
            // A sweep of a later compaction may have cut off versions that are seen at the revision.
            if (hash != null && compactRevision <= upTo) {
                return hash;
            }
            if (at > 0) {
                throw StoreException.compacted(compactRevision);
            }
        }
        throw StoreException.of(StoreException.Code.TOO_MANY_REQUESTS);
    }

    private @Nullable StateHash hashKv(KeyIndex keys, long upTo) {
        try (Engine.Snapshot snapshot = engine.snapshot()) {
            return upTo < snapshot.marks().compactRevision() ? null : Hashes.hashKv(snapshot, keys, upTo);
        }
    }

    /** The hash of everything that is stored, of which other members may have more or less. Any thread. */
    public StateHash hash() {
        try (Engine.Snapshot snapshot = engine.snapshot()) {
            return Hashes.hash(snapshot);
        }
    }

    /**
     * The state of the last commit, held until it is closed; applying, compacting and sweeping go on beside it. Any
     * thread.
     *
     * @param term Raft term of this member, 0 where there is no Raft
     */
    public StoreImage image(long term) {
        return new KeyspaceImage(engine.snapshot(), term);
    }

    /**
     * Begins to return what compactions have freed to the file system and comes back at once; the rest happens in the
     * background and stops nothing. Any thread.
     */
    public void defragment() {
        engine.defragment();
    }

    /**
     * Visits the committed changes with {@code from <= revision <= to} in order, each with the pair before if that is
     * still kept, until {@code visitor} returns false. Changes below {@link #compactRevision} may be missing: check it
     * afterwards.
     */
    void history(long from, long to, Predicate<Event> visitor) {
        engine.history(from, to, visitor);
    }

    /**
     * Visits the committed versions up to a revision that are still kept, in order, until {@code visitor} returns
     * false.
     */
    void versionsUpTo(long revision, Predicate<Version> visitor) {
        engine.versions(0, revision, visitor);
    }

    /**
     * A committed change with the pair before it, read if it left memory; without one when there was none, or when a
     * compaction has removed it meanwhile. Any thread.
     */
    Event withPrevious(Event event) {
        boolean changed = event.type() == Event.Type.DELETE || event.kv().version() > 1;
        if (event.previous() != null || !changed) {
            return event;
        }
        KeyHistory history = view.index.find(event.kv().key());
        Version before = history == null ? null : history.live(event.kv().modRevision() - 1);
        if (before == null) {
            return event;
        }
        KeyValue pair = before.pair;
        Bytes value = pair != null ? pair.value() : engine.value(before);
        return value == null ? event : new Event(event.type(), event.kv(), before.withValue(value));
    }

    /** What is granted of a lease and which keys it has; null when there is none. Remaining TTL is the granted one. */
    public @Nullable Lease lease(long id, boolean keys) {
        return leases.find(id, keys);
    }

    /** Granted TTL of each lease, in seconds. */
    public Map<Long, Long> leaseTtls() {
        return leases.ttls();
    }

    /** Seconds left of each lease as a new leader must assume: its last checkpoint, or all of it. */
    public Map<Long, Long> leaseSeconds() {
        return leases.seconds();
    }

    /** What compactions made invisible is removed below this revision. Owner only. */
    public long sweptRevision() {
        return sweptRevision;
    }

    /** How many versions {@link #sweep} has removed since this object was made. Owner only. */
    public long versionsSwept() {
        return versionsSwept;
    }

    /**
     * Removes some of what compactions made invisible; commits are needed to make it stick. Owner only.
     *
     * @param changesMax how many changes to look at, more or less
     * @return whether there is more to remove
     */
    public boolean sweep(int changesMax) {
        if (compactRevision <= sweptRevision) {
            return false;
        }
        Sweep sweep = new Sweep(engine, index, compactRevision);
        sweptRevision = sweep.run(sweptRevision, changesMax);
        bytesInUse -= sweep.bytesRemoved();
        index = sweep.index();
        versionsSwept += sweep.versionsRemoved();
        return sweptRevision < compactRevision;
    }

    /** Writes the state of the last commit to the folder {@code target}, which must not exist yet. Owner only. */
    public void save(Path target) {
        engine.save(target);
    }

    /** Replaces the state with what {@link #save} wrote. The caller then calls {@link WatchHub#reset}. Owner only. */
    public void load(Path source) {
        engine.load(source);
        leases.clear();
        recent.clear();
        events = new ArrayList<>();
        view = rebuild();
    }

    /**
     * Pins the state of the last commit for a member that is behind. Owner only; until it is closed, nothing must be
     * swept.
     *
     * @param revision that member's; 0 when it takes everything
     * @param onClose run once when it is closed
     */
    public ResyncSource resyncSource(long revision, Runnable onClose) {
        return new ResyncSource(engine.snapshot(), view.index, revision, onClose);
    }

    /**
     * Begins to gather what this state lacks. Any thread; nothing must be applied until it has ended.
     *
     * @param everything whether to take everything, instead of what is new since {@link #revision}
     * @param folder where it is kept
     * @param source where the source is
     */
    public ResyncTarget resyncTarget(boolean everything, Path folder, ResyncSource.Marks source) throws IOException {
        View now = view;
        return new ResyncTarget(this, now.index, everything ? 0 : now.revision, folder, source);
    }

    /**
     * Becomes what was gathered below {@code folder}, if anything was finished there. The caller then calls
     * {@link WatchHub#reset}. Owner only.
     *
     * @return whether there was anything
     */
    public boolean become(Path folder) throws IOException {
        if (!StagedState.exists(folder)) {
            return false;
        }
        // Readers of the old state find gaps from here on, and see why.
        compactRevision = Math.max(compactRevision, StagedState.compactRevision(folder));
        StagedState.carryOut(folder, engine);
        leases.clear();
        recent.clear();
        events = new ArrayList<>();
        view = rebuild();
        return true;
    }

    /** Carries out what was gathered before the process ended, if anything was; before a keyspace is made of it. */
    public static void recover(Path folder, Engine engine) throws IOException {
        if (StagedState.exists(folder)) {
            StagedState.carryOut(folder, engine);
        }
    }

    /** Makes everything committed survive the death of the process. Owner only. */
    public void flush() {
        engine.flush();
    }

    /** Closes the engine. Owner only; reads under way fail as STOPPED. */
    @Override
    public void close() {
        engine.close();
    }

    // ---- The owner's state, as WriteTxn sees it.

    Reader working() {
        return new Reader(index, workingRevision(), engine, recent, () -> compacted);
    }

    long workingRevision() {
        return changes == 0 ? revision : revision + 1;
    }

    LeaseBook leases() {
        return leases;
    }

    /** Puts a key; the lease exists. Returns the pair before if that is asked for and there was one, else null. */
    @Nullable
    KeyValue put(Bytes key, Bytes value, long lease, boolean wantsPrevious) {
        KeyHistory history = index.find(key);
        Version head = history == null ? null : history.head();
        Version before = head == null || head.isTombstone() ? null : head;
        KeyValue previous = before == null ? null : wantsPrevious ? pair(before) : before.pair;
        long next = revision + 1;
        Bytes shared = history == null ? key : history.key;
        Version version = before == null
                ? new Version(shared, next, changes, next, 1, lease, value.length())
                : new Version(shared, next, changes, before.createRevision, before.version + 1, lease, value.length());
        KeyValue pair = version.withValue(value);
        version.pair = pair;
        version.previous(head);
        record(history, version, before);
        events.add(new Event(Event.Type.PUT, pair, previous));
        return previous;
    }

    /** Deletes a live version. Returns its pair, perhaps null when that is not asked for. */
    @Nullable
    KeyValue delete(KeyHistory history, Version before, boolean wantsPrevious) {
        KeyValue previous = wantsPrevious ? pair(before) : before.pair;
        Version tombstone = Version.tombstone(history.key, revision + 1, changes);
        tombstone.previous(before);
        record(history, tombstone, before);
        events.add(new Event(Event.Type.DELETE, tombstone.withValue(Bytes.EMPTY), previous));
        return previous;
    }

    /** Ends a command: its changes become one revision. */
    long finish() {
        if (changes > 0) {
            revision++;
            changes = 0;
        }
        return revision;
    }

    private void record(@Nullable KeyHistory history, Version version, @Nullable Version before) {
        if (history == null) {
            index = index.insert(new KeyHistory(version));
        } else {
            if (version.modRevision == history.head().modRevision) {
                throw new IllegalStateException(
                        "changed twice in revision " + version.modRevision + ": " + version.key);
            }
            history.push(version);
            int delta = (version.isTombstone() ? 0 : 1) - (before == null ? 0 : 1);
            if (delta != 0) {
                index = index.adjustLive(version.key, delta);
            }
        }
        changes++;
        bytesInUse += version.bytes();
        engine.put(version);
        if (!engine.keepsPairsInMemory()) {
            recent.written(version);
        }
        leases.moved(version.key, before == null ? 0 : before.lease, version.lease);
    }

    KeyValue pair(Version version) {
        KeyValue pair = version.pair;
        if (pair != null) {
            return pair;
        }
        Bytes value = engine.value(version);
        if (value == null) {
            throw StoreException.of(StoreException.Code.CORRUPT, "no value of " + version.key, null);
        }
        return version.withValue(value);
    }

    private Outcome carryOut(Command command) {
        return switch (command) {
            case Command.Write write -> new Outcome.Wrote(new WriteTxn(this, write.txn()).run());
            case Command.Guarded _ -> throw new IllegalArgumentException("guarded twice");
            case Command.Compact compact -> compact(compact.revision());
            case Command.LeaseGrant grant -> grant(grant);
            case Command.LeaseRevoke revoke -> revoke(revoke.id());
            case Command.LeaseCheckpoint checkpoint -> checkpoint(checkpoint);
            case Command.AlarmRaise raise -> new Outcome.Alarms(cluster.raise(raise.alarm()));
            case Command.AlarmDisarm disarm -> new Outcome.Alarms(cluster.disarm(disarm.alarm()));
            case Command.AuthUpdate update -> done(() -> cluster.change(update));
            case Command.AssignToken assign -> {
                cluster.assign(assign);
                yield new Outcome.Assigned(appliedIndex);
            }
            case Command.DowngradeTarget downgrade -> done(() -> cluster.downgrade(downgrade.target()));
            case Command.MembersInit init -> members(MemberRules.init(cluster.state(), init));
            case Command.MemberAdd add -> members(MemberRules.add(cluster.state(), add));
            case Command.MemberRemove remove -> members(MemberRules.remove(cluster.state(), remove.id()));
            case Command.MemberUpdate update -> members(MemberRules.update(cluster.state(), update));
            case Command.MemberPromote promote -> members(MemberRules.promote(cluster.state(), promote.id()));
            case Command.MemberPublish publish -> members(MemberRules.publish(cluster.state(), publish));
        };
    }

    private Command permitted(Command.Guarded guarded) {
        AuthState auth = cluster.state().auth();
        if (auth.enabled() && auth.revision() != guarded.authRevision()) {
            throw StoreException.of(StoreException.Code.AUTH_OLD_REVISION);
        }
        return guarded.command();
    }

    private Outcome done(Runnable change) {
        change.run();
        return new Outcome.Done(revision);
    }

    private Outcome members(ClusterState changed) {
        return new Outcome.Members(cluster.members(changed));
    }

    private Outcome compact(long at) {
        if (at <= compacted) {
            throw StoreException.compacted(compacted);
        }
        if (at > revision) {
            throw StoreException.of(StoreException.Code.FUTURE_REVISION);
        }
        compacted = at;
        return new Outcome.Done(revision);
    }

    private Outcome grant(Command.LeaseGrant grant) {
        if (leases.contains(grant.id())) {
            throw StoreException.of(StoreException.Code.LEASE_EXISTS);
        }
        Engine.StoredLease lease = new Engine.StoredLease(grant.id(), grant.ttlSeconds(), 0);
        leases.add(lease);
        engine.putLease(lease);
        return new Outcome.Done(revision);
    }

    private Outcome checkpoint(Command.LeaseCheckpoint checkpoint) {
        Engine.StoredLease lease = leases.checkpoint(checkpoint.id(), checkpoint.remainingSeconds());
        if (lease != null) {
            engine.putLease(lease);
        }
        return new Outcome.Done(revision);
    }

    private Outcome revoke(long id) {
        Lease lease = leases.find(id, true);
        if (lease == null) {
            throw StoreException.of(StoreException.Code.LEASE_NOT_FOUND);
        }
        for (Bytes key : lease.keys()) {
            KeyHistory history = index.find(key);
            if (history == null || history.head().isTombstone()) {
                throw new IllegalStateException("lease " + id + " holds a key that is not there: " + key);
            }
            delete(history, history.head(), false);
        }
        leases.remove(id);
        engine.removeLease(id);
        return new Outcome.Done(finish());
    }

    private Reader reader(View now) {
        return new Reader(now.index, now.revision, engine, recent, this::compactRevision);
    }

    private View rebuild() {
        Engine.Marks marks = engine.marks();
        Map<Bytes, KeyHistory> histories = new HashMap<>();
        bytesInUse = 0;
        engine.versions(version -> {
            bytesInUse += version.bytes();
            if (version.modRevision > marks.revision()) {
                throw Decoder.corrupt("revision " + version.modRevision + " (expected: <= " + marks.revision() + ")");
            }
            KeyHistory history = histories.get(version.key);
            if (history == null) {
                histories.put(version.key, new KeyHistory(version));
            } else {
                Version linked = version.sharing(history.key);
                linked.previous(history.head());
                history.push(linked);
            }
        });
        List<KeyHistory> sorted = new ArrayList<>(histories.values());
        sorted.sort((a, b) -> a.key.compareTo(b.key));
        index = KeyIndex.of(sorted);
        engine.leases(leases::add);
        cluster.load();
        for (KeyHistory history : sorted) {
            leases.moved(history.key, 0, history.head().lease);
        }
        revision = marks.revision();
        appliedIndex = marks.appliedIndex();
        compacted = marks.compactRevision();
        compactRevision = compacted;
        sweptRevision = marks.sweptRevision();
        recent.committed(revision);
        changes = 0;
        return new View(index, revision, appliedIndex, bytesInUse, cluster.state());
    }
}
