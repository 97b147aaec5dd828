package io.tholepin.benchmarks;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.CompactionResponse;
import io.tholepin.etcdwire.etcdserverpb.DefragmentRequest;
import io.tholepin.etcdwire.etcdserverpb.DefragmentResponse;
import io.tholepin.etcdwire.etcdserverpb.SnapshotRequest;
import io.tholepin.etcdwire.etcdserverpb.SnapshotResponse;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls of the Maintenance service, and compaction, on one member. */
final class Upkeep {
    private static final long MINUTES_MAX = 5;

    private final LoadClient client;
    private final GrpcConnection connection;

    Upkeep(LoadClient client, GrpcConnection connection) {
        this.client = client;
        this.connection = connection;
    }

    /** Returns when the space of older revisions is free in the database. */
    void compact(long revision) throws IOException, InterruptedException {
        CompactionRequest request = CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build();
        client.call(connection, GrpcMethod.COMPACT, request, CompactionResponse.parser(), millisMax());
    }

    void defragment() throws IOException, InterruptedException {
        client.call(
                connection,
                GrpcMethod.DEFRAGMENT,
                DefragmentRequest.getDefaultInstance(),
                DefragmentResponse.parser(),
                millisMax());
    }

    /** Receives a whole snapshot and drops it; returns its bytes. */
    long snapshot() throws IOException, InterruptedException {
        Snapshot call = new Snapshot();
        client.loop().execute(() -> {
            connection.start(GrpcMethod.SNAPSHOT, EtcdFrames.frame(SnapshotRequest.getDefaultInstance()), true, call);
            connection.flush();
        });
        try {
            return call.bytes.get(MINUTES_MAX, TimeUnit.MINUTES);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("snapshot", e);
        }
    }

    private static long millisMax() {
        return TimeUnit.MINUTES.toMillis(MINUTES_MAX);
    }

    private static final class Snapshot extends GrpcCall {
        private final CompletableFuture<Long> bytes = new CompletableFuture<>();
        private final MessageSplitter splitter = new MessageSplitter(this::message);
        private long received;
        private long remaining = -1;

        @Override
        void onData(ByteBuf data) {
            splitter.add(data);
        }

        private void message(ByteBuf message) {
            try {
                SnapshotResponse response = SnapshotResponse.parseFrom(ByteBufUtil.getBytes(message));
                received += response.getBlob().size();
                remaining = response.getRemainingBytes();
            } catch (InvalidProtocolBufferException e) {
                bytes.completeExceptionally(e);
            }
        }

        @Override
        void onEnd(int status, String message) {
            if (status == 0 && received > 0) {
                bytes.complete(received);
            } else {
                bytes.completeExceptionally(new IOException(
                        "status " + status + " " + message + " after " + received + " bytes, left " + remaining));
            }
        }
    }
}
