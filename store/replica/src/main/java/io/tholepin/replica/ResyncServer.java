package io.tholepin.replica;

import io.tholepin.keyspace.ResyncSource;
import io.tholepin.kv.StoreObserver;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends this member's state to a peer that is behind, as {@link io.tholepin.keyspace.ResyncSource} gives it: the peer
 * asks for one piece after the other, so it sets the pace. Memory is bounded by {@link #SESSIONS_MAX} sessions with
 * {@link #CHUNKS_AHEAD} chunks each; a session that is not asked for {@link #IDLE_SECONDS_MAX} seconds ends.
 */
final class ResyncServer implements AutoCloseable {
    // What a peer asks; the first byte of a message.
    static final int OPEN = 1;
    static final int NEXT = 2;
    static final int SURVIVORS = 3;
    static final int SKETCH = 4;
    static final int CLOSE = 5;

    /** Most peers at a time. */
    static final int SESSIONS_MAX = 2;

    /** Chunks that are read before they are asked for. */
    private static final int CHUNKS_AHEAD = 4;

    private static final long IDLE_SECONDS_MAX = 60;

    /** Most bytes of a sketch in one message. */
    static final int PART_BYTES = 1 << 20;

    private static final System.Logger LOG = System.getLogger(ResyncServer.class.getName());
    private static final byte[] END = {};

    private final LongFunction<@Nullable ResyncSource> open;
    private final StoreObserver observer;
    private final ExecutorService threads = new ThreadPoolExecutor(
            0,
            2 * SESSIONS_MAX + 1,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("replica-resync-", 1).factory());
    private final Map<Long, Session> sessions = new HashMap<>();
    private long number;

    /** @param open pins the state for a peer at a revision; closing it lets sweeps go on */
    ResyncServer(PeerTransport transport, LongFunction<@Nullable ResyncSource> open, StoreObserver observer) {
        this.open = open;
        this.observer = observer;
        transport.handle(PeerMessages.RESYNC, this::handle);
    }

    /** Ends what is not asked for any more. Now and then. */
    void expire() {
        long now = System.nanoTime();
        List<Session> idle = new ArrayList<>();
        synchronized (sessions) {
            sessions.values().removeIf(session -> {
                boolean late = now - session.usedNanos > TimeUnit.SECONDS.toNanos(IDLE_SECONDS_MAX);
                if (late) {
                    idle.add(session);
                }
                return late;
            });
        }
        idle.forEach(Session::end);
    }

    @Override
    public void close() {
        List<Session> all;
        synchronized (sessions) {
            all = new ArrayList<>(sessions.values());
            sessions.clear();
        }
        all.forEach(Session::end);
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "a resync has not ended");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(long from, ByteBuffer body, PeerHandler.Answer answer) {
        DataInputStream in = PeerCodec.reader(body);
        try {
            threads.execute(() -> {
                try {
                    serve(from, in, answer);
                } catch (IOException | RuntimeException failure) {
                    answer.refuse(String.valueOf(failure.getMessage()));
                } catch (InterruptedException stopping) {
                    Thread.currentThread().interrupt();
                    answer.refuse("stopping");
                }
            });
        } catch (RejectedExecutionException full) {
            answer.refuse("too many requests");
        }
    }

    private void serve(long from, DataInputStream in, PeerHandler.Answer answer)
            throws IOException, InterruptedException {
        int what = in.readByte();
        if (what == OPEN) {
            answer.send(begin(from, in.readLong()));
            return;
        }
        long id = in.readLong();
        Session session = session(id, from);
        switch (what) {
            case NEXT -> answer.send(PeerBody.of(session.next()));
            case SURVIVORS -> {
                ResyncSource.Survivors survivors = session.source.survivors(in.readLong());
                answer.send(PeerCodec.body(out -> {
                    out.writeLong(survivors.count());
                    out.writeLong(survivors.sum());
                }));
            }
            case SKETCH -> answer.send(PeerBody.of(session.sketch(in.readLong(), in.readInt(), in.readInt())));
            case CLOSE -> {
                synchronized (sessions) {
                    sessions.remove(id);
                }
                session.end();
                answer.send(PeerBody.EMPTY);
            }
            default -> throw new IOException("unknown request " + what);
        }
    }

    private PeerBody begin(long from, long revision) throws IOException {
        Session session;
        long id;
        List<Session> before = new ArrayList<>();
        synchronized (sessions) {
            // One for each peer: a second one means that the first was given up.
            sessions.values().removeIf(other -> other.peer == from && before.add(other));
            if (sessions.size() >= SESSIONS_MAX) {
                throw new IOException("too many members catch up");
            }
            ResyncSource source = open.apply(revision);
            if (source == null) {
                throw new IOException("stopping");
            }
            id = ++number;
            session = new Session(from, source);
            sessions.put(id, session);
        }
        before.forEach(Session::end);
        try {
            threads.execute(session::produce);
        } catch (RejectedExecutionException full) {
            synchronized (sessions) {
                sessions.remove(id);
            }
            session.released();
            session.end();
            throw new IOException("too many requests", full);
        }
        ResyncSource.Marks marks = session.source.marks();
        return PeerCodec.body(out -> {
            out.writeLong(id);
            out.writeLong(marks.appliedIndex());
            out.writeLong(marks.revision());
            out.writeLong(marks.compactRevision());
        });
    }

    private Session session(long id, long from) throws IOException {
        synchronized (sessions) {
            Session session = sessions.get(id);
            if (session == null || session.peer != from) {
                throw new IOException("no such resync");
            }
            session.usedNanos = System.nanoTime();
            return session;
        }
    }

    private final class Session {
        private final long peer;
        private final ResyncSource source;
        private final BlockingQueue<byte[]> ready = new ArrayBlockingQueue<>(CHUNKS_AHEAD);
        private final long beganNanos = System.nanoTime();
        private volatile boolean ended;
        private boolean reading = true;
        private volatile long usedNanos = beganNanos;
        private long bytes;
        private byte[] sketch = END;

        Session(long peer, ResyncSource source) {
            this.peer = peer;
            this.source = source;
        }

        /** Reads ahead. On a thread of its own. */
        void produce() {
            try {
                source.chunks(this::offer);
                offer(END);
            } catch (RuntimeException failure) {
                LOG.log(Level.WARNING, "a resync of member " + MemberIds.text(peer) + " failed", failure);
                ended = true;
            } finally {
                released();
            }
        }

        /** The thread that reads ahead lets go; only then may the source be closed. */
        private synchronized void released() {
            reading = false;
            if (ended) {
                source.close();
            }
        }

        private boolean offer(byte[] chunk) {
            try {
                while (!ended) {
                    if (ready.offer(chunk, 100, TimeUnit.MILLISECONDS)) {
                        return true;
                    }
                }
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
            return false;
        }

        /** The next chunk; empty when there is none any more. */
        byte[] next() throws IOException, InterruptedException {
            while (!ended) {
                byte[] chunk = ready.poll(100, TimeUnit.MILLISECONDS);
                if (chunk != null) {
                    bytes += chunk.length;
                    return chunk;
                }
            }
            throw new IOException("the resync has ended");
        }

        /** A part of the sketch of so many cells. */
        byte[] sketch(long seed, int cells, int offset) throws IOException {
            if (cells < 3 || cells > 1 << 22 || offset < 0) {
                throw new IOException("cells: " + cells);
            }
            if (offset == 0) {
                sketch = source.sketch(seed, cells);
            }
            int length = Math.max(0, Math.min(PART_BYTES, sketch.length - offset));
            bytes += length;
            return java.util.Arrays.copyOfRange(sketch, offset, offset + length);
        }

        synchronized void end() {
            ended = true;
            if (!reading) {
                source.close();
            }
            observer.snapshotMoved(peer, true, bytes, System.nanoTime() - beganNanos);
        }
    }
}
