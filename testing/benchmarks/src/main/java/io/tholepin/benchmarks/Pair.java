package io.tholepin.benchmarks;

import java.io.IOException;
import java.util.List;

/** Both systems, running at the same time, measured in turn. */
record Pair(Members ours, Members peer) implements AutoCloseable {
    /** What is done to one system. */
    interface Step {
        void on(Members members) throws IOException, InterruptedException;
    }

    /** Takes both in turn; who is first changes from round to round, so that a drift of the machine cancels out. */
    void each(int round, Step step) throws IOException, InterruptedException {
        for (Members members : round % 2 == 0 ? List.of(ours, peer) : List.of(peer, ours)) {
            step.on(members);
        }
    }

    @Override
    public void close() throws IOException {
        try (ours;
                peer) {
            // Both are stopped, whatever the first does.
        }
    }
}
