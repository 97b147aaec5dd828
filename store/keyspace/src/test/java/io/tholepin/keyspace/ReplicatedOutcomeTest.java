package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.contracts.RandomRequests;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Members that sweep and commit at moments of their own come to the same outcomes, also for transactions that write and
 * read an old revision. Source: contract 2.2; etcd issue 18667.
 */
class ReplicatedOutcomeTest {
    private final Keyspace eager = new Keyspace(new HeapEngine());
    private final Keyspace lazy = new Keyspace(new HeapEngine());
    private long index;

    @Test
    void aWriteThatReadsACompactedRevisionIsRefusedOnAllAndWritesNothing() {
        for (int i = 1; i <= 5; i++) {
            applied(new Command.Write(Txn.of(put("a", "" + i))));
        }
        applied(new Command.Compact(4));
        for (long revision : new long[] {-1, 1, 3, 7}) {
            assertThat(applied(writeReading(revision)))
                    .as("revision " + revision)
                    .startsWith("refused " + (revision < 4 ? "COMPACTED" : "FUTURE_REVISION"));
            assertThat(eager.revision()).isEqualTo(6);
        }
        assertThat(applied(writeReading(4))).contains("kvs").contains("value=3");
        assertThat(eager.revision()).isEqualTo(7);
        lazy.commit();
        assertThat(eager.hashKv(0)).isEqualTo(lazy.hashKv(0));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomCommandsComeToTheSame(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RandomRequests requests = RandomRequests.few(random);
        for (int i = 0; i < 1_500; i++) {
            switch (random.nextInt(20)) {
                case 0 -> applied(new Command.Compact(lazy.workingRevision() - random.nextInt(20)));
                case 1 -> applied(new Command.LeaseGrant(requests.lease(), 60));
                case 2 -> applied(new Command.LeaseRevoke(requests.lease()));
                default -> {
                    Txn txn = requests.txn(lazy.workingRevision());
                    if (isProper(txn)) {
                        applied(new Command.Write(txn));
                    }
                }
            }
            if (random.nextInt(30) == 0) {
                lazy.sweep(1 + random.nextInt(10));
            }
        }
        lazy.commit();
        assertThat(eager.hashKv(0)).as("seed " + seed).isEqualTo(lazy.hashKv(0));
    }

    private static Command writeReading(long revision) {
        RangeRequest old = RangeRequest.of(KeyRange.all()).at(revision);
        return new Command.Write(new Txn(List.of(), List.of(put("b", "1"), new Op.Get(old)), List.of()));
    }

    private static Op put(String key, String value) {
        return Op.Put.of(Bytes.utf8(key), Bytes.utf8(value));
    }

    /** One commits and sweeps after each command, the other now and then. */
    private String applied(Command command) {
        index++;
        String outcome = told(lazy.apply(index, command));
        assertThat(told(eager.apply(index, command))).isEqualTo(outcome);
        eager.commit();
        while (eager.sweep(1_000)) {
            eager.commit();
        }
        eager.commit();
        if (index % 7 == 0) {
            lazy.commit();
        }
        return outcome;
    }

    private static String told(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused
                ? "refused " + refused.cause().code() + " " + refused.cause().compactRevision()
                : outcome.toString();
    }

    private static boolean isProper(Txn txn) {
        try {
            TxnRules.check(txn);
            return true;
        } catch (StoreException e) {
            return false;
        }
    }
}
