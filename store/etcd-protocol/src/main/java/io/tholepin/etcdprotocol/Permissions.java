package io.tholepin.etcdprotocol;

import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What one user may do, as of one auth state: the union of what all its roles permit. Immutable, made once per user
 * and auth revision. Whatever is not permitted here is denied. Source: contract 2.11.
 *
 * <p>Reading a range needs READ on all of it, and so does comparing it in a transaction, watching it, and asking for
 * the pairs that a write replaces. Writing needs WRITE. Of a transaction both branches are looked at, nested ones too,
 * whichever would be taken. What a write needs beyond its own keys because of a lease is asked separately, since the
 * keys of a lease are known only to the store: see {@link #leasesOf}.
 */
final class Permissions {
    /** For root, and for everybody while auth is off. */
    static final Permissions EVERYTHING = new Permissions(true, true, Intervals.NONE, Intervals.NONE);

    /** For whoever is no user. */
    static final Permissions NOTHING = new Permissions(false, false, Intervals.NONE, Intervals.NONE);

    private final boolean known;
    private final boolean root;
    private final Intervals readable;
    private final Intervals writable;

    private Permissions(boolean known, boolean root, Intervals readable, Intervals writable) {
        this.known = known;
        this.root = root;
        this.readable = readable;
        this.writable = writable;
    }

    /** Compiles what {@code user} may; nothing when there is no such user. */
    static Permissions of(AuthState state, String user) {
        AuthState.User known = state.users().get(user);
        if (known == null) {
            return NOTHING;
        }
        if (known.roles().contains(AuthState.ROOT)) {
            return EVERYTHING;
        }
        List<KeyRange> readable = new ArrayList<>();
        List<KeyRange> writable = new ArrayList<>();
        for (String name : known.roles()) {
            AuthState.Role role = state.roles().get(name);
            if (role == null) {
                continue;
            }
            for (AuthState.Permission permission : role.permissions()) {
                switch (permission.access()) {
                    case READ -> readable.add(permission.range());
                    case WRITE -> writable.add(permission.range());
                    case READ_WRITE -> {
                        readable.add(permission.range());
                        writable.add(permission.range());
                    }
                }
            }
        }
        return new Permissions(true, false, Intervals.of(readable), Intervals.of(writable));
    }

    /** Whether there is such a user at all. */
    boolean isKnown() {
        return known;
    }

    /** Whether the user has the role root and so may everything. */
    boolean isRoot() {
        return root;
    }

    boolean mayRead(KeyRange range) {
        return root || readable.contains(range);
    }

    boolean mayWrite(KeyRange range) {
        return root || writable.contains(range);
    }

    /** Whether every one of {@code keys} may be written. */
    boolean mayWriteAll(List<Bytes> keys) {
        return root || keys.stream().allMatch(key -> writable.contains(KeyRange.key(key)));
    }

    /** Whether every one of {@code keys} may be read. */
    boolean mayReadAll(List<Bytes> keys) {
        return root || keys.stream().allMatch(key -> readable.contains(KeyRange.key(key)));
    }

    /** Whether all of a transaction is permitted, leases aside. */
    boolean may(Txn txn) {
        if (root) {
            return true;
        }
        for (Compare compare : txn.compares()) {
            if (!readable.contains(compare.range())) {
                return false;
            }
        }
        return may(txn.success()) && may(txn.failure());
    }

    private boolean may(List<Op> ops) {
        for (Op op : ops) {
            if (!may(op)) {
                return false;
            }
        }
        return true;
    }

    private boolean may(Op op) {
        return switch (op) {
            case Op.Get get -> mayRead(get.request().range());
            case Op.Put put -> {
                KeyRange range = KeyRange.key(put.key());
                yield mayWrite(range) && (!put.previous() || mayRead(range));
            }
            case Op.Delete delete -> mayWrite(delete.range()) && (!delete.previous() || mayRead(delete.range()));
            case Op.Nested nested -> may(nested.txn());
        };
    }

    /** Tells {@code each} of every lease that a put of {@code txn} names; keys already on it must be writable. */
    static void leasesOf(Txn txn, LongConsumer each) {
        leasesOf(txn.success(), each);
        leasesOf(txn.failure(), each);
    }

    private static void leasesOf(List<Op> ops, LongConsumer each) {
        for (Op op : ops) {
            if (op instanceof Op.Put put && put.lease() != 0) {
                each.accept(put.lease());
            } else if (op instanceof Op.Nested nested) {
                leasesOf(nested.txn(), each);
            }
        }
    }
}
