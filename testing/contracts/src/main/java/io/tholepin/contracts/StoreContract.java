package io.tholepin.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Store} does with keys: revisions, ranges, transactions and compaction. Source: contract 2.2-2.6.
 */
public abstract class StoreContract extends StoreProbe {
    @Test
    void aFreshStoreIsAtRevisionOne() {
        assertThat(revision()).isEqualTo(1);
        assertThat(get("a").revision()).isEqualTo(1);
    }

    @Test
    void aPutMakesOneRevision() {
        long before = revision();
        assertThat(put("a", "1")).isEqualTo(before + 1);
        assertThat(revision()).isEqualTo(before + 1);
        KeyValue kv = only("a");
        assertThat(kv.value()).isEqualTo(bytes("1"));
        assertThat(kv.createRevision()).isEqualTo(before + 1);
        assertThat(kv.modRevision()).isEqualTo(before + 1);
        assertThat(kv.version()).isEqualTo(1);
        assertThat(kv.lease()).isZero();
    }

    @Test
    void anIdenticalPutMakesARevisionToo() {
        long first = put("a", "1");
        long second = put("a", "1");
        assertThat(second).isEqualTo(first + 1);
        KeyValue kv = only("a");
        assertThat(kv.createRevision()).isEqualTo(first);
        assertThat(kv.modRevision()).isEqualTo(second);
        assertThat(kv.version()).isEqualTo(2);
    }

    @Test
    void aKeyPutAfterItsDeletionStartsAgain() {
        put("a", "1");
        put("a", "2");
        delete(key("a"));
        long again = put("a", "3");
        KeyValue kv = only("a");
        assertThat(kv.createRevision()).isEqualTo(again);
        assertThat(kv.version()).isEqualTo(1);
    }

    @Test
    void aDeletionThatMatchesNothingMakesNoRevision() {
        long before = revision();
        TxnResult result = delete(key("a"));
        assertThat(result.revision()).isEqualTo(before);
        assertThat(((OpResult.Delete) result.results().getFirst()).deleted()).isZero();
    }

    @Test
    void allKeysOfARangeAreDeletedInOneRevision() {
        put("a/1", "1");
        put("a/2", "2");
        put("b", "3");
        long before = revision();
        TxnResult result = txn(Txn.of(new Op.Delete(prefix("a/"), true)));
        OpResult.Delete deleted = (OpResult.Delete) result.results().getFirst();
        assertThat(deleted.deleted()).isEqualTo(2);
        assertThat(keys(deleted.previous())).containsExactly("a/1", "a/2");
        assertThat(result.revision()).isEqualTo(before + 1);
        assertThat(keys(get(KeyRange.all()).kvs())).containsExactly("b");
    }

    @Test
    void aPutAnswersWithThePairBeforeWhenAsked() {
        Op.Put asking = new Op.Put(bytes("a"), bytes("2"), 0, true, false, false);
        assertThat(((OpResult.Put) txn(Txn.of(asking)).results().getFirst()).previous())
                .isNull();
        long second = revision();
        KeyValue previous = ((OpResult.Put) txn(Txn.of(asking)).results().getFirst()).previous();
        assertThat(previous).extracting(KeyValue::modRevision).isEqualTo(second);
        assertThat(((OpResult.Put) txn(Txn.of(Op.Put.of(bytes("a"), bytes("3"))))
                                .results()
                                .getFirst())
                        .previous())
                .isNull();
    }

    @Test
    void anEmptyValueIsAValue() {
        put("a", "");
        assertThat(only("a").value()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void keysAreOrderedAsUnsignedBytes() {
        Bytes high = Bytes.wrap(new byte[] {(byte) 0xFF});
        Bytes middle = Bytes.wrap(new byte[] {(byte) 0x80});
        Bytes low = Bytes.wrap(new byte[] {0x7F});
        for (Bytes key : List.of(high, low, middle)) {
            txn(Txn.of(Op.Put.of(key, Bytes.EMPTY)));
        }
        assertThat(get(KeyRange.all()).kvs()).extracting(KeyValue::key).containsExactly(low, middle, high);
    }

    @Test
    void aRangeIncludesItsStartAndNotItsEnd() {
        putAll("a", "b", "c", "d");
        assertThat(keys(get(range("b", "d")).kvs())).containsExactly("b", "c");
        assertThat(keys(get(new KeyRange(bytes("c"), Bytes.wrap(new byte[1]))).kvs()))
                .containsExactly("c", "d");
    }

    @Test
    void aStartBeyondTheEndIsAnEmptyRange() {
        putAll("a", "b");
        RangeResult result = get(range("b", "a"));
        assertThat(result.kvs()).isEmpty();
        assertThat(result.count()).isZero();
    }

    @Test
    void anEmptyKeyIsRefused() {
        KeyRange empty = new KeyRange(Bytes.EMPTY, Bytes.EMPTY);
        assertRefused(store.range(RangeRequest.of(empty)), StoreException.Code.EMPTY_KEY);
        assertRefused(store.txn(Txn.of(Op.Put.of(Bytes.EMPTY, Bytes.EMPTY))), StoreException.Code.EMPTY_KEY);
        assertRefused(store.txn(Txn.of(new Op.Delete(empty, false))), StoreException.Code.EMPTY_KEY);
        Compare compare = new Compare(empty, Compare.Target.MOD, Compare.Result.EQUAL, 0, Bytes.EMPTY);
        assertRefused(store.txn(new Txn(List.of(compare), List.of(), List.of())), StoreException.Code.EMPTY_KEY);
    }

    @Test
    void aLimitCutsAndSaysSo() {
        putAll("a", "b", "c");
        RangeResult two = range(RangeRequest.of(KeyRange.all()).limit(2));
        assertThat(keys(two.kvs())).containsExactly("a", "b");
        assertThat(two.more()).isTrue();
        assertThat(two.count()).isEqualTo(3);
        RangeResult three = range(RangeRequest.of(KeyRange.all()).limit(3));
        assertThat(three.kvs()).hasSize(3);
        assertThat(three.more()).isFalse();
    }

    @Test
    void aCountComesWithoutPairs() {
        putAll("a", "b", "c");
        delete(key("b"));
        RangeResult result = range(RangeRequest.of(KeyRange.all()).limit(1).counting());
        assertThat(result.kvs()).isEmpty();
        assertThat(result.more()).isFalse();
        assertThat(result.count()).isEqualTo(2);
    }

    @Test
    void anOldRevisionIsReadAsItWas() {
        long first = put("a", "1");
        put("b", "1");
        long third = put("a", "2");
        delete(key("a"));
        RangeResult old = range(RangeRequest.of(KeyRange.all()).at(first));
        assertThat(keys(old.kvs())).containsExactly("a");
        assertThat(old.kvs().getFirst().value()).isEqualTo(bytes("1"));
        assertThat(old.count()).isEqualTo(1);
        assertThat(old.revision()).isEqualTo(revision());
        RangeResult later = range(RangeRequest.of(KeyRange.all()).at(third).limit(1));
        assertThat(later.kvs().getFirst().value()).isEqualTo(bytes("2"));
        assertThat(later.count()).isEqualTo(2);
        assertThat(later.more()).isTrue();
        assertThat(keys(get(KeyRange.all()).kvs())).containsExactly("b");
    }

    @Test
    void aFutureRevisionIsRefused() {
        put("a", "1");
        assertRefused(
                store.range(RangeRequest.of(KeyRange.all()).at(revision() + 1)), StoreException.Code.FUTURE_REVISION);
    }

    @Test
    void keysOnlyLeavesValuesOut() {
        long at = put("a", "1");
        KeyValue kv = range(keysOnly(KeyRange.all())).kvs().getFirst();
        assertThat(kv.value()).isEqualTo(Bytes.EMPTY);
        assertThat(kv.modRevision()).isEqualTo(at);
    }

    @Test
    void filtersApplyBeforeTheLimitAndNotToTheCount() {
        putAll("a", "b", "c", "d");
        long from = only("b").modRevision();
        long to = only("d").modRevision();
        RangeResult result = range(filtered(KeyRange.all(), 1, from, to, 0, 0));
        assertThat(keys(result.kvs())).containsExactly("b");
        assertThat(result.more()).isTrue();
        assertThat(result.count()).isEqualTo(4);
        put("c", "again");
        assertThat(keys(range(filtered(KeyRange.all(), 0, from, to, 0, 0)).kvs()))
                .containsExactly("b", "d");
        assertThat(keys(range(filtered(KeyRange.all(), 0, 0, 0, from, to)).kvs()))
                .containsExactly("b", "c", "d");
    }

    @Test
    void aSortedRangeIsSortedBeforeTheLimit() {
        put("a", "3");
        put("b", "1");
        put("c", "2");
        put("a", "3");
        assertThat(sorted(RangeRequest.SortOrder.ASCEND, RangeRequest.SortTarget.VALUE, 2))
                .containsExactly("b", "c");
        assertThat(sorted(RangeRequest.SortOrder.DESCEND, RangeRequest.SortTarget.KEY, 2))
                .containsExactly("c", "b");
        assertThat(sorted(RangeRequest.SortOrder.DESCEND, RangeRequest.SortTarget.MOD, 1))
                .containsExactly("a");
        assertThat(sorted(RangeRequest.SortOrder.DESCEND, RangeRequest.SortTarget.VERSION, 1))
                .containsExactly("a");
        assertThat(sorted(RangeRequest.SortOrder.ASCEND, RangeRequest.SortTarget.CREATE, 0))
                .containsExactly("a", "b", "c");
    }

    @Test
    void aSortTargetWithoutAnOrderSortsWhatTheLimitCutPlusOne() {
        put("a", "3");
        put("b", "2");
        put("c", "1");
        put("d", "0");
        assertThat(sorted(RangeRequest.SortOrder.NONE, RangeRequest.SortTarget.VALUE, 2))
                .containsExactly("c", "b");
    }

    @Test
    void conditionsAreJoinedByAnd() {
        long at = put("a", "1");
        Compare holds = Compare.modRevisionIs(bytes("a"), at);
        Compare fails = Compare.modRevisionIs(bytes("b"), at);
        assertThat(succeeds()).isTrue();
        assertThat(succeeds(holds)).isTrue();
        assertThat(succeeds(holds, fails)).isFalse();
    }

    @Test
    void aMissingKeyComparesAsZeroAndItsValueNever() {
        KeyRange missing = key("missing");
        for (Compare.Target target : Compare.Target.values()) {
            boolean isValue = target == Compare.Target.VALUE;
            assertThat(succeeds(new Compare(missing, target, Compare.Result.EQUAL, 0, Bytes.EMPTY)))
                    .isEqualTo(!isValue);
            assertThat(succeeds(new Compare(missing, target, Compare.Result.NOT_EQUAL, 1, bytes("1"))))
                    .isEqualTo(!isValue);
            assertThat(succeeds(new Compare(missing, target, Compare.Result.LESS, 1, bytes("1"))))
                    .isEqualTo(!isValue);
            assertThat(succeeds(new Compare(missing, target, Compare.Result.GREATER, 0, Bytes.EMPTY)))
                    .isFalse();
        }
    }

    @Test
    void valuesCompareBytewise() {
        put("a", "m");
        assertThat(succeeds(new Compare(key("a"), Compare.Target.VALUE, Compare.Result.GREATER, 0, bytes("b"))))
                .isTrue();
        assertThat(succeeds(new Compare(key("a"), Compare.Target.VALUE, Compare.Result.LESS, 0, bytes("mm"))))
                .isTrue();
        assertThat(succeeds(new Compare(key("a"), Compare.Target.VALUE, Compare.Result.EQUAL, 0, bytes("m"))))
                .isTrue();
    }

    @Test
    void aConditionOnARangeMustHoldForEveryKeyInIt() {
        putAll("a/1", "a/2");
        Compare once = new Compare(prefix("a/"), Compare.Target.VERSION, Compare.Result.EQUAL, 1, Bytes.EMPTY);
        assertThat(succeeds(once)).isTrue();
        put("a/2", "again");
        assertThat(succeeds(once)).isFalse();
        Compare none = new Compare(prefix("none/"), Compare.Target.VERSION, Compare.Result.EQUAL, 0, Bytes.EMPTY);
        assertThat(succeeds(none)).isTrue();
    }

    @Test
    void anUpdateOfAStaleRevisionLoses() {
        long first = put("a", "1");
        put("a", "2");
        Txn update = new Txn(
                List.of(Compare.modRevisionIs(bytes("a"), first)),
                List.of(Op.Put.of(bytes("a"), bytes("3"))),
                List.of(new Op.Get(RangeRequest.of(key("a")))));
        long before = revision();
        TxnResult result = txn(update);
        assertThat(result.succeeded()).isFalse();
        assertThat(result.revision()).isEqualTo(before);
        KeyValue present =
                ((OpResult.Get) result.results().getFirst()).range().kvs().getFirst();
        assertThat(present.value()).isEqualTo(bytes("2"));
    }

    @Test
    void laterOperationsSeeEarlierOnesAndShareTheirRevision() {
        long before = revision();
        TxnResult result = txn(new Txn(
                List.of(),
                List.of(
                        Op.Put.of(bytes("a"), bytes("1")),
                        new Op.Get(RangeRequest.of(KeyRange.all())),
                        Op.Put.of(bytes("b"), bytes("2")),
                        new Op.Get(RangeRequest.of(KeyRange.all()))),
                List.of()));
        assertThat(result.revision()).isEqualTo(before + 1);
        RangeResult first = ((OpResult.Get) result.results().get(1)).range();
        RangeResult second = ((OpResult.Get) result.results().get(3)).range();
        assertThat(keys(first.kvs())).containsExactly("a");
        assertThat(first.count()).isEqualTo(1);
        assertThat(keys(second.kvs())).containsExactly("a", "b");
        assertThat(only("a").modRevision()).isEqualTo(only("b").modRevision());
    }

    @Test
    void aTransactionThatOnlyReadsMakesNoRevision() {
        put("a", "1");
        long before = revision();
        TxnResult result = txn(new Txn(List.of(), List.of(new Op.Get(RangeRequest.of(key("a")))), List.of()));
        assertThat(result.revision()).isEqualTo(before);
        assertThat(((OpResult.Get) result.results().getFirst()).range().kvs()).hasSize(1);
    }

    @Test
    void nestedConditionsAreDecidedOnTheStateBeforeTheTransaction() {
        Txn inner = new Txn(
                List.of(new Compare(key("a"), Compare.Target.VERSION, Compare.Result.EQUAL, 0, Bytes.EMPTY)),
                List.of(Op.Put.of(bytes("b"), bytes("absent"))),
                List.of(Op.Put.of(bytes("b"), bytes("present"))));
        TxnResult result =
                txn(new Txn(List.of(), List.of(Op.Put.of(bytes("a"), bytes("1")), new Op.Nested(inner)), List.of()));
        assertThat(((OpResult.Nested) result.results().get(1)).txn().succeeded())
                .isTrue();
        assertThat(only("b").value()).isEqualTo(bytes("absent"));
        assertThat(only("b").modRevision()).isEqualTo(only("a").modRevision());
    }

    @Test
    void tooManyOperationsAreRefused() {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i <= Store.TXN_OPS_MAX; i++) {
            ops.add(Op.Put.of(bytes("k" + i), Bytes.EMPTY));
        }
        assertRefused(store.txn(new Txn(List.of(), ops, List.of())), StoreException.Code.TOO_MANY_OPS);
        assertRefused(store.txn(new Txn(List.of(), List.of(), ops)), StoreException.Code.TOO_MANY_OPS);
        ops.removeLast();
        assertThat(txn(new Txn(List.of(), ops, List.of())).results()).hasSize(Store.TXN_OPS_MAX);
    }

    @Test
    void aNestedTransactionHasWhatIsLeftOfTheBudget() {
        List<Op> inner = new ArrayList<>();
        for (int i = 0; i < Store.TXN_OPS_MAX - 1; i++) {
            inner.add(Op.Put.of(bytes("k" + i), Bytes.EMPTY));
        }
        Op nested = new Op.Nested(new Txn(List.of(), inner, List.of()));
        assertThat(txn(Txn.of(nested)).results()).hasSize(1);
        Txn more = new Txn(List.of(), List.of(nested, Op.Put.of(bytes("x"), Bytes.EMPTY)), List.of());
        assertRefused(store.txn(more), StoreException.Code.TOO_MANY_OPS);
    }

    @Test
    void aKeyChangedTwiceInOneBranchIsRefused() {
        Op put = Op.Put.of(bytes("a"), bytes("1"));
        Op delete = new Op.Delete(prefix("a"), false);
        Op nestedPut = new Op.Nested(new Txn(List.of(), List.of(), List.of(put)));
        assertDuplicate(put, put);
        assertDuplicate(put, delete);
        assertDuplicate(delete, put);
        assertDuplicate(put, nestedPut);
        assertDuplicate(nestedPut, nestedPut);
        assertDuplicate(delete, nestedPut);
        assertThat(txn(new Txn(List.of(), List.of(delete, delete), List.of())).results())
                .hasSize(2);
        assertThat(txn(new Txn(List.of(), List.of(put), List.of(put))).succeeded())
                .isTrue();
        assertThat(txn(Txn.of(new Op.Nested(
                                new Txn(List.of(), List.of(put), List.of(put, new Op.Delete(key("b"), false))))))
                        .succeeded())
                .isTrue();
    }

    @Test
    void aRefusedTransactionLeavesNothing() {
        put("a", "1");
        long before = revision();
        List<Op> ops = List.of(
                Op.Put.of(bytes("a"), bytes("2")),
                new Op.Delete(key("a2"), false),
                new Op.Put(bytes("b"), Bytes.EMPTY, 4711, false, false, false));
        assertRefused(store.txn(new Txn(List.of(), ops, List.of())), StoreException.Code.LEASE_NOT_FOUND);
        List<Op> ignoring =
                List.of(Op.Put.of(bytes("a"), bytes("2")), new Op.Put(bytes("b"), Bytes.EMPTY, 0, false, true, false));
        assertRefused(store.txn(new Txn(List.of(), ignoring, List.of())), StoreException.Code.KEY_NOT_FOUND);
        List<Op> reading = List.of(
                Op.Put.of(bytes("a"), bytes("2")),
                new Op.Get(RangeRequest.of(key("a")).at(before + 1)));
        assertRefused(store.txn(new Txn(List.of(), reading, List.of())), StoreException.Code.FUTURE_REVISION);
        assertThat(revision()).isEqualTo(before);
        assertThat(only("a").value()).isEqualTo(bytes("1"));
    }

    @Test
    void aPutMayKeepTheValueOrTheLease() {
        long lease = grant(60);
        txn(Txn.of(new Op.Put(bytes("a"), bytes("1"), lease, false, false, false)));
        txn(Txn.of(new Op.Put(bytes("a"), bytes("2"), 0, false, false, true)));
        assertThat(only("a").value()).isEqualTo(bytes("2"));
        assertThat(only("a").lease()).isEqualTo(lease);
        txn(Txn.of(new Op.Put(bytes("a"), Bytes.EMPTY, 0, false, true, false)));
        assertThat(only("a").value()).isEqualTo(bytes("2"));
        assertThat(only("a").lease()).isZero();
        assertRefused(
                store.txn(Txn.of(new Op.Put(bytes("a"), bytes("3"), 0, false, true, false))),
                StoreException.Code.VALUE_PROVIDED);
        assertRefused(
                store.txn(Txn.of(new Op.Put(bytes("a"), bytes("3"), lease, false, false, true))),
                StoreException.Code.LEASE_PROVIDED);
    }

    @Test
    void aRequestThatIsTooLargeIsRefused() {
        Bytes large = Bytes.wrap(new byte[Store.REQUEST_BYTES_MAX]);
        assertRefused(store.txn(Txn.of(Op.Put.of(bytes("a"), large))), StoreException.Code.REQUEST_TOO_LARGE);
        Bytes fits = Bytes.wrap(new byte[Store.REQUEST_BYTES_MAX - 1024]);
        txn(Txn.of(Op.Put.of(bytes("a"), fits)));
        assertThat(only("a").value().length()).isEqualTo(fits.length());
    }

    @Test
    void aCompactedRevisionIsRefused() {
        long first = put("a", "1");
        long second = put("a", "2");
        put("b", "1");
        assertThat(await(store.compact(second, false))).isEqualTo(revision());
        StoreException refused =
                failure(store.range(RangeRequest.of(KeyRange.all()).at(first)));
        assertThat(refused.code()).isEqualTo(StoreException.Code.COMPACTED);
        assertThat(refused.compactRevision()).isEqualTo(second);
        RangeResult still = range(RangeRequest.of(KeyRange.all()).at(second));
        assertThat(keys(still.kvs())).containsExactly("a");
        assertThat(still.kvs().getFirst().value()).isEqualTo(bytes("2"));
        assertThat(store.status().compactRevision()).isEqualTo(second);
    }

    @Test
    void aCompactionGoesForwardAndNotIntoTheFuture() {
        put("a", "1");
        long now = put("a", "2");
        await(store.compact(now, true));
        assertRefused(store.compact(now, false), StoreException.Code.COMPACTED);
        assertRefused(store.compact(now - 1, false), StoreException.Code.COMPACTED);
        assertRefused(store.compact(now + 1, false), StoreException.Code.FUTURE_REVISION);
        assertThat(revision()).isEqualTo(now);
    }

    @Test
    void compactingANewStoreAtZeroIsAcceptedOnce() {
        assertThat(await(store.compact(0, false))).isEqualTo(revision());
        assertRefused(store.compact(0, false), StoreException.Code.COMPACTED);
    }

    @Test
    void whatIsAliveSurvivesACompaction() {
        put("a", "1");
        put("b", "1");
        delete(key("b"));
        put("c", "1");
        long at = put("c", "2");
        put("b", "2");
        put("c", "3");
        await(store.compact(at, true));
        RangeResult then = range(RangeRequest.of(KeyRange.all()).at(at));
        assertThat(keys(then.kvs())).containsExactly("a", "c");
        assertThat(then.kvs().get(1).value()).isEqualTo(bytes("2"));
        assertThat(then.count()).isEqualTo(2);
        assertThat(keys(get(KeyRange.all()).kvs())).containsExactly("a", "b", "c");
        assertThat(only("c").version()).isEqualTo(3);
    }

    @Test
    void aDeletionAtTheCompactedRevisionStaysADeletion() {
        put("a", "1");
        long deletion = delete(key("a")).revision();
        put("b", "1");
        await(store.compact(deletion, true));
        assertThat(range(RangeRequest.of(key("a")).at(deletion)).count()).isZero();
        await(store.compact(revision(), true));
        assertThat(get("a").count()).isZero();
        put("a", "2");
        assertThat(only("a").version()).isEqualTo(1);
    }

    @Test
    void aReadOfACompactedRevisionInATransactionLeavesNothing() {
        long first = put("a", "1");
        long second = put("a", "2");
        await(store.compact(second, false));
        for (long revision : List.of(first, -1L)) {
            List<Op> ops = List.of(
                    Op.Put.of(bytes("b"), Bytes.EMPTY),
                    new Op.Get(RangeRequest.of(key("a")).at(revision)));
            assertRefused(store.txn(new Txn(List.of(), ops, List.of())), StoreException.Code.COMPACTED);
            assertRefused(
                    store.txn(Txn.of(new Op.Get(RangeRequest.of(key("a")).at(revision)))),
                    StoreException.Code.COMPACTED);
        }
        assertThat(get("b").count()).isZero();
        assertThat(revision()).isEqualTo(second);
    }

    @Test
    void theStatusTellsTheRevision() {
        long at = put("a", "1");
        assertThat(store.status().revision()).isEqualTo(at);
        assertThat(store.status().memberId()).isNotZero();
        assertThat(store.status().clusterId()).isNotZero();
    }

    @Test
    void aClosedStoreRefuses() {
        store.close();
        store.close();
        assertThat(failure(store.range(RangeRequest.of(KeyRange.all()))).kind())
                .isEqualTo(StoreException.Kind.UNAVAILABLE);
        assertThat(failure(store.txn(Txn.of(Op.Put.of(bytes("a"), Bytes.EMPTY))))
                        .kind())
                .isEqualTo(StoreException.Kind.UNAVAILABLE);
    }

    private void assertDuplicate(Op... ops) {
        assertRefused(store.txn(new Txn(List.of(), List.of(ops), List.of())), StoreException.Code.DUPLICATE_KEY);
        assertRefused(store.txn(new Txn(List.of(), List.of(), List.of(ops))), StoreException.Code.DUPLICATE_KEY);
    }

    private List<String> sorted(RangeRequest.SortOrder order, RangeRequest.SortTarget target, long limit) {
        return keys(range(new RangeRequest(KeyRange.all(), 0, limit, false, false, false, order, target, 0, 0, 0, 0))
                .kvs());
    }
}
