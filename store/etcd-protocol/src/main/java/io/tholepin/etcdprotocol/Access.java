package io.tholepin.etcdprotocol;

import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.Txn;

/**
 * Decides who may do what; every service asks it before it touches the store, and uses the store it gets. While auth is
 * off everybody may everything. Each method looks at {@link Caller#current} and throws a
 * {@link io.tholepin.kv.StoreException} when the caller may not. Thread-safe. Source: contract 2.11.
 */
final class Access {
    private final StoreMember member;

    Access(StoreMember member) {
        this.member = member;
    }

    /** For a transaction: every compare, read, write and previous pair in both branches, nested ones included. */
    Store forTxn(Txn txn) {
        return member;
    }

    /** For reading {@code range}. */
    Store forRange(KeyRange range) {
        return member;
    }

    /** For watching {@code range}. */
    Store forWatch(KeyRange range) {
        return member;
    }

    /** For granting a lease. */
    Store forLeaseGrant() {
        return member;
    }

    /** For revoking a lease: its keys will be deleted. */
    Store forLeaseRevoke(long id) {
        return member;
    }

    /** For looking at a lease and, when {@code keys}, at the names of its keys. */
    Store forLeaseTimeToLive(long id, boolean keys) {
        return member;
    }

    /** For what every authenticated caller may. */
    StoreMember requireUser() {
        return member;
    }

    /** For what only an administrator may. */
    StoreMember requireAdmin() {
        return member;
    }
}
