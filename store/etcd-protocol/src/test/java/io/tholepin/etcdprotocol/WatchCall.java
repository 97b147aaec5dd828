package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.tholepin.etcdwire.etcdserverpb.WatchCancelRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchGrpc;
import io.tholepin.etcdwire.etcdserverpb.WatchProgressRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.etcdwire.mvccpb.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client's end of a Watch call. Takes as many messages as the test says: a slow client is one that takes none. */
final class WatchCall {
    private static final long PATIENCE_SECONDS = 20;

    final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    private final ClientCall<WatchRequest, WatchResponse> call;

    private WatchCall(Channel channel, Metadata metadata) {
        call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(WatchResponse response) {
                        responses.add(response);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended.complete(status);
                    }
                },
                metadata);
    }

    /** A client that takes whatever comes. */
    static WatchCall open(Channel channel) {
        return open(channel, new Metadata());
    }

    static WatchCall open(Channel channel, Metadata metadata) {
        WatchCall opened = new WatchCall(channel, metadata);
        opened.take(Integer.MAX_VALUE);
        return opened;
    }

    /** A client that takes nothing before it is told to. */
    static WatchCall slow(Channel channel) {
        return new WatchCall(channel, new Metadata());
    }

    void take(int messages) {
        call.request(messages);
    }

    void create(WatchCreateRequest.Builder create) {
        call.sendMessage(WatchRequest.newBuilder().setCreateRequest(create).build());
    }

    void cancel(long id) {
        call.sendMessage(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build());
    }

    void requestProgress() {
        call.sendMessage(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    void sendNothing() {
        call.sendMessage(WatchRequest.getDefaultInstance());
    }

    void halfClose() {
        call.halfClose();
    }

    void abandon() {
        call.cancel("enough", null);
    }

    /** The next response, which must come. */
    WatchResponse next() throws InterruptedException {
        WatchResponse response = responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(response).as("a response within %s s", PATIENCE_SECONDS).isNotNull();
        return response;
    }

    /** Creates a watch and returns the answer. */
    WatchResponse created(WatchCreateRequest.Builder create) throws InterruptedException {
        create(create);
        WatchResponse response = next();
        assertThat(response.getCreated()).isTrue();
        assertThat(response.getCanceled()).isFalse();
        return response;
    }

    /** The next events, as many as {@code count}, in the order they came; progress between them is passed over. */
    List<Event> events(int count) throws InterruptedException {
        List<Event> events = new ArrayList<>();
        while (events.size() < count) {
            events.addAll(next().getEventsList());
        }
        return events;
    }

    /** What has come and was not looked at. */
    int waiting() {
        return responses.size();
    }
}
