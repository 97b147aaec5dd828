package io.tholepin.replica;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A machine that cannot bear the number thirteen. */
record ThrowingMachine(ListMachine list, CompletableFuture<String> reported) implements RaftEngine.Machine {
    @Override
    public void apply(long index, ByteBuffer entry, RaftEngine.@Nullable Proposal proposal) {
        if (entry.getLong(entry.position()) == 13) {
            throw new IllegalStateException("thirteen");
        }
        list.apply(index, entry, proposal);
    }

    @Override
    public long appliedIndex() {
        return list.appliedIndex();
    }

    @Override
    public void reached(long index) {
        list.reached(index);
    }

    @Override
    public void leading(long term) {
        list.leading(term);
    }

    @Override
    public void notLeading() {
        list.notLeading();
    }

    @Override
    public void makeDurable() {
        list.makeDurable();
    }

    @Override
    public void broken(String why) {
        reported.complete(why);
    }
}
