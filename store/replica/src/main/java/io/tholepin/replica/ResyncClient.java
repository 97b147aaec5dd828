package io.tholepin.replica;

import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.ResyncSource;
import io.tholepin.keyspace.ResyncTarget;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreObserver;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Gets from a peer what this member's state lacks, and keeps it on the disk until the state becomes it. Blocks; one
 * thread at a time. It takes at most {@link #BYTES_PER_SECOND}, so that it does not crowd out what keeps the cluster
 * alive.
 */
final class ResyncClient {
    /** Most bytes taken in a second. */
    private static final long BYTES_PER_SECOND = 128L << 20;

    /** Longest wait for one answer; a sketch of millions of keys takes seconds. */
    private static final long ANSWER_MILLIS_MAX = 60_000;

    /** Sketches asked for before everything is. */
    private static final int SKETCHES_MAX = 5;

    private static final System.Logger LOG = System.getLogger(ResyncClient.class.getName());

    private final Keyspace keyspace;
    private final Path folder;
    private final PeerTransport transport;
    private final Supplier<Leadership> leadership;
    private final StoreObserver observer;
    private final AtomicLong bytesMoved = new AtomicLong();

    /** @param folder where it is kept */
    ResyncClient(
            Keyspace keyspace,
            Path folder,
            PeerTransport transport,
            Supplier<Leadership> leadership,
            StoreObserver observer) {
        this.keyspace = keyspace;
        this.folder = folder;
        this.transport = transport;
        this.leadership = leadership;
        this.observer = observer;
    }

    /** Bytes taken since the start. */
    long bytesMoved() {
        return bytesMoved.get();
    }

    /**
     * Gets the leader's state, at log index {@code index} or later.
     *
     * @param cancelled whether to give up
     * @return whether it is on the disk, or not needed
     */
    boolean fetch(long index, BooleanSupplier cancelled) {
        if (keyspace.appliedIndex() >= index) {
            return true;
        }
        long leader = leadership.get().leader();
        long began = System.nanoTime();
        long before = bytesMoved.get();
        try {
            boolean done = fetch(leader, false, index, cancelled) || fetch(leader, true, index, cancelled);
            if (done) {
                long bytes = bytesMoved.get() - before;
                observer.snapshotMoved(leader, false, bytes, System.nanoTime() - began);
                LOG.log(Level.INFO, "took {0} bytes of state from member {1}", bytes, MemberIds.text(leader));
            }
            return done;
        } catch (IOException | StoreException failure) {
            LOG.log(
                    Level.WARNING,
                    "the state of member {0} could not be fetched: {1}",
                    MemberIds.text(leader),
                    failure.getMessage());
            return false;
        }
    }

    /** @return false when it must be tried with everything */
    private boolean fetch(long leader, boolean everything, long index, BooleanSupplier cancelled) throws IOException {
        long revision = everything ? 0 : keyspace.revision();
        DataInputStream opened = ask(leader, out -> {
            out.writeByte(ResyncServer.OPEN);
            out.writeLong(revision);
        });
        long session = opened.readLong();
        ResyncSource.Marks marks = new ResyncSource.Marks(opened.readLong(), opened.readLong(), opened.readLong());
        if (marks.appliedIndex() < index) {
            throw new IOException("it has applied " + marks.appliedIndex() + " (expected: >= " + index + ")");
        }
        try (ResyncTarget target = keyspace.resyncTarget(everything, folder, marks)) {
            take(leader, session, target, cancelled);
            if (target.needsSurvivors() && !compare(leader, session, target)) {
                LOG.log(Level.WARNING, "what was deleted meanwhile cannot be told: taking everything");
                return false;
            }
            if (!target.isCurrent()) {
                throw new IOException("this member's state changed meanwhile");
            }
            target.finish();
            return true;
        } finally {
            close(leader, session);
        }
    }

    private void take(long leader, long session, ResyncTarget target, BooleanSupplier cancelled) throws IOException {
        long began = System.nanoTime();
        long bytes = 0;
        while (true) {
            if (cancelled.getAsBoolean()) {
                throw new IOException("cancelled");
            }
            byte[] chunk = ask(leader, out -> {
                        out.writeByte(ResyncServer.NEXT);
                        out.writeLong(session);
                    })
                    .readAllBytes();
            if (chunk.length == 0) {
                return;
            }
            target.accept(chunk);
            bytes += chunk.length;
            pace(began, bytes);
        }
    }

    /** Whether it is known what was deleted meanwhile. */
    private boolean compare(long leader, long session, ResyncTarget target) throws IOException {
        long sumSeed = ThreadLocalRandom.current().nextLong();
        DataInputStream in = ask(leader, out -> {
            out.writeByte(ResyncServer.SURVIVORS);
            out.writeLong(session);
            out.writeLong(sumSeed);
        });
        ResyncSource.Survivors survivors = new ResyncSource.Survivors(in.readLong(), in.readLong());
        long deletions = target.deletions(survivors);
        if (deletions < 0) {
            return false;
        }
        for (int attempt = 0; attempt < SKETCHES_MAX; attempt++) {
            long seed = ThreadLocalRandom.current().nextLong();
            byte[] sketch = deletions == 0 ? new byte[0] : sketch(leader, session, seed, ResyncTarget.cells(deletions));
            if (target.removeDeleted(sketch, seed, survivors, sumSeed)) {
                return true;
            }
        }
        return false;
    }

    private byte[] sketch(long leader, long session, long seed, int cells) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] part;
        do {
            int offset = whole.size();
            part = ask(leader, out -> {
                        out.writeByte(ResyncServer.SKETCH);
                        out.writeLong(session);
                        out.writeLong(seed);
                        out.writeInt(cells);
                        out.writeInt(offset);
                    })
                    .readAllBytes();
            whole.writeBytes(part);
        } while (part.length == ResyncServer.PART_BYTES);
        return whole.toByteArray();
    }

    private void close(long leader, long session) {
        transport.call(
                leader,
                PeerMessages.RESYNC,
                PeerCodec.body(out -> {
                    out.writeByte(ResyncServer.CLOSE);
                    out.writeLong(session);
                }),
                ANSWER_MILLIS_MAX,
                (_, failure) -> {
                    if (failure != null) {
                        LOG.log(Level.DEBUG, "the leader was not told of the end: {0}", failure.text());
                    }
                });
    }

    private DataInputStream ask(long leader, PeerCodec.Fields request) throws IOException {
        CompletableFuture<DataInputStream> answer = new CompletableFuture<>();
        PeerFailure unsent = transport.call(
                leader, PeerMessages.RESYNC, PeerCodec.body(request), ANSWER_MILLIS_MAX, (body, failure) -> {
                    if (body != null) {
                        bytesMoved.addAndGet(body.remaining());
                        answer.complete(PeerCodec.reader(body));
                    } else {
                        answer.completeExceptionally(new IOException(failure == null ? "" : failure.text()));
                    }
                });
        if (unsent != null) {
            throw new IOException(unsent.text());
        }
        try {
            return answer.get(2 * ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new IOException(String.valueOf(failed.getMessage()), failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private static void pace(long beganNanos, long bytes) throws IOException {
        long due = beganNanos + TimeUnit.SECONDS.toNanos(1) / 1_000 * (bytes / (BYTES_PER_SECOND / 1_000));
        long early = TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime());
        if (early > 0) {
            try {
                Thread.sleep(early);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", interrupted);
            }
        }
    }
}
