package io.tholepin.apiserver;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An answer kept in memory, readable line by line while it is still being written. */
class MemorySink implements ResponseSink {
    private static final String END = "\u0000end";

    int status;
    Headers headers = new Headers();
    long contentLength = -2;
    boolean aborted;
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<Runnable> closeActions = new ArrayList<>();
    private boolean closed;
    private boolean ended;

    @Override
    public synchronized void head(int status, Headers headers, long contentLength) {
        this.status = status;
        this.headers = headers;
        this.contentLength = contentLength;
    }

    @Override
    public synchronized void write(byte[] buffer, int offset, int length) {
        if (closed) {
            throw new ClosedException();
        }
        body.write(buffer, offset, length);
        for (int i = offset; i < offset + length; i++) {
            if (buffer[i] == '\n') {
                lines.add(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else {
                line.write(buffer[i]);
            }
        }
    }

    @Override
    public synchronized void end() {
        ended = true;
        lines.add(END);
    }

    @Override
    public synchronized void abort() {
        aborted = true;
        ended = true;
        lines.add(END);
    }

    @Override
    public synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void onClose(Runnable action) {
        closeActions.add(action);
    }

    /** Whether the server has ended the answer. */
    synchronized boolean ended() {
        return ended;
    }

    /** Goes away as a client does. */
    void leave() {
        List<Runnable> actions;
        synchronized (this) {
            closed = true;
            actions = List.copyOf(closeActions);
        }
        actions.forEach(Runnable::run);
    }

    /** The next line of the answer; waits for it. */
    String nextLine() throws InterruptedException {
        String next = lines.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no further line came");
        }
        if (next.equals(END)) {
            throw new AssertionError("the answer ended after: " + body);
        }
        return next;
    }

    /** Waits for the end of the answer. */
    void awaitEnd() throws InterruptedException {
        String next = lines.poll(20, TimeUnit.SECONDS);
        while (next != null && !next.equals(END)) {
            next = lines.poll(20, TimeUnit.SECONDS);
        }
        if (next == null) {
            throw new AssertionError("the answer did not end");
        }
    }

    @Override
    public String toString() {
        return status + " " + body.toString(StandardCharsets.UTF_8);
    }
}
