package io.tholepin.replica;

import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What only the leader can do, asked of any member: done here when this member leads, else sent to who does. While
 * nobody leads it waits, at most {@code waitNanos}. At most {@link #CALLS_MAX} calls at a time.
 */
final class LeaderCalls {
    /** Most calls at a time; one more is told TOO_MANY_REQUESTS. */
    static final int CALLS_MAX = 10_000;

    private static final long RETRY_MILLIS = 50;

    /** After this time without an answer, what can be repeated is. */
    private static final long REPEAT_MILLIS = 1_500;

    private static final String NOT_LEADING = "not the leader";

    /** What the leader does. */
    @FunctionalInterface
    interface Served {
        /**
         * Reads the arguments now and does it now or later.
         *
         * @return the answer as bytes
         */
        CompletableFuture<byte[]> serve(DataInputStream arguments) throws IOException;
    }

    /** Reads an answer. */
    @FunctionalInterface
    interface Answer<T> {
        /** Reads all of it. */
        T read(DataInputStream in) throws IOException;
    }

    /**
     * Something to be done by the leader.
     *
     * @param number as it was served under
     * @param arguments as bytes
     * @param repeatable whether it may be sent again when it is not known what became of it
     */
    record Request(int number, byte[] arguments, boolean repeatable) {}

    private final Supplier<Leadership> leadership;
    private final @Nullable PeerTransport transport;
    private final long waitNanos;
    private final Map<Integer, Served> served = new ConcurrentHashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Executor pause = CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS);
    private volatile @Nullable StoreException ended;

    LeaderCalls(Supplier<Leadership> leadership, @Nullable PeerTransport transport, long waitNanos) {
        this.leadership = leadership;
        this.transport = transport;
        this.waitNanos = waitNanos;
        if (transport != null) {
            transport.handle(PeerMessages.LEAD, this::handle);
        }
    }

    /** Does requests of {@code number} like this, when this member leads. */
    void serve(int number, Served how) {
        served.put(number, how);
    }

    /** No call comes to an end any more. */
    void end(StoreException cause) {
        ended = cause;
    }

    /**
     * Has the leader do it.
     *
     * @return fails with NO_LEADER when there was none in time, with TIMED_OUT of kind UNKNOWN when a leader may have
     *     done it, and else with what the leader says
     */
    <T> CompletableFuture<T> call(Request request, Answer<T> reading) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (underWay.incrementAndGet() > CALLS_MAX) {
            underWay.decrementAndGet();
            return CompletableFuture.failedFuture(StoreException.of(Code.TOO_MANY_REQUESTS));
        }
        answer.whenComplete((_, _) -> underWay.decrementAndGet());
        attempt(new Attempt<>(request, reading, answer, System.nanoTime()));
        return answer;
    }

    private record Attempt<T>(Request request, Answer<T> reading, CompletableFuture<T> answer, long since) {
        boolean isLate(long waitNanos) {
            return System.nanoTime() - since > waitNanos;
        }

        /** How long to wait for one leader; what can be repeated does not wait long for one that may be gone. */
        long waitMillis(long waitNanos) {
            long left = waitNanos - (System.nanoTime() - since);
            long millis = Math.max(RETRY_MILLIS, TimeUnit.NANOSECONDS.toMillis(left));
            return request.repeatable() ? Math.min(millis, REPEAT_MILLIS) : millis;
        }
    }

    private <T> void attempt(Attempt<T> attempt) {
        StoreException stopped = ended;
        Leadership now = leadership.get();
        if (stopped != null) {
            attempt.answer().completeExceptionally(stopped);
        } else if (now.here()) {
            here(attempt);
        } else if (now.isKnown() && transport != null) {
            PeerFailure failure = transport.call(
                    now.leader(),
                    PeerMessages.LEAD,
                    PeerCodec.body(out -> {
                        out.writeInt(attempt.request().number());
                        out.write(attempt.request().arguments());
                    }),
                    attempt.waitMillis(waitNanos),
                    (body, why) -> answered(attempt, body, why));
            if (failure != null) {
                again(attempt);
            }
        } else {
            again(attempt);
        }
    }

    private <T> void again(Attempt<T> attempt) {
        if (attempt.isLate(waitNanos)) {
            attempt.answer().completeExceptionally(StoreException.of(Code.NO_LEADER));
        } else {
            pause.execute(() -> attempt(attempt));
        }
    }

    private <T> void here(Attempt<T> attempt) {
        serve(
                        attempt.request().number(),
                        PeerCodec.reader(ByteBuffer.wrap(attempt.request().arguments())))
                .whenComplete((bytes, failure) -> {
                    if (failure != null) {
                        attempt.answer().completeExceptionally(Answers.cause(failure));
                    } else {
                        read(attempt, PeerCodec.reader(ByteBuffer.wrap(bytes)));
                    }
                });
    }

    private <T> void answered(Attempt<T> attempt, @Nullable ByteBuffer body, @Nullable PeerFailure failure) {
        if (body != null) {
            DataInputStream in = PeerCodec.reader(body);
            try {
                if (in.readBoolean()) {
                    read(attempt, in);
                } else {
                    attempt.answer().completeExceptionally(PeerCodec.takeFailure(in));
                }
            } catch (IOException malformed) {
                attempt.answer().completeExceptionally(malformed(malformed));
            }
        } else if (failure != null
                && failure.kind() == PeerFailure.Kind.LOST
                && !attempt.request().repeatable()) {
            attempt.answer().completeExceptionally(StoreException.unknown(Code.TIMED_OUT, failure.text(), null));
        } else {
            again(attempt);
        }
    }

    private static <T> void read(Attempt<T> attempt, DataInputStream in) {
        try {
            attempt.answer().complete(attempt.reading().read(in));
        } catch (IOException malformed) {
            attempt.answer().completeExceptionally(malformed(malformed));
        }
    }

    private CompletableFuture<byte[]> serve(int number, DataInputStream arguments) {
        Served how = served.get(number);
        try {
            return how == null
                    ? CompletableFuture.failedFuture(StoreException.of(Code.TIMED_OUT, "request " + number, null))
                    : how.serve(arguments);
        } catch (IOException malformed) {
            return CompletableFuture.failedFuture(malformed(malformed));
        } catch (StoreException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** A peer asks. */
    private void handle(long from, ByteBuffer body, PeerHandler.Answer answer) {
        if (!leadership.get().here()) {
            answer.refuse(NOT_LEADING);
            return;
        }
        DataInputStream in = PeerCodec.reader(body);
        int number;
        try {
            number = in.readInt();
        } catch (IOException malformed) {
            answer.refuse("malformed");
            return;
        }
        serve(number, in)
                .whenComplete((bytes, failure) -> answer.send(PeerCodec.body(out -> {
                    out.writeBoolean(failure == null);
                    if (failure == null) {
                        out.write(bytes);
                    } else {
                        PeerCodec.putFailure(out, Answers.cause(failure));
                    }
                })));
    }

    private static StoreException malformed(IOException cause) {
        return StoreException.unknown(Code.TIMED_OUT, "a message of a peer cannot be read", cause);
    }
}
