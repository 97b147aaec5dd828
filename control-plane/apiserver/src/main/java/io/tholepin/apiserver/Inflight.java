package io.tholepin.apiserver;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many requests run at a time: 400 that read and 200 that write, watches not counted. Beyond that ordinary users
 * are refused at once, members of {@code system:masters} wait up to {@link #WAIT_SECONDS_MAX} first. Source: contract
 * 5.5, 5.6.
 */
final class Inflight {
    static final int READING_MAX = 400;
    static final int WRITING_MAX = 200;
    private static final long WAIT_SECONDS_MAX = 15;

    private final Semaphore reading = new Semaphore(READING_MAX);
    private final Semaphore writing = new Semaphore(WRITING_MAX);

    /** Whether a request is a watch. */
    static boolean isLongRunning(ApiRequest request) {
        return request.method().equals("GET")
                && (request.query().flag("watch") || request.path().contains("/watch/"));
    }

    /** Runs a request when there is room; false when there is none. */
    boolean run(ApiRequest request, Runnable action) {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        Semaphore room = reads ? reading : writing;
        if (!enter(room, request.user())) {
            return false;
        }
        try {
            action.run();
        } finally {
            room.release();
        }
        return true;
    }

    private static boolean enter(Semaphore room, UserInfo user) {
        try {
            return room.tryAcquire()
                    || user.groups().contains(UserInfo.MASTERS) && room.tryAcquire(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
