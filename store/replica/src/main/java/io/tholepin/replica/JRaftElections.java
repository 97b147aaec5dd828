package io.tholepin.replica;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.util.RepeatedTimer;
import java.lang.reflect.Field;

/**
 * Has every member notice when its leader is gone. JRaft leaves the election timer of a member off that starts as a
 * learner, and does not switch it on when the learner becomes a voter: the leader would be missed by nobody once all
 * others came into the cluster that way. On a learner the timer does no harm, because JRaft asks for votes only if the
 * configuration has this member among the voters; and it forgets the leader, which those who need one want to know.
 *
 * <p>The timer is private to JRaft, and nothing that is public starts it without raising the term, which would end the
 * leadership that there is: hence the one reflective access. {@code MembershipTest} sees to it with each version.
 */
final class JRaftElections {
    private static final String TIMER = "electionTimer";

    private JRaftElections() {}

    /** Switches the timer of a node on that has started, if it is off; it goes on until the node stops. */
    static void watch(NodeImpl node) {
        try {
            Field timer = NodeImpl.class.getDeclaredField(TIMER);
            timer.setAccessible(true);
            ((RepeatedTimer) timer.get(node)).start();
        } catch (ReflectiveOperationException other) {
            throw new IllegalStateException("another version of JRaft: " + other.getMessage(), other);
        }
    }
}
