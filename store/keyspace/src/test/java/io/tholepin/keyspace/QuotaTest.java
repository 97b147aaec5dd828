package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.Txn;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a command is taken to cost, as etcd estimates it. */
class QuotaTest {
    private static final Op.Put PUT = Op.Put.of(Bytes.utf8("key"), Bytes.utf8("value"));
    private static final Command DELETE = new Command.Write(Txn.of(new Op.Delete(KeyRange.all(), false)));

    @Test
    void aPutCostsItsBytesAnd256() {
        assertThat(Quota.cost(new Command.Write(Txn.of(PUT)))).isEqualTo(264);
        assertThat(Quota.cost(new Command.Guarded(3, new Command.Write(Txn.of(PUT)))))
                .isEqualTo(264);
        assertThat(Quota.cost(new Command.LeaseGrant(1, 60))).isEqualTo(64);
        assertThat(Quota.cost(DELETE)).isZero();
        assertThat(Quota.cost(new Command.Compact(1))).isZero();
    }

    @Test
    void aTransactionCostsItsLargerBranch() {
        Txn nested = new Txn(List.of(), List.of(PUT), List.of(PUT, PUT));
        Txn txn = new Txn(List.of(), List.of(PUT, new Op.Nested(nested)), List.of(PUT, PUT));
        assertThat(Quota.cost(new Command.Write(txn))).isEqualTo(3 * 264);
    }

    @Test
    void aFullStoreTakesWhatAddsNothing() {
        Quota quota = new Quota(1_000);
        assertThat(quota.admits(735, new Command.Write(Txn.of(PUT)))).isTrue();
        assertThat(quota.admits(736, new Command.Write(Txn.of(PUT)))).isFalse();
        assertThat(quota.admits(5_000, DELETE)).isTrue();
        assertThat(Quota.NONE.admits(Long.MAX_VALUE / 2, new Command.Write(Txn.of(PUT))))
                .isTrue();
    }

    @Test
    void theFlagIsReadAsEtcdReadsIt() {
        assertThat(Quota.ofFlag(0).bytesMax()).isEqualTo(2L << 30);
        assertThat(Quota.ofFlag(-1)).isEqualTo(Quota.NONE);
        assertThat(Quota.ofFlag(5).bytesMax()).isEqualTo(5);
    }
}
