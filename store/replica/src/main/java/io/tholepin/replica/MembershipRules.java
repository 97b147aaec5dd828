package io.tholepin.replica;

import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Whether a change of the membership leaves the cluster able to decide: etcd's strict check. The table's own rules
 * (nobody twice, ids, learners) are the state machine's. Pure functions. Source: contract 2.16; etcd's membership
 * checks, in its order.
 *
 * @param members as they are before the change
 * @param self the leader
 * @param connectedMillis for how long another member has been connected, -1 when it is not
 */
record MembershipRules(List<ClusterMember> members, long self, LongUnaryOperator connectedMillis) {
    /** How long the others must have been connected before a member is added. */
    static final long HEALTHY_MILLIS = 5_000;

    /** Share of the leader's log that a learner must have. */
    private static final double READY = 0.9;

    /** @throws StoreException NOT_ENOUGH_STARTED or UNHEALTHY_CLUSTER */
    void checkAdd(boolean learner) {
        if (!learner) {
            long started = voters().stream().filter(MembershipRules::isStarted).count();
            long after = voters().size() + 1L;
            boolean firstSecond = started == 1 && after == 2;
            if (!firstSecond && started < after / 2 + 1) {
                throw StoreException.of(Code.NOT_ENOUGH_STARTED);
            }
        }
        for (ClusterMember member : voters()) {
            if (!isHealthy(member.id())) {
                throw StoreException.of(Code.UNHEALTHY_CLUSTER);
            }
        }
    }

    /** @throws StoreException NOT_ENOUGH_STARTED or UNHEALTHY_CLUSTER */
    void checkRemove(ClusterMember removed) {
        if (removed.learner()) {
            return;
        }
        long others = voters().size() - 1L;
        long started = voters().stream()
                .filter(member -> member.id() != removed.id() && isStarted(member))
                .count();
        if (started < others / 2 + 1) {
            throw StoreException.of(Code.NOT_ENOUGH_STARTED);
        }
        boolean down = removed.id() != self && connectedMillis.applyAsLong(removed.id()) < 0;
        long active = voters().stream().filter(member -> isHealthy(member.id())).count();
        if (!down && active - 1 < 1 + others / 2) {
            throw StoreException.of(Code.UNHEALTHY_CLUSTER);
        }
    }

    /** @throws StoreException NOT_A_LEARNER, LEARNER_NOT_READY or NOT_ENOUGH_STARTED */
    void checkPromote(ClusterMember promoted, long match, long commit, boolean strict) {
        if (!promoted.learner()) {
            throw StoreException.of(Code.NOT_A_LEARNER);
        }
        if (match < commit * READY) {
            throw StoreException.of(Code.LEARNER_NOT_READY);
        }
        long started = voters().stream().filter(MembershipRules::isStarted).count() + (isStarted(promoted) ? 1 : 0);
        if (strict && started < (voters().size() + 1L) / 2 + 1) {
            throw StoreException.of(Code.NOT_ENOUGH_STARTED);
        }
    }

    private List<ClusterMember> voters() {
        return members.stream().filter(member -> !member.learner()).toList();
    }

    private boolean isHealthy(long id) {
        return id == self || connectedMillis.applyAsLong(id) >= HEALTHY_MILLIS;
    }

    private static boolean isStarted(ClusterMember member) {
        return !member.name().isEmpty();
    }
}
