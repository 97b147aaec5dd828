package io.tholepin.apiserver;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * How many requests run at a time: 400 that read and 200 that write, watches not counted. Beyond that ordinary users
 * are refused at once, members of {@code system:masters} wait up to {@link #WAIT_SECONDS_MAX} first. Source: contract
 * 5.5, 5.6.
 */
final class Inflight {
    static final int READING_MAX = 400;
    static final int WRITING_MAX = 200;
    private static final long WAIT_SECONDS_MAX = 15;

    /** The old form of a watch; a namespace may be called watch, too. */
    private static final Pattern WATCH = Pattern.compile("/(api|apis/[^/]+)/[^/]+/watch/");

    private final Limit reading;
    private final Limit writing;

    Inflight(FlowMetrics metrics) {
        reading = new Limit("readOnly", READING_MAX, metrics);
        writing = new Limit("mutating", WRITING_MAX, metrics);
    }

    /** Whether a request is a watch. */
    static boolean isLongRunning(ApiRequest request) {
        return request.method().equals("GET")
                && (request.query().flag("watch")
                        || WATCH.matcher(request.path()).lookingAt());
    }

    /** Runs a request when there is room; false when there is none. */
    boolean run(ApiRequest request, Runnable action) {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        return (reads ? reading : writing).run(request.user().groups().contains(UserInfo.MASTERS), action);
    }

    /** Room for requests of one kind. */
    private static final class Limit {
        private final Semaphore room;
        private final FlowMetrics.Flow masters;
        private final FlowMetrics.Flow others;

        Limit(String kind, int requestsMax, FlowMetrics metrics) {
            room = new Semaphore(requestsMax);
            masters = metrics.flow(kind, "system-masters");
            others = metrics.flow(kind, "others");
            metrics.limit(kind, requestsMax);
        }

        boolean run(boolean master, Runnable action) {
            FlowMetrics.Flow flow = master ? masters : others;
            long arrived = System.nanoTime();
            if (!room.tryAcquire() && !(master && waits())) {
                flow.refused(master ? "time-out" : "concurrency-limit", System.nanoTime() - arrived);
                return false;
            }
            long began = System.nanoTime();
            flow.began(began - arrived);
            try {
                action.run();
            } finally {
                room.release();
                flow.ended(System.nanoTime() - began);
            }
            return true;
        }

        private boolean waits() {
            masters.waits();
            try {
                return room.tryAcquire(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            } finally {
                masters.waited();
            }
        }
    }
}
