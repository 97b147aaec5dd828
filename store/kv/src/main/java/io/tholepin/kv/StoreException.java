package io.tholepin.kv;

import org.jspecify.annotations.Nullable;

/** A request that the store did not carry out, or cannot say whether it did. {@link #kind} says which. */
public final class StoreException extends RuntimeException {
    /** Who owns the failure. */
    public enum Kind {
        /** The caller's fault or a lost race; nothing happened. */
        REFUSED,
        /** Nothing happened; try again. */
        UNAVAILABLE,
        /** It may have happened. Never report this as "failed". */
        UNKNOWN,
        /** An invariant broke; the member has stopped. */
        BROKEN
    }

    /** What went wrong; the message is etcd's own text where etcd has one (contract 2.10). */
    public enum Code {
        EMPTY_KEY(Kind.REFUSED, "etcdserver: key is not provided"),
        KEY_NOT_FOUND(Kind.REFUSED, "etcdserver: key not found"),
        VALUE_PROVIDED(Kind.REFUSED, "etcdserver: value is provided"),
        LEASE_PROVIDED(Kind.REFUSED, "etcdserver: lease is provided"),
        TOO_MANY_OPS(Kind.REFUSED, "etcdserver: too many operations in txn request"),
        DUPLICATE_KEY(Kind.REFUSED, "etcdserver: duplicate key given in txn request"),
        INVALID_SORT(Kind.REFUSED, "etcdserver: invalid sort option"),
        COMPACTED(Kind.REFUSED, "etcdserver: mvcc: required revision has been compacted"),
        FUTURE_REVISION(Kind.REFUSED, "etcdserver: mvcc: required revision is a future revision"),
        LEASE_NOT_FOUND(Kind.REFUSED, "etcdserver: requested lease not found"),
        LEASE_EXISTS(Kind.REFUSED, "etcdserver: lease already exists"),
        LEASE_TTL_TOO_LARGE(Kind.REFUSED, "etcdserver: too large lease TTL"),
        REQUEST_TOO_LARGE(Kind.REFUSED, "etcdserver: request is too large"),
        NO_SPACE(Kind.REFUSED, "etcdserver: mvcc: database space exceeded"),
        TOO_MANY_REQUESTS(Kind.UNAVAILABLE, "etcdserver: too many requests"),
        NO_LEADER(Kind.UNAVAILABLE, "etcdserver: no leader"),
        STOPPED(Kind.UNAVAILABLE, "etcdserver: server stopped"),
        SLOW_WATCHER(Kind.UNAVAILABLE, "watch closed: its queue was full"),
        TIMED_OUT(Kind.UNKNOWN, "etcdserver: request timed out"),
        CORRUPT(Kind.BROKEN, "etcdserver: corrupt cluster");

        private final Kind kind;
        private final String text;

        Code(Kind kind, String text) {
            this.kind = kind;
            this.text = text;
        }

        /** Who owns the failure. */
        public Kind kind() {
            return kind;
        }

        /** The text clients match on. */
        public String text() {
            return text;
        }
    }

    private final Code code;
    private final Kind kind;
    private final long compactRevision;

    private StoreException(Code code, Kind kind, String message, long compactRevision, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.kind = kind;
        this.compactRevision = compactRevision;
    }

    /** A failure with its code's own text. */
    public static StoreException of(Code code) {
        return new StoreException(code, code.kind, code.text, 0, null);
    }

    /** A failure with more to say than the code's text. */
    public static StoreException of(Code code, String detail, @Nullable Throwable cause) {
        return new StoreException(code, code.kind, code.text + ": " + detail, 0, cause);
    }

    /** A request that was already handed over when the store failed: it may have happened. */
    public static StoreException unknown(Code code, String detail, @Nullable Throwable cause) {
        return new StoreException(code, Kind.UNKNOWN, code.text + ": " + detail, 0, cause);
    }

    /** The revision asked for is older than {@code compactRevision}, the oldest one that can be read. */
    public static StoreException compacted(long compactRevision) {
        return new StoreException(Code.COMPACTED, Kind.REFUSED, Code.COMPACTED.text, compactRevision, null);
    }

    /** What went wrong. */
    public Code code() {
        return code;
    }

    /** Who owns the failure; usually the code's, {@link Kind#UNKNOWN} when the request was under way. */
    public Kind kind() {
        return kind;
    }

    /** With {@link Code#COMPACTED} the oldest readable revision, else 0. */
    public long compactRevision() {
        return compactRevision;
    }
}
