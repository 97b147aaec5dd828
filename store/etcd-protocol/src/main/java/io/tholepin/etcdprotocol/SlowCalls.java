package io.tholepin.etcdprotocol;

import io.tholepin.etcdprotocol.ServerObserver.CallType;
import io.tholepin.etcdprotocol.ServerObserver.Method;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Warns of unary calls that took long, in at most {@link #LINES_MAX} lines a second: a server that is behind has better
 * things to do than to say so of each request. Thread-safe. Source: contract 4, warning-unary-request-duration.
 */
final class SlowCalls {
    /** Most lines a second; what is beyond is counted in the next second's first. */
    static final int LINES_MAX = 10;

    private static final System.Logger LOG = System.getLogger(SlowCalls.class.getName());

    private final long limitNanos;
    private long second;
    private long inSecond;

    /** @param limit what takes longer is slow */
    SlowCalls(Duration limit) {
        this.limitNanos = limit.toNanos();
    }

    /** A call has ended. */
    void ended(Method method, String remote, String code, Spent spent) {
        if (method.type() != CallType.UNARY || spent.nanos() <= limitNanos) {
            return;
        }
        long missed = 0;
        synchronized (this) {
            long now = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime());
            if (now != second) {
                missed = Math.max(0, inSecond - LINES_MAX);
                second = now;
                inSecond = 0;
            }
            if (++inSecond > LINES_MAX) {
                return;
            }
        }
        LOG.log(
                Level.WARNING,
                "slow request: /{0}/{1} from {2} took {3} ms (expected: at most {4}), {5}, {6} bytes in, {7} bytes out"
                        + (missed == 0 ? "" : "; {8} more are not listed"),
                method.service(),
                method.method(),
                remote,
                number(TimeUnit.NANOSECONDS.toMillis(spent.nanos())),
                number(TimeUnit.NANOSECONDS.toMillis(limitNanos)),
                code,
                number(spent.bytesIn()),
                number(spent.bytesOut()),
                number(missed));
    }

    /** Without the separators that a message's format would put in. */
    private static String number(long value) {
        return Long.toString(value);
    }

    /**
     * What a call took.
     *
     * @param bytesIn of its message, as it came
     * @param bytesOut of its answer, as it went
     */
    record Spent(long nanos, long bytesIn, long bytesOut) {}
}
