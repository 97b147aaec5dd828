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
        return RaftGroup.NONE;
    }

    @Override
    public void change(RaftGroup target, Consumer<@Nullable String> done) {
        done.accept("not here");
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
