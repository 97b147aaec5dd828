package io.tholepin.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Lease;
import io.tholepin.kv.Op;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every {@link Store} does with leases. Source: contract 2.8. */
public abstract class LeaseContract extends StoreProbe {
    private static final long UNKNOWN = 4711;

    /** Lets {@code time} pass as the store's leases see it: moves its clock, or waits. */
    protected abstract void pass(Duration time) throws Exception;

    @Test
    void theStoreChoosesAPositiveId() {
        Lease lease = await(store.leaseGrant(0, 60));
        assertThat(lease.id()).isPositive();
        assertThat(lease.grantedTtlSeconds()).isEqualTo(60);
        assertThat(await(store.leases())).containsExactly(lease.id());
    }

    @Test
    void aGivenIdIsUsedAsItIs() {
        assertThat(await(store.leaseGrant(-5, 60)).id()).isEqualTo(-5);
        assertRefused(store.leaseGrant(-5, 60), StoreException.Code.LEASE_EXISTS);
    }

    @Test
    void aShortTtlIsRaisedAndALongOneRefused() {
        assertThat(await(store.leaseGrant(7, 0)).grantedTtlSeconds()).isPositive();
        assertThat(await(store.leaseGrant(8, -3)).grantedTtlSeconds()).isPositive();
        assertRefused(store.leaseGrant(9, 9_000_000_001L), StoreException.Code.LEASE_TTL_TOO_LARGE);
    }

    @Test
    void leasesMakeNoRevision() {
        long before = revision();
        long lease = grant(60);
        await(store.leaseKeepAlive(lease));
        assertThat(await(store.leaseRevoke(lease))).isEqualTo(before);
        assertThat(revision()).isEqualTo(before);
    }

    @Test
    void revokingDeletesTheKeysInOneRevision() {
        long lease = grant(60);
        attach("b", lease);
        attach("a", lease);
        put("c", "1");
        long before = revision();
        assertThat(await(store.leaseRevoke(lease))).isEqualTo(before + 1);
        assertThat(keys(get(KeyRange.all()).kvs())).containsExactly("c");
        assertThat(await(store.leases())).isEmpty();
    }

    @Test
    void anUnknownLeaseIsNotFound() {
        assertRefused(store.leaseRevoke(UNKNOWN), StoreException.Code.LEASE_NOT_FOUND);
        assertRefused(
                store.txn(Txn.of(new Op.Put(bytes("a"), Bytes.EMPTY, UNKNOWN, false, false, false))),
                StoreException.Code.LEASE_NOT_FOUND);
        assertThat(await(store.leaseKeepAlive(UNKNOWN)).grantedTtlSeconds()).isZero();
        Lease lookup = await(store.leaseTimeToLive(UNKNOWN, true));
        assertThat(lookup.remainingTtlSeconds()).isEqualTo(-1);
        assertThat(lookup.grantedTtlSeconds()).isZero();
    }

    @Test
    void aKeyBelongsToOneLease() {
        long first = grant(60);
        long second = grant(60);
        attach("a", first);
        attach("a", second);
        assertThat(await(store.leaseTimeToLive(first, true)).keys()).isEmpty();
        assertThat(await(store.leaseTimeToLive(second, true)).keys()).containsExactly(bytes("a"));
        await(store.leaseRevoke(first));
        assertThat(only("a").lease()).isEqualTo(second);
    }

    @Test
    void aPutWithoutALeaseAndADeletionDetach() {
        long lease = grant(60);
        attach("a", lease);
        attach("b", lease);
        attach("c", lease);
        put("a", "free");
        delete(key("b"));
        assertThat(await(store.leaseTimeToLive(lease, true)).keys()).containsExactly(bytes("c"));
        await(store.leaseRevoke(lease));
        assertThat(keys(get(KeyRange.all()).kvs())).containsExactly("a");
    }

    @Test
    void timeToLiveTellsKeysOnlyWhenAsked() {
        long lease = grant(60);
        attach("b", lease);
        attach("a", lease);
        assertThat(await(store.leaseTimeToLive(lease, false)).keys()).isEmpty();
        Lease lookup = await(store.leaseTimeToLive(lease, true));
        assertThat(lookup.keys()).containsExactly(bytes("a"), bytes("b"));
        assertThat(lookup.grantedTtlSeconds()).isEqualTo(60);
        assertThat(lookup.remainingTtlSeconds()).isBetween(0L, 60L);
    }

    @Test
    void aLeaseThatIsNotRenewedExpires() throws Exception {
        long lease = grant(2);
        attach("a", lease);
        pass(Duration.ofSeconds(3));
        assertThat(await(store.leaseTimeToLive(lease, false)).remainingTtlSeconds())
                .isLessThanOrEqualTo(0);
        assertGone("a");
        assertThat(await(store.leaseKeepAlive(lease)).grantedTtlSeconds()).isZero();
    }

    @Test
    void aLeaseThatIsRenewedLives() throws Exception {
        long lease = grant(3);
        attach("a", lease);
        for (int i = 0; i < 3; i++) {
            pass(Duration.ofSeconds(2));
            assertThat(await(store.leaseKeepAlive(lease)).grantedTtlSeconds()).isEqualTo(3);
        }
        assertThat(get("a").count()).isEqualTo(1);
    }

    private void attach(String key, long lease) {
        txn(Txn.of(new Op.Put(bytes(key), bytes(key), lease, false, false, false)));
    }

    /** Expiry is looked for now and then, so it may take a moment. */
    private void assertGone(String key) throws InterruptedException {
        for (int i = 0; i < 1000 && get(key).count() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(get(key).count()).isZero();
    }
}
