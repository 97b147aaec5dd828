package io.tholepin.etcdprotocol;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.tholepin.kv.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Unary calls to an etcd. Each has a deadline and waits for a connection until then. A read that fails for want of a
 * member that answers is tried again, on the next one; a write never is. Futures complete on event loops. Thread-safe.
 */
final class EtcdCalls {
    private static final int READ_ATTEMPTS_MAX = 6;
    private static final long FIRST_PAUSE_MILLIS = 25;

    private final Channel channel;
    private final ScheduledExecutorService timer;
    private final Duration timeout;
    private final LongSupplier compacted;
    private volatile boolean closed;

    /**
     * @param timer for pauses between attempts
     * @param timeout longest wait for one answer, attempts included
     * @param compacted what is known to be compacted, for the failures that are about it
     */
    EtcdCalls(Channel channel, ScheduledExecutorService timer, Duration timeout, LongSupplier compacted) {
        this.channel = channel;
        this.timer = timer;
        this.timeout = timeout;
        this.compacted = compacted;
    }

    /** A request that changes nothing. */
    <Q, A> CompletableFuture<A> read(MethodDescriptor<Q, A> method, Q request) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        attempt(new Read<>(method, request, answer, System.nanoTime() + timeout.toNanos()), 1);
        return answer;
    }

    private record Read<Q, A>(
            MethodDescriptor<Q, A> method, Q request, CompletableFuture<A> answer, long deadlineNanos) {}

    private <Q, A> void attempt(Read<Q, A> read, int number) {
        if (closed) {
            read.answer.completeExceptionally(StoreException.of(StoreException.Code.STOPPED));
            return;
        }
        long left = read.deadlineNanos - System.nanoTime();
        call(read.method, read.request, CallOptions.DEFAULT.withDeadlineAfter(left, TimeUnit.NANOSECONDS))
                .whenComplete((value, failure) -> {
                    if (failure == null) {
                        read.answer.complete(value);
                        return;
                    }
                    Status status = Status.fromThrowable(failure);
                    long pause = FIRST_PAUSE_MILLIS << number - 1;
                    if (number < READ_ATTEMPTS_MAX
                            && ClientFailures.worthAnotherTry(status)
                            && read.deadlineNanos - System.nanoTime() > TimeUnit.MILLISECONDS.toNanos(pause)
                            && later(pause, () -> attempt(read, number + 1))) {
                        return;
                    }
                    read.answer.completeExceptionally(failure(status, ClientFailures.Sort.READ));
                });
    }

    /**
     * Tries a read without waiting for a connection, to hear why there is none: a call that waits for one until its
     * deadline does not tell.
     */
    <Q, A> CompletableFuture<A> tryOnce(MethodDescriptor<Q, A> method, Q request) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        start(method, request, CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS), answer);
        return answer.exceptionallyCompose(failure ->
                CompletableFuture.failedFuture(failure(Status.fromThrowable(failure), ClientFailures.Sort.READ)));
    }

    private boolean later(long millis, Runnable task) {
        try {
            timer.schedule(task, millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException stopping) {
            return false;
        }
    }

    /** A request that may change something: one attempt. */
    <Q, A> CompletableFuture<A> write(MethodDescriptor<Q, A> method, Q request) {
        return write(method, request, timeout);
    }

    /** The same with a timeout of its own. */
    <Q, A> CompletableFuture<A> write(MethodDescriptor<Q, A> method, Q request, Duration patience) {
        if (closed) {
            return CompletableFuture.failedFuture(StoreException.of(StoreException.Code.STOPPED));
        }
        Sent sent = new Sent();
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(patience.toNanos(), TimeUnit.NANOSECONDS)
                .withStreamTracerFactory(sent);
        CompletableFuture<A> answer = new CompletableFuture<>();
        call(method, request, options).whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure(
                        Status.fromThrowable(failure),
                        sent.sent ? ClientFailures.Sort.SENT_WRITE : ClientFailures.Sort.UNSENT_WRITE));
            }
        });
        return answer;
    }

    /** Opens a stream of one request and takes its first answer; for what etcd offers as a stream alone. */
    <Q, A> CompletableFuture<A> first(MethodDescriptor<Q, A> method, Q request) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        if (closed) {
            answer.completeExceptionally(StoreException.of(StoreException.Code.STOPPED));
            return answer;
        }
        ClientCall<Q, A> call = channel.newCall(
                method,
                CallOptions.DEFAULT.withWaitForReady().withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS));
        StreamObserver<Q> out = ClientCalls.asyncBidiStreamingCall(call, new StreamObserver<>() {
            @Override
            public void onNext(A value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure(Status.fromThrowable(failure), ClientFailures.Sort.READ));
            }

            @Override
            public void onCompleted() {
                onError(Status.UNAVAILABLE.withDescription("the stream ended").asRuntimeException());
            }
        });
        out.onNext(request);
        out.onCompleted();
        return answer;
    }

    private <Q, A> CompletableFuture<A> call(MethodDescriptor<Q, A> method, Q request, CallOptions options) {
        CompletableFuture<A> answer = new CompletableFuture<>();
        start(method, request, options.withWaitForReady(), answer);
        return answer;
    }

    private <Q, A> void start(
            MethodDescriptor<Q, A> method, Q request, CallOptions options, CompletableFuture<A> answer) {
        ClientCalls.asyncUnaryCall(channel.newCall(method, options), request, new StreamObserver<>() {
            private @Nullable A value;

            @Override
            public void onNext(A next) {
                value = next;
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                if (value == null) {
                    onError(Status.INTERNAL.withDescription("no answer").asRuntimeException());
                } else {
                    answer.complete(value);
                }
            }
        });
    }

    private StoreException failure(Status status, ClientFailures.Sort sort) {
        if (closed && sort != ClientFailures.Sort.SENT_WRITE) {
            return StoreException.of(StoreException.Code.STOPPED);
        }
        return ClientFailures.of(status, sort, compacted.getAsLong());
    }

    /** From now on every request fails; the channel is the caller's to close, which fails what is under way. */
    void close() {
        closed = true;
    }

    /** Whether a connection took the request. */
    private static final class Sent extends ClientStreamTracer.Factory {
        private volatile boolean sent;

        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transport, Metadata all) {
                    sent = true;
                }
            };
        }
    }
}
