package io.tholepin.replica;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** JRaft's view of the machine. */
final class JRaftMachine extends StateMachineAdapter {
    private final RaftEngine.Machine machine;
    private final Consumer<Boolean> onLead;
    private final @Nullable JRaftCommits commits;

    /**
     * @param onLead told whether this member leads, before the machine is
     * @param commits told what was applied; null without others
     */
    JRaftMachine(RaftEngine.Machine machine, Consumer<Boolean> onLead, @Nullable JRaftCommits commits) {
        this.machine = machine;
        this.onLead = onLead;
        this.commits = commits;
    }

    @Override
    public void onApply(Iterator entries) {
        while (entries.hasNext()) {
            RaftEngine.Proposal proposal =
                    entries.done() instanceof JRaftEngine.Ticket ticket ? ticket.proposal() : null;
            machine.apply(entries.getIndex(), entries.getData(), proposal);
            if (commits != null) {
                commits.applied(entries.getIndex(), entries.getTerm(), proposal == null ? 0 : proposal.from());
            }
            entries.next();
        }
        if (commits != null) {
            commits.pause();
        }
    }

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
        machine.reached(writer.getCurrentMeta().getLastIncludedIndex());
        Thread.ofPlatform().daemon().name("replica-snapshot").start(() -> done.run(save()));
    }

    private Status save() {
        try {
            machine.makeDurable();
            return Status.OK();
        } catch (RuntimeException failure) {
            machine.broken("the state could not be written to disk: " + failure.getMessage());
            return new Status(RaftError.EIO, "%s", failure.getMessage());
        }
    }

    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
        // The state is not in the snapshot but beside it; it must reach as far, or entries are missing for ever.
        long needed = reader.load().getLastIncludedIndex();
        if (machine.appliedIndex() < needed) {
            machine.install();
        }
        return machine.appliedIndex() >= needed;
    }

    @Override
    public void onLeaderStart(long term) {
        if (commits != null) {
            commits.leading(term);
        }
        onLead.accept(true);
        machine.leading(term);
    }

    @Override
    public void onLeaderStop(Status status) {
        if (commits != null) {
            commits.leading(0);
        }
        onLead.accept(false);
        machine.notLeading();
    }

    @Override
    public void onStartFollowing(LeaderChangeContext context) {
        machine.following(JRaftPeer.member(context.getLeaderId()), context.getTerm());
    }

    @Override
    public void onStopFollowing(LeaderChangeContext context) {
        machine.leaderless(context.getTerm());
    }

    @Override
    public void onError(@Nullable RaftException failure) {
        onLead.accept(false);
        machine.broken(failure == null ? "unknown" : failure.getStatus().getErrorMsg());
    }
}
