package io.tholepin.replica;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A machine that remembers what it was told; entries are numbers of eight bytes. */
final class ListMachine implements RaftEngine.Machine {
    final List<Long> indexes = new CopyOnWriteArrayList<>();
    final List<Long> entries = new CopyOnWriteArrayList<>();
    final List<String> broken = new CopyOnWriteArrayList<>();
    final CompletableFuture<Long> leading = new CompletableFuture<>();
    final long durableBefore;
    volatile boolean deposed;
    private volatile long reached;

    /** @param durableBefore what it has on its disk already, as far as the engine is told */
    ListMachine(long durableBefore) {
        this.durableBefore = durableBefore;
    }

    @Override
    public void apply(long index, ByteBuffer entry, RaftEngine.@Nullable Proposal proposal) {
        indexes.add(index);
        entries.add(entry.getLong(entry.position()));
        if (proposal instanceof Number number) {
            number.applied.complete(index);
        }
    }

    @Override
    public long appliedIndex() {
        long applied = indexes.isEmpty() ? durableBefore : Math.max(durableBefore, indexes.getLast());
        return Math.max(applied, reached);
    }

    @Override
    public void reached(long index) {
        reached = index;
    }

    @Override
    public void leading(long term) {
        leading.complete(term);
    }

    @Override
    public void notLeading() {
        deposed = true;
    }

    @Override
    public void makeDurable() {
        // It has no disk.
    }

    @Override
    public void broken(String why) {
        broken.add(why);
    }

    long awaitLeading() throws Exception {
        return leading.get(20, TimeUnit.SECONDS);
    }

    /** An entry of this machine. */
    record Number(byte[] entry, CompletableFuture<Long> applied) implements RaftEngine.Proposal {
        static Number of(long number) {
            return of(number, 8);
        }

        static Number of(long number, int bytes) {
            return new Number(ByteBuffer.allocate(bytes).putLong(number).array(), new CompletableFuture<>());
        }

        @Override
        public void refused(String why) {
            lost(why);
        }

        @Override
        public void lost(String why) {
            applied.completeExceptionally(new IllegalStateException(why));
        }

        long await() throws Exception {
            return applied.get(20, TimeUnit.SECONDS);
        }
    }
}
