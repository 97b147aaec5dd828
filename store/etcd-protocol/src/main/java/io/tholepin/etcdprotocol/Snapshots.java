package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.tholepin.etcdwire.etcdserverpb.SnapshotResponse;
import io.tholepin.kv.Maintenance;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;

/**
 * Sends snapshots: pieces of a file, and the SHA-256 of all of them as the last one. Each is made and sent by a thread
 * of its own that waits for its client. Source: contract 2.14.
 */
final class Snapshots {
    private static final System.Logger LOG = System.getLogger(Snapshots.class.getName());
    private static final int PIECE_BYTES = 32 * 1024;

    /** What may wait for a client; with less, its thread and the event loop take turns for every piece. */
    private static final int WAITING_BYTES_MAX = 512 * 1024;

    /** Snapshots under way at a time; one more is refused with TOO_MANY_REQUESTS. */
    private static final int AT_A_TIME = 2;

    private final SnapshotWriter writer;
    private final String version;
    private final ServerObserver observer;
    private final Semaphore free = new Semaphore(AT_A_TIME);

    Snapshots(SnapshotWriter writer, String version, ServerObserver observer) {
        this.writer = writer;
        this.version = version;
        this.observer = observer;
    }

    /** Begins to answer a call; within the service's method. */
    void send(Maintenance maintenance, ServerCallStreamObserver<SnapshotResponse> out) {
        if (!free.tryAcquire()) {
            throw StoreException.of(StoreException.Code.TOO_MANY_REQUESTS);
        }
        Client client = new Client(out);
        Thread.ofPlatform().daemon().name("etcd-snapshot").start(() -> {
            try {
                makeAndSend(maintenance, client);
            } finally {
                free.release();
            }
        });
    }

    private void makeAndSend(Maintenance maintenance, Client client) {
        long began = System.nanoTime();
        try {
            Path file;
            try (StoreImage image = maintenance.image()) {
                file = writer.write(image);
            }
            try {
                sendFile(file, client);
            } finally {
                Files.deleteIfExists(file);
            }
            client.out.onCompleted();
            observer.snapshotSent(System.nanoTime() - began);
        } catch (CancellationException e) {
            LOG.log(Level.INFO, "a client did not wait for the end of its snapshot");
        } catch (IOException e) {
            LOG.log(Level.WARNING, "no snapshot", e);
            client.out.onError(new StatusRuntimeException(Status.UNKNOWN.withDescription(e.getMessage())));
        } catch (RuntimeException e) {
            Answers.fail(client.out, e);
        }
    }

    private void sendFile(Path file, Client client) throws IOException {
        MessageDigest digest = sha256();
        long left = Files.size(file);
        try (InputStream in = Files.newInputStream(file)) {
            while (left > 0) {
                byte[] piece = new byte[(int) Math.min(PIECE_BYTES, left)];
                int read = in.readNBytes(piece, 0, piece.length);
                if (read == 0) {
                    throw new IOException(file + " became shorter while it was sent");
                }
                digest.update(piece, 0, read);
                left -= read;
                client.send(message(left, read == piece.length ? piece : Arrays.copyOf(piece, read)));
            }
        }
        client.send(message(0, digest.digest()));
    }

    private SnapshotResponse message(long left, byte[] piece) {
        ByteString blob = UnsafeByteOperations.unsafeWrap(piece);
        return SnapshotResponse.newBuilder()
                .setRemainingBytes(left)
                .setBlob(blob)
                .setVersion(version)
                .build();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The receiving end: lets the sending thread wait until it takes more. */
    private static final class Client {
        private final ServerCallStreamObserver<SnapshotResponse> out;
        private boolean gone;

        Client(ServerCallStreamObserver<SnapshotResponse> out) {
            this.out = out;
            out.setOnReadyThreshold(WAITING_BYTES_MAX);
            out.setOnReadyHandler(this::wake);
            out.setOnCancelHandler(this::leave);
        }

        void send(SnapshotResponse piece) {
            awaitReady();
            out.onNext(piece);
        }

        private synchronized void awaitReady() {
            try {
                while (!gone && !out.isReady()) {
                    wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                gone = true;
            }
            if (gone) {
                throw new CancellationException();
            }
        }

        private synchronized void wake() {
            notifyAll();
        }

        private synchronized void leave() {
            gone = true;
            notifyAll();
        }
    }
}
