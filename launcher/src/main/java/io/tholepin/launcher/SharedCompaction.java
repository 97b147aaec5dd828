package io.tholepin.launcher;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.OpResult;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import io.tholepin.kv.TxnResult;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Compacts a store that API servers share, kube-apiserver's among them: of all of them one does it in each interval,
 * the one that raises the version of the key {@code compact_rev_key} first. It compacts at the revision that it saw an
 * interval ago, so that much history stays. Source: contract 5.2, row "Compaction".
 *
 * <p>One thread of its own, until it is closed. A round that fails is left out; the next one finds out where things
 * stand.
 */
final class SharedCompaction implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SharedCompaction.class.getName());
    private static final Bytes KEY = Bytes.utf8("compact_rev_key");

    private final Store store;
    private final Duration interval;
    private final Thread thread;
    private long version;
    private long revision;

    private SharedCompaction(Store store, Duration interval) {
        this.store = store;
        this.interval = interval;
        this.thread = Thread.ofVirtual().name("compaction").unstarted(this::run);
    }

    /** Not started: {@link #round} is the caller's. */
    static SharedCompaction of(Store store, Duration interval) {
        return new SharedCompaction(store, interval);
    }

    /** Starts one; its first compaction is two intervals from now. */
    static SharedCompaction start(Store store, Duration interval) {
        SharedCompaction compaction = new SharedCompaction(store, interval);
        compaction.thread.start();
        return compaction;
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(interval);
                try {
                    round();
                } catch (StoreException failure) {
                    LOG.log(Level.WARNING, "the store was not compacted: {0}", failure.getMessage());
                }
            }
        } catch (InterruptedException stop) {
            LOG.log(Level.DEBUG, "no longer compacting");
        }
    }

    /**
     * Compacts, if it is this one's turn; blocks.
     *
     * @throws StoreException what the store fails with
     */
    void round() {
        Txn claim = new Txn(
                List.of(new Compare(
                        KeyRange.key(KEY), Compare.Target.VERSION, Compare.Result.EQUAL, version, Bytes.EMPTY)),
                List.of(Op.Put.of(KEY, Bytes.utf8(Long.toString(revision)))),
                List.of(new Op.Get(RangeRequest.of(KeyRange.key(KEY)))));
        TxnResult claimed = join(store.txn(claim));
        long before = revision;
        revision = claimed.revision();
        if (!claimed.succeeded()) {
            version = version(claimed.results().getFirst());
            return;
        }
        version++;
        if (before == 0) {
            return; // what was seen an interval ago is not known yet
        }
        try {
            join(store.compact(before, false));
            LOG.log(Level.DEBUG, "compacted at revision {0}", Long.toString(before));
        } catch (StoreException failure) {
            if (failure.code() != StoreException.Code.COMPACTED) {
                throw failure;
            }
        }
    }

    private static long version(OpResult result) {
        List<KeyValue> pairs = result instanceof OpResult.Get get ? get.range().kvs() : List.of();
        return pairs.isEmpty() ? 0 : pairs.getFirst().version();
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StoreException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
