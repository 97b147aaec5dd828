package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.CommandCodec;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.kv.ClusterMember;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings the Raft engine's configuration to what the table of members says, one member at a time; on the leader. The
 * table changes first, through the log, and says what is wanted: so a leader that fails half-way leaves the rest to its
 * successor.
 *
 * <p>A new voter is added once it is reachable; the engine brings it up to date before it counts. A learner that became
 * a voter is taken out and added again, because the engine does not count acknowledgements on a learner's stream. A
 * removed leader hands over first. One thread: the chores'.
 */
final class Enrolment {
    private static final System.Logger LOG = System.getLogger(Enrolment.class.getName());

    /** How long the notice of its removal may take to a member. */
    private static final long NOTICE_MILLIS = 2_000;

    private final long self;
    private final RaftEngine engine;
    private final Keyspace keyspace;
    private final Supplier<Leadership> leadership;
    private final @Nullable PeerTransport transport;
    private final Runnable onChange;
    private volatile boolean changing;
    private volatile String trouble = "";

    /** @param onChange run when a change has ended, well or not */
    Enrolment(
            long self,
            RaftEngine engine,
            Keyspace keyspace,
            Supplier<Leadership> leadership,
            @Nullable PeerTransport transport,
            Runnable onChange) {
        this.self = self;
        this.engine = engine;
        this.keyspace = keyspace;
        this.leadership = leadership;
        this.transport = transport;
        this.onChange = onChange;
    }

    /** Begins the next change when one is needed and none is under way. */
    void round() {
        List<ClusterMember> members = keyspace.members();
        if (members.isEmpty() || !leadership.get().here()) {
            return;
        }
        if (changing) {
            nudge(members);
            return;
        }
        RaftGroup now = engine.group();
        Optional<RaftGroup> target = next(now, members);
        if (target.isPresent()) {
            begin(now, target.get());
        } else if (now.voters().contains(self) && members.stream().noneMatch(member -> member.id() == self)) {
            leave(now);
        }
    }

    private void begin(RaftGroup now, RaftGroup target) {
        changing = true;
        engine.change(target, problem -> {
            changing = false;
            if (problem == null) {
                trouble = "";
                LOG.log(Level.INFO, "voters are {0}, learners {1}", texts(target.voters()), texts(target.learners()));
                notice(now, target);
                return;
            }
            if (!problem.equals(trouble)) {
                trouble = problem;
                LOG.log(Level.WARNING, "the configuration was not changed: {0}", problem);
            }
            onChange.run();
        });
    }

    /**
     * Appends something while a change is under way. The engine takes a new voter for up to date when that answers an
     * append after the engine began to wait for it, which may be later than the answer that brought it up to date; by
     * itself the engine appends nothing more, and in a cluster where nobody writes it would wait for ever.
     */
    private void nudge(List<ClusterMember> members) {
        ClusterMember own = find(members, self);
        if (own != null && !own.name().isEmpty()) {
            engine.propose(new Nudge(new Command.MemberPublish(self, own.name(), own.clientUrls())));
        }
    }

    /** Says of this member what everybody knows, and what nobody else says. */
    private record Nudge(Command command) implements RaftEngine.Proposal {
        @Override
        public byte[] entry() {
            return CommandCodec.encodeEntry(0, 0, List.of(CommandCodec.encode(command)));
        }

        @Override
        public void refused(String why) {
            LOG.log(Level.DEBUG, "not nudged: {0}", why);
        }

        @Override
        public void lost(String why) {
            LOG.log(Level.DEBUG, "perhaps not nudged: {0}", why);
        }
    }

    /** The next step from {@code now} to the table, if there is any to take. */
    private Optional<RaftGroup> next(RaftGroup now, List<ClusterMember> members) {
        for (long id : now.learners()) {
            ClusterMember member = find(members, id);
            if (member == null || !member.learner()) {
                return Optional.of(new RaftGroup(now.voters(), without(now.learners(), id)));
            }
        }
        for (long id : now.voters()) {
            if (id != self && find(members, id) == null) {
                return Optional.of(new RaftGroup(without(now.voters(), id), now.learners()));
            }
        }
        for (ClusterMember member : members) {
            if (!now.contains(member.id())) {
                if (member.learner()) {
                    return Optional.of(new RaftGroup(now.voters(), with(now.learners(), member.id())));
                }
                if (transport != null && transport.isConnected(member.id())) {
                    return Optional.of(new RaftGroup(with(now.voters(), member.id()), now.learners()));
                }
            }
        }
        return Optional.empty();
    }

    /** This leader is removed: another one takes over and takes it out; if nobody can, it does so itself. */
    private void leave(RaftGroup now) {
        Optional<Long> successor = now.voters().stream()
                .filter(id -> id != self && transport != null && transport.isConnected(id))
                .max((a, b) -> Long.compare(engine.matchIndex(a), engine.matchIndex(b)));
        if (successor.isEmpty()) {
            LOG.log(Level.WARNING, "removed, and nobody to hand over to");
            return;
        }
        String problem = engine.transfer(successor.get());
        if (problem != null) {
            LOG.log(Level.WARNING, "removed, and the leadership was not handed over: {0}", problem);
        }
    }

    /**
     * Tells who was taken out for ever, and only then ends the connection to it; who does not hear it is told when it
     * calls.
     */
    private void notice(RaftGroup before, RaftGroup after) {
        List<Long> removed = keyspace.removedMembers();
        Set<Long> gone = new HashSet<>(before.voters());
        gone.addAll(before.learners());
        for (long id : gone) {
            if (transport != null && !after.contains(id) && removed.contains(id)) {
                PeerFailure unsent =
                        transport.call(id, PeerMessages.REMOVED, PeerBody.EMPTY, NOTICE_MILLIS, (_, failure) -> {
                            if (failure != null) {
                                LOG.log(Level.INFO, "member {0} was not told: {1}", MemberIds.text(id), failure.text());
                            }
                            onChange.run();
                        });
                if (unsent == null) {
                    return;
                }
            }
        }
        onChange.run();
    }

    private static @Nullable ClusterMember find(List<ClusterMember> members, long id) {
        return members.stream().filter(member -> member.id() == id).findFirst().orElse(null);
    }

    private static Set<Long> with(Set<Long> ids, long id) {
        Set<Long> more = new HashSet<>(ids);
        more.add(id);
        return more;
    }

    private static Set<Long> without(Set<Long> ids, long id) {
        Set<Long> fewer = new HashSet<>(ids);
        fewer.remove(id);
        return fewer;
    }

    private static List<String> texts(Set<Long> ids) {
        return ids.stream().map(MemberIds::text).toList();
    }
}
