package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.Cluster;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.Txn;
import java.util.List;
import java.util.Optional;

/**
 * One change of the replicated state, as it stands in the log. Everything that could differ between members (the choice
 * of an id, the effective TTL, which lease has expired) is decided before a command is proposed, so that applying it is
 * a function of the state alone.
 */
public sealed interface Command {
    /** A transaction that may write; checked with {@link TxnRules#check} before it is proposed. */
    record Write(Txn txn) implements Command {}

    /** Forgets what only revisions below {@code revision} can see. */
    record Compact(long revision) implements Command {}

    /**
     * Grants a lease.
     *
     * @param id not 0; chosen by the proposer
     * @param ttlSeconds effective TTL, at least {@link LeaseTimers#TTL_SECONDS_MIN}
     */
    record LeaseGrant(long id, long ttlSeconds) implements Command {}

    /** Revokes a lease, because a client asked or because it expired on the leader. */
    record LeaseRevoke(long id) implements Command {}

    /**
     * Records how much of a lease's TTL is left, so that a later leader does not start it afresh. Unknown leases are
     * ignored.
     */
    record LeaseCheckpoint(long id, long remainingSeconds) implements Command {}

    /** Raises an alarm; one that is raised already stays. */
    record AlarmRaise(Alarm alarm) implements Command {}

    /** Takes an alarm back; one that is not raised is no error. */
    record AlarmDisarm(Alarm alarm) implements Command {}

    /** Changes users and roles. */
    record AuthUpdate(AuthChange change) implements Command {}

    /**
     * Lets every member know that {@code token} stands for {@code user}; nothing of it is kept. Refused with
     * AUTH_NOT_ENABLED, or with AUTH_FAILED when the user is gone or may not have a token.
     */
    record AssignToken(String user, String token) implements Command {}

    /** Takes the whole membership as it is at first; when there are members already it changes nothing. */
    record MembersInit(List<ClusterMember> members) implements Command {
        public MembersInit {
            members = List.copyOf(members);
        }
    }

    /**
     * Adds a member. Refused with PEER_URL_EXISTS, MEMBER_EXISTS, MEMBER_NOT_FOUND for an id that was removed, or
     * TOO_MANY_LEARNERS.
     *
     * @param learnersMax most learners there may be; the proposer's setting, so that all members decide alike
     */
    record MemberAdd(ClusterMember member, int learnersMax) implements Command {
        /** With as many learners as etcd allows. */
        public MemberAdd(ClusterMember member) {
            this(member, Cluster.LEARNERS_MAX);
        }
    }

    /** Removes a member; its id never comes back. Refused with MEMBER_NOT_FOUND. */
    record MemberRemove(long id) implements Command {}

    /** Changes where a member is reached by the others. Refused with MEMBER_NOT_FOUND or PEER_URL_EXISTS. */
    record MemberUpdate(long id, List<String> peerUrls) implements Command {
        public MemberUpdate {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /** Notes that a learner is a voter. Refused with MEMBER_NOT_FOUND or NOT_A_LEARNER. */
    record MemberPromote(long id) implements Command {}

    /** A member that has started says what it is called and where clients reach it. Refused with MEMBER_NOT_FOUND. */
    record MemberPublish(long id, String name, List<String> clientUrls) implements Command {
        public MemberPublish {
            clientUrls = List.copyOf(clientUrls);
        }
    }

    /** Announces a downgrade to a version, or with none calls it off. */
    record DowngradeTarget(Optional<String> target) implements Command {}

    /**
     * A command whose proposer was permitted by the auth state of {@code authRevision}: refused with AUTH_OLD_REVISION,
     * without an effect, when auth is enabled and its state is another by now. Source: contract 2.11.
     */
    record Guarded(long authRevision, Command command) implements Command {
        public Guarded {
            if (command instanceof Guarded) {
                throw new IllegalArgumentException("guarded twice");
            }
        }
    }
}
