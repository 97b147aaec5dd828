package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Outcome;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreObserver;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AppliedWorkTest {
    private static final Op PUT = Op.Put.of(Bytes.utf8("key"), Bytes.utf8("value"));
    private static final Op DELETE = new Op.Delete(KeyRange.key(Bytes.utf8("k")), false);
    private static final Op GET = new Op.Get(RangeRequest.of(KeyRange.key(Bytes.utf8("k"))));

    private final List<String> heard = new ArrayList<>();
    private final StoreObserver observer = new StoreObserver() {
        @Override
        public void wrote(int puts, int deletes, int ranges, long putBytes) {
            heard.add("puts " + puts + ", deletes " + deletes + ", ranges " + ranges + ", bytes " + putBytes);
        }

        @Override
        public void leaseGranted(long ttlSeconds) {
            heard.add("granted " + ttlSeconds);
        }

        @Override
        public void leaseRevoked() {
            heard.add("revoked");
        }
    };

    @Test
    void onlyTheBranchesThatRanCount() {
        Txn inner = new Txn(List.of(), List.of(PUT), List.of(DELETE, GET));
        Txn outer = new Txn(List.of(), List.of(PUT, GET, new Op.Nested(inner)), List.of(DELETE));
        OpResult put = new OpResult.Put(null);
        OpResult nested = new OpResult.Nested(new TxnResult(2, false, List.of()));
        Command write = new Command.Guarded(1, new Command.Write(outer));
        AppliedWork.tell(observer, write, new Outcome.Wrote(new TxnResult(2, true, List.of(put, put, nested))));
        assertThat(heard).containsExactly("puts 1, deletes 1, ranges 2, bytes 8");
    }

    @Test
    void whatWasRefusedDidNothing() {
        Outcome refused = new Outcome.Refused(StoreException.of(StoreException.Code.LEASE_NOT_FOUND));
        AppliedWork.tell(observer, new Command.Write(Txn.of(PUT)), refused);
        AppliedWork.tell(observer, new Command.LeaseRevoke(1), refused);
        assertThat(heard).isEmpty();
    }

    @Test
    void leasesAreHeardOf() {
        AppliedWork.tell(observer, new Command.LeaseGrant(1, 60), new Outcome.Done(1));
        AppliedWork.tell(observer, new Command.LeaseRevoke(1), new Outcome.Done(2));
        assertThat(heard).containsExactly("granted 60", "revoked");
    }
}
