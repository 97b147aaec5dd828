package io.tholepin.etcdprotocol;

import io.grpc.inprocess.InProcessSocketAddress;
import io.tholepin.etcdprotocol.ServerObserver.CallType;
import io.tholepin.etcdprotocol.ServerObserver.Method;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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

    /**
     * A call has ended.
     *
     * @param remote who called; null when that is not known
     */
    void ended(Method method, @Nullable SocketAddress remote, String code, Spent spent) {
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
                caller(remote),
                number(TimeUnit.NANOSECONDS.toMillis(spent.nanos())),
                number(TimeUnit.NANOSECONDS.toMillis(limitNanos)),
                code,
                number(spent.bytesIn()),
                number(spent.bytesOut()),
                number(missed));
    }

    private static String caller(@Nullable SocketAddress remote) {
        return remote instanceof InProcessSocketAddress ? "the JSON gateway" : String.valueOf(remote);
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
