package io.tholepin.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StateHash;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreImage;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link StoreMember} does with alarms, and what else an operator asks of it. Source: contract 2.12-2.15.
 */
public abstract class AlarmContract extends StoreProbe {
    private static final Alarm NO_SPACE = new Alarm(77, Alarm.Type.NO_SPACE);
    private static final Alarm CORRUPT = new Alarm(77, Alarm.Type.CORRUPT);

    @Override
    protected abstract StoreMember open() throws Exception;

    @Test
    void anAlarmIsRaisedOnceAndTakenBackOnce() {
        assertThat(await(member().maintenance().raise(NO_SPACE))).containsExactly(NO_SPACE);
        assertThat(await(member().maintenance().raise(NO_SPACE))).containsExactly(NO_SPACE);
        assertThat(await(member().maintenance().raise(CORRUPT))).containsExactlyInAnyOrder(NO_SPACE, CORRUPT);
        assertThat(member().maintenance().alarms()).containsExactlyInAnyOrder(NO_SPACE, CORRUPT);
        assertThat(await(member().maintenance().disarm(NO_SPACE))).containsExactly(CORRUPT);
        assertThat(await(member().maintenance().disarm(NO_SPACE))).containsExactly(CORRUPT);
        assertThat(await(member().maintenance().disarm(new Alarm(0, Alarm.Type.CORRUPT))))
                .containsExactly(CORRUPT);
    }

    @Test
    void withoutSpaceOnlyWhatAddsNothingIsTaken() {
        put("a", "1");
        put("b", "1");
        long lease = await(store.leaseGrant(0, 60)).id();
        await(member().maintenance().raise(NO_SPACE));
        Op put = Op.Put.of(bytes("a"), bytes("2"));
        Op delete = new Op.Delete(KeyRange.key(bytes("a")), false);
        assertRefused(store.txn(Txn.of(put)), StoreException.Code.NO_SPACE);
        assertRefused(store.txn(new Txn(List.of(), List.of(delete), List.of(put))), StoreException.Code.NO_SPACE);
        assertRefused(store.leaseGrant(0, 60), StoreException.Code.NO_SPACE);
        assertThat(await(store.txn(Txn.of(delete))).succeeded()).isTrue();
        assertThat(keys(get(KeyRange.all()).kvs())).containsExactly("b");
        assertThat(await(store.leaseKeepAlive(lease)).grantedTtlSeconds()).isEqualTo(60);
        await(store.leaseRevoke(lease));
        await(store.compact(revision(), false));
        await(member().maintenance().disarm(NO_SPACE));
        put("a", "3");
    }

    @Test
    void aCorruptClusterChangesNoKeys() {
        put("a", "1");
        long revision = revision();
        await(member().maintenance().raise(CORRUPT));
        assertRefused(store.txn(Txn.of(Op.Put.of(bytes("a"), bytes("2")))), StoreException.Code.CORRUPT);
        assertRefused(store.compact(revision, false), StoreException.Code.CORRUPT);
        assertRefused(store.leaseGrant(0, 60), StoreException.Code.CORRUPT);
        assertRefused(store.leaseRevoke(1), StoreException.Code.CORRUPT);
        assertThat(get(KeyRange.all()).kvs()).hasSize(1);
        await(member().maintenance().disarm(CORRUPT));
        put("a", "2");
        assertThat(revision()).isEqualTo(revision + 1);
    }

    @Test
    void aHashIsOfARevisionAndStaysTheSame() {
        put("a", "1");
        put("b", "1");
        long revision = revision();
        StateHash hash = await(member().maintenance().hashKv(0));
        assertThat(hash.revision()).isEqualTo(revision);
        assertThat(hash.hashRevision()).isEqualTo(revision);
        assertThat(hash.compactRevision()).isEqualTo(-1);
        put("a", "2");
        assertThat(await(member().maintenance().hashKv(revision)).hash()).isEqualTo(hash.hash());
        assertThat(await(member().maintenance().hashKv(0)).hash()).isNotEqualTo(hash.hash());
        assertRefused(member().maintenance().hashKv(revision + 9), StoreException.Code.FUTURE_REVISION);
        await(store.compact(revision() - 1, true));
        assertRefused(member().maintenance().hashKv(revision - 1), StoreException.Code.COMPACTED);
        assertThat(await(member().maintenance().hash()))
                .isEqualTo(await(member().maintenance().hash()));
    }

    @Test
    void anImageHoldsTheStateOfItsMoment() {
        put("a", "1");
        long lease = await(store.leaseGrant(0, 60)).id();
        try (StoreImage image = member().maintenance().image()) {
            put("a", "2");
            await(store.leaseRevoke(lease));
            List<StoreImage.Change> changes = new ArrayList<>();
            image.changes(changes::add);
            assertThat(changes).singleElement().satisfies(change -> {
                assertThat(change.kv().value()).isEqualTo(bytes("1"));
                assertThat(change.kv().modRevision()).isEqualTo(image.revision());
                assertThat(change.tombstone()).isFalse();
            });
            assertThat(image.leases()).containsExactly(new StoreImage.LeaseRecord(lease, 60, 0));
            assertThat(image.members()).isEqualTo(await(member().cluster().members(true)));
        }
    }

    @Test
    void defragmentingChangesNothing() {
        put("a", "1");
        int hash = await(member().maintenance().hashKv(0)).hash();
        await(member().maintenance().defragment());
        await(member().maintenance().defragment());
        put("b", "1");
        assertThat(await(member().maintenance().hashKv(revision() - 1)).hash()).isEqualTo(hash);
    }

    private StoreMember member() {
        return (StoreMember) store;
    }
}
