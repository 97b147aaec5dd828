package io.tholepin.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An engine that does what a test tells it, when it tells it. */
final class ScriptedEngine implements RaftEngine {
    final List<Proposal> proposed = new ArrayList<>();
    final List<ReadIndexCallback> asked = new ArrayList<>();
    boolean leadsAlone;
    RaftGroup group = RaftGroup.NONE;

    /** Changes that were asked for, while {@link #changesLast}. */
    final List<RaftGroup> targets = new ArrayList<>();

    /** Whether a change goes on until {@link #endChange}. */
    boolean changesLast;

    private @Nullable Consumer<@Nullable String> changing;

    @Override
    public void start(Machine machine) {}

    @Override
    public void propose(Proposal proposal) {
        proposed.add(proposal);
    }

    @Override
    public void readIndex(ReadIndexCallback callback) {
        asked.add(callback);
    }

    @Override
    public boolean leadsAlone() {
        return leadsAlone;
    }

    @Override
    public RaftGroup group() {
        return group;
    }

    @Override
    public void change(RaftGroup target, Consumer<@Nullable String> done) {
        if (changesLast) {
            targets.add(target);
            changing = done;
        } else {
            done.accept("not here");
        }
    }

    /** The change that was asked for last is made. */
    void endChange() {
        group = targets.getLast();
        java.util.Objects.requireNonNull(changing).accept(null);
    }

    @Override
    public @Nullable String transfer(long member) {
        return "not here";
    }

    @Override
    public long commitIndex() {
        return 0;
    }

    @Override
    public long matchIndex(long member) {
        return 0;
    }

    @Override
    public void snapshot(Runnable done) {
        done.run();
    }

    @Override
    public void close() {}
}
