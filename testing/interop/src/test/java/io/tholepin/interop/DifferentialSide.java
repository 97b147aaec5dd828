package io.tholepin.interop;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.AlarmRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthenticateRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthenticateResponse;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrpc;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveResponse;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.StatusRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One of the two servers of a differential run: its channel, its tokens and what its watches heard. */
final class DifferentialSide implements AutoCloseable {
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final long CALL_SECONDS_MAX = 20;
    private static final long PROGRESS_MILLIS_MAX = 5_000;

    private final String name;
    private final Channel channel;
    private final long memberId;
    private final Map<String, String> tokens = new HashMap<>();
    private final Map<Integer, WatchTape> tapes = new TreeMap<>();

    DifferentialSide(String name, Channel channel) {
        this.name = name;
        this.channel = channel;
        memberId = MaintenanceGrpc.newBlockingStub(channel)
                .status(StatusRequest.getDefaultInstance())
                .getHeader()
                .getMemberId();
    }

    String name() {
        return name;
    }

    /** Starts a request and returns how to wait for its answer. */
    Supplier<Answer> call(Step.Call step) {
        Message request = step.request();
        if (request instanceof AlarmRequest alarm && alarm.getMemberID() == 1) {
            request = alarm.toBuilder().setMemberID(memberId).build(); // "this member": each has its own id
        }
        ListenableFuture<Message> future = start(step.method(), request, as(step.user()));
        return () -> {
            try {
                Message answer = future.get();
                if (answer instanceof AuthenticateResponse token) {
                    tokens.put(((AuthenticateRequest) step.request()).getName(), token.getToken());
                }
                return Answer.of(Normal.of(step.request(), answer));
            } catch (ExecutionException e) {
                return Answer.of(Status.fromThrowable(e.getCause()));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static ListenableFuture<Message> start(MethodDescriptor<?, ?> method, Message request, Channel channel) {
        return ClientCalls.futureUnaryCall(
                channel.newCall(
                        (MethodDescriptor<Message, Message>) method,
                        CallOptions.DEFAULT.withDeadlineAfter(CALL_SECONDS_MAX, TimeUnit.SECONDS)),
                request);
    }

    /** A keep-alive on a stream of its own. */
    Answer keepAlive(Step.KeepAlive step) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        var requests = LeaseGrpc.newStub(as(step.user())).leaseKeepAlive(new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse response) {
                answer.complete(Answer.of(Normal.of(step.request(), response)));
            }

            @Override
            public void onError(Throwable error) {
                answer.complete(Answer.of(Status.fromThrowable(error)));
            }

            @Override
            public void onCompleted() {
                answer.complete(Answer.of(Status.OK.withDescription("ended without an answer")));
            }
        });
        requests.onNext(step.request());
        Answer got = answer.orTimeout(CALL_SECONDS_MAX, TimeUnit.SECONDS).join();
        requests.onCompleted();
        return got;
    }

    private Channel as(@Nullable String user) {
        if (user == null) {
            return channel;
        }
        Metadata headers = new Metadata();
        headers.put(TOKEN, tokens.getOrDefault(user, "nonsense"));
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** The run's stream of that number; opened when first asked for, with {@code user}'s token. */
    WatchTape tape(int stream, @Nullable String user) {
        return tapes.computeIfAbsent(stream, ignored -> new WatchTape(as(user)));
    }

    /** What a stream heard so far. */
    List<WatchResponse> heard(int stream) {
        WatchTape tape = tapes.get(stream);
        return tape == null ? List.of() : tape.responses();
    }

    /** Creates a watch and waits until the server says so. */
    boolean open(Step.OpenWatch step, @Nullable String user) {
        WatchTape tape = tape(step.stream(), user);
        long before = created(tape.responses());
        tape.create(step.request());
        return tape.await(PROGRESS_MILLIS_MAX, responses -> created(responses) > before);
    }

    private static long created(List<WatchResponse> responses) {
        return responses.stream().filter(WatchResponse::getCreated).count();
    }

    /** Ends a watch; waits for the answer when there is one to come. */
    void cancel(Step.CancelWatch step, @Nullable String user) {
        WatchTape tape = tape(step.stream(), user);
        boolean isLive = live(tape.responses()).contains(step.id());
        tape.cancel(step.id());
        if (isLive) {
            tape.await(PROGRESS_MILLIS_MAX, responses -> !live(responses).contains(step.id()));
        }
    }

    private static Set<Long> live(List<WatchResponse> responses) {
        Set<Long> live = new HashSet<>();
        for (WatchResponse response : responses) {
            if (response.getCanceled()) {
                if (!response.getCreated()) {
                    live.remove(response.getWatchId());
                }
            } else if (response.getCreated()) {
                live.add(response.getWatchId());
            }
        }
        return live;
    }

    /** Waits until a stream that can has said that it has heard everything up to {@code revision}. */
    boolean awaitProgress(int stream, long revision) {
        WatchTape tape = tapes.get(stream);
        if (tape == null || tape.end() != null || live(tape.responses()).isEmpty()) {
            return true; // with no watch on the stream etcd answers no progress request
        }
        long deadline = System.nanoTime() + PROGRESS_MILLIS_MAX * 1_000_000;
        int before = tape.responses().size(); // what was said earlier does not speak of the newest watch
        while (System.nanoTime() < deadline) {
            tape.askProgress();
            if (tape.await(
                    60,
                    responses -> responses.subList(before, responses.size()).stream()
                            .anyMatch(response ->
                                    isProgress(response) && response.getHeader().getRevision() >= revision))) {
                return true;
            }
        }
        return false;
    }

    static boolean isProgress(WatchResponse response) {
        return response.getEventsCount() == 0 && !response.getCreated() && !response.getCanceled();
    }

    @Override
    public void close() {
        tapes.values().forEach(WatchTape::close);
    }
}
