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
        AUTH_OLD_REVISION(Kind.REFUSED, "etcdserver: revision of auth store is old"),
        AUTH_NOT_ENABLED(Kind.REFUSED, "etcdserver: authentication is not enabled"),
        INVALID_AUTH_TOKEN(Kind.REFUSED, "etcdserver: invalid auth token"),
        INVALID_AUTH_MANAGEMENT(Kind.REFUSED, "etcdserver: invalid auth management"),
        AUTH_FAILED(Kind.REFUSED, "etcdserver: authentication failed, invalid user ID or password"),
        PERMISSION_DENIED(Kind.REFUSED, "etcdserver: permission denied"),
        PERMISSION_NOT_GIVEN(Kind.REFUSED, "etcdserver: permission not given"),
        ROOT_USER_MISSING(Kind.REFUSED, "etcdserver: root user does not exist"),
        ROOT_ROLE_MISSING(Kind.REFUSED, "etcdserver: root user does not have root role"),
        USER_EXISTS(Kind.REFUSED, "etcdserver: user name already exists"),
        USER_NOT_FOUND(Kind.REFUSED, "etcdserver: user name not found"),
        USER_EMPTY(Kind.REFUSED, "etcdserver: user name is empty"),
        ROLE_EXISTS(Kind.REFUSED, "etcdserver: role name already exists"),
        ROLE_NOT_FOUND(Kind.REFUSED, "etcdserver: role name not found"),
        ROLE_EMPTY(Kind.REFUSED, "etcdserver: role name is empty"),
        ROLE_NOT_GRANTED(Kind.REFUSED, "etcdserver: role is not granted to the user"),
        PERMISSION_NOT_GRANTED(Kind.REFUSED, "etcdserver: permission is not granted to the role"),
        MEMBER_NOT_FOUND(Kind.REFUSED, "etcdserver: member not found"),
        MEMBER_EXISTS(Kind.REFUSED, "etcdserver: member ID already exist"),
        PEER_URL_EXISTS(Kind.REFUSED, "etcdserver: Peer URLs already exists"),
        INVALID_PEER_URLS(Kind.REFUSED, "etcdserver: given member URLs are invalid"),
        NOT_ENOUGH_STARTED(Kind.REFUSED, "etcdserver: re-configuration failed due to not enough started members"),
        UNHEALTHY_CLUSTER(Kind.UNAVAILABLE, "etcdserver: unhealthy cluster"),
        TOO_MANY_LEARNERS(Kind.REFUSED, "etcdserver: too many learner members in cluster"),
        NOT_A_LEARNER(Kind.REFUSED, "etcdserver: can only promote a learner member"),
        LEARNER_NOT_READY(Kind.REFUSED, "etcdserver: can only promote a learner member which is in sync with leader"),
        LEARNER_REFUSES(Kind.REFUSED, "etcdserver: rpc not supported for learner"),
        NOT_LEADER(Kind.REFUSED, "etcdserver: not leader"),
        BAD_TRANSFEREE(Kind.REFUSED, "etcdserver: bad leader transferee"),
        LEADER_CHANGED(Kind.UNAVAILABLE, "etcdserver: leader changed"),
        NO_SPACE(Kind.REFUSED, "etcdserver: mvcc: database space exceeded"),
        TOO_MANY_REQUESTS(Kind.UNAVAILABLE, "etcdserver: too many requests"),
        NO_LEADER(Kind.UNAVAILABLE, "etcdserver: no leader"),
        STOPPED(Kind.UNAVAILABLE, "etcdserver: server stopped"),
        SLOW_WATCHER(Kind.UNAVAILABLE, "watch closed: its queue was full"),
        TIMED_OUT(Kind.UNKNOWN, "etcdserver: request timed out"),
        CORRUPT(Kind.BROKEN, "etcdserver: corrupt cluster"),
        /** The disk is full or broken; etcd ends its process without an answer. */
        DISK_FAILED(Kind.BROKEN, "etcdserver: the data cannot be read or written");

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

    /** A request of which nothing happened, though the code alone would leave that open: it was never handed over. */
    public static StoreException unavailable(Code code, String detail) {
        return new StoreException(code, Kind.UNAVAILABLE, code.text + ": " + detail, 0, null);
    }

    /** A request that was not carried out although its code may say worse of other requests: nothing happened. */
    public static StoreException refused(Code code) {
        return new StoreException(code, Kind.REFUSED, code.text, 0, null);
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
