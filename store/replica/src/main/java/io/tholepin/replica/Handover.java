package io.tholepin.replica;

import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A leader that is about to stop lets another one lead first: nobody has to notice its absence and hold an election,
 * and
 * what is on its way into the log arrives there. Source: Raft dissertation 3.10.
 */
final class Handover {
    private static final System.Logger LOG = System.getLogger(Handover.class.getName());

    /** Longest wait for the other to lead. */
    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(3);

    /** How long a former leader stays to send away the batches of those who have not heard of the new one. */
    private static final long LINGER_MILLIS = 100;

    private static final long POLL_MILLIS = 5;

    private final RaftEngine engine;
    private final PeerTransport transport;
    private final Supplier<Leadership> leadership;

    Handover(RaftEngine engine, PeerTransport transport, Supplier<Leadership> leadership) {
        this.engine = engine;
        this.transport = transport;
        this.leadership = leadership;
    }

    /** Returns when another member leads, or nobody takes over in time; at once when this member does not lead. */
    void run() {
        Leadership before = leadership.get();
        Optional<Long> successor = before.here() ? successor(before.leader()) : Optional.empty();
        if (successor.isEmpty()) {
            return;
        }
        String problem = engine.transfer(successor.get());
        if (problem != null) {
            LOG.log(Level.INFO, "the leadership was not handed over: {0}", problem);
            return;
        }
        try {
            long deadline = System.nanoTime() + WAIT_NANOS_MAX;
            while (!isElsewhere(leadership.get()) && System.nanoTime() < deadline) {
                if (leadership.get().here()) {
                    // The engine gave up, after one election timeout, and leads on.
                    engine.transfer(successor.get());
                }
                Thread.sleep(POLL_MILLIS);
            }
            Thread.sleep(LINGER_MILLIS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isElsewhere(Leadership now) {
        return now.isKnown() && !now.here();
    }

    /** Of the voters that can be reached, the one that has most of the log. */
    private Optional<Long> successor(long self) {
        return engine.group().voters().stream()
                .filter(id -> id != self && transport.isConnected(id))
                .max(Comparator.comparingLong(engine::matchIndex));
    }
}
