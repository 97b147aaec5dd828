package io.tholepin.etcdprotocol;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tholepin.kv.StoreException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Calls that may wait for long: each has a virtual thread, which is interrupted when the caller gives up. Their number
 * is bounded. They fail as etcd's do, which is the client of itself here: with code Unknown and the plain text. Source:
 * contract 2.8.
 */
final class WaitingCalls {
    /** Most calls at a time; one more is refused with TOO_MANY_REQUESTS. */
    static final int CALLS_MAX = 10_000;

    private final Semaphore free = new Semaphore(CALLS_MAX);

    /** Answers with what {@code body} returns. */
    <R> void unary(StreamObserver<R> out, Body<R> body) {
        start(out, _ -> {
            R response = body.run();
            out.onNext(response);
            out.onCompleted();
        });
    }

    /** Runs {@code stream}, which sends what it likes and returns only when there is no more. */
    <R> void stream(StreamObserver<R> out, Stream<R> stream) {
        start(out, stream);
    }

    private <R> void start(StreamObserver<R> out, Stream<R> work) {
        if (!free.tryAcquire()) {
            Answers.fail(out, StoreException.of(StoreException.Code.TOO_MANY_REQUESTS));
            return;
        }
        ServerCallStreamObserver<R> observer = (ServerCallStreamObserver<R>) out;
        Gate gate = new Gate();
        Thread thread = Thread.ofVirtual()
                .name("waiting-call")
                .unstarted(Context.current().wrap(() -> {
                    try {
                        work.run(new Ready<>(observer, gate));
                    } catch (InterruptedException cancelled) {
                        // Nobody listens any more; the body has tidied up.
                    } catch (ExecutionException e) {
                        observer.onError(failure(e.getCause() == null ? e : e.getCause()));
                    } catch (RuntimeException e) {
                        observer.onError(failure(e));
                    } finally {
                        free.release();
                    }
                }));
        observer.setOnCancelHandler(thread::interrupt);
        observer.setOnReadyHandler(gate::open);
        thread.start();
    }

    private static Throwable failure(Throwable cause) {
        return Status.UNKNOWN
                .withDescription(StatusMapping.status(cause).getDescription())
                .asRuntimeException();
    }

    /** What makes one answer; may block, and is interrupted when nobody waits for the answer. */
    @FunctionalInterface
    interface Body<R> {
        R run() throws InterruptedException, ExecutionException;
    }

    /** What makes many answers; sending one waits until the caller has room for it. */
    @FunctionalInterface
    interface Stream<R> {
        void run(Sender<R> out) throws InterruptedException, ExecutionException;
    }

    /** Where answers go. */
    @FunctionalInterface
    interface Sender<R> {
        void onNext(R response) throws InterruptedException;
    }

    private record Ready<R>(ServerCallStreamObserver<R> observer, Gate gate) implements Sender<R> {
        @Override
        public void onNext(R response) throws InterruptedException {
            while (!observer.isReady()) {
                gate.await(observer);
            }
            observer.onNext(response);
        }
    }

    /** Wakes whoever waits for room. */
    private static final class Gate {
        synchronized void open() {
            notifyAll();
        }

        synchronized void await(ServerCallStreamObserver<?> observer) throws InterruptedException {
            if (!observer.isReady()) {
                wait();
            }
        }
    }
}
