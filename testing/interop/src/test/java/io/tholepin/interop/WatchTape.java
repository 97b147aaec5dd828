package io.tholepin.interop;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.WatchCancelRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchGrpc;
import io.tholepin.etcdwire.etcdserverpb.WatchProgressRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One watch stream to one server and everything that came on it, in order. Thread-safe. */
final class WatchTape implements AutoCloseable {
    private final StreamObserver<WatchRequest> requests;
    private final List<WatchResponse> responses = new ArrayList<>();
    private @Nullable Status end;

    WatchTape(Channel channel) {
        requests = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                synchronized (WatchTape.this) {
                    responses.add(response);
                    WatchTape.this.notifyAll();
                }
            }

            @Override
            public void onError(Throwable error) {
                ended(Status.fromThrowable(error));
            }

            @Override
            public void onCompleted() {
                ended(Status.OK);
            }
        });
    }

    private synchronized void ended(Status status) {
        end = status;
        notifyAll();
    }

    synchronized void create(WatchCreateRequest request) {
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    synchronized void cancel(long id) {
        requests.onNext(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build());
    }

    synchronized void askProgress() {
        requests.onNext(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    synchronized List<WatchResponse> responses() {
        return List.copyOf(responses);
    }

    /** How the stream ended; null while it has not. */
    synchronized @Nullable Status end() {
        return end;
    }

    /** Waits until what came so far is as wanted; false when it is not within {@code millis}. */
    synchronized boolean await(long millis, Predicate<List<WatchResponse>> wanted) {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (!wanted.test(responses)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0 || end != null) {
                return false;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (end == null) {
                requests.onError(
                        Status.CANCELLED.withDescription("test is over").asException());
            }
        }
    }
}
