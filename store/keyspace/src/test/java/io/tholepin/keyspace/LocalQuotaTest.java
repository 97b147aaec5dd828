package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.contracts.StoreProbe;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.Txn;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A store over its quota refuses what adds to it until compaction has made room and the alarm is taken back. */
class LocalQuotaTest extends StoreProbe {
    private static final int BYTES_MAX = 20_000;

    @Override
    protected StoreMember open() {
        return new LocalStore(
                new HeapEngine(), new Quota(BYTES_MAX), WatchLimits.DEFAULT, () -> 0, new SplittableRandom(1));
    }

    @Test
    void fullIsFullUntilSpaceIsBackAndTheAlarmIsTakenBack() {
        LocalStore member = (LocalStore) store;
        Txn put = Txn.of(Op.Put.of(bytes("a"), bytes("x".repeat(1_000))));
        while (store.status().bytesInUse() + 1_257 < BYTES_MAX) {
            await(store.txn(put));
        }
        assertRefused(store.txn(put), StoreException.Code.NO_SPACE);
        // It waits behind the alarm, which is under way.
        assertRefused(store.txn(Txn.of(Op.Put.of(bytes("b"), bytes("")))), StoreException.Code.NO_SPACE);
        Alarm alarm = new Alarm(member.memberId(), Alarm.Type.NO_SPACE);
        assertThat(member.maintenance().alarms()).containsExactly(alarm);
        await(store.txn(Txn.of(new Op.Delete(KeyRange.all(), false))));
        await(store.compact(revision(), true));
        assertThat(store.status().bytesInUse()).isLessThan(1_000);
        assertRefused(store.txn(put), StoreException.Code.NO_SPACE);
        await(member.maintenance().disarm(alarm));
        await(store.txn(put));
        assertThat(store.status().bytesQuota()).isEqualTo(BYTES_MAX);
    }
}
