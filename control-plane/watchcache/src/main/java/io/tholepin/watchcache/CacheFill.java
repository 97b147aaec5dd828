package io.tholepin.watchcache;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Store;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Reads everything under a prefix at one revision, page by page of about {@link CacheSettings#pageBytes}. While the
 * next page is on its way those before it are decoded, as many at once as there are processors; no more than that and
 * one are held undecoded.
 */
final class CacheFill {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final Store store;
    private final KeyRange range;
    private final ObjectIntake intake;
    private final int pageBytes;
    private final Executor workers;

    /**
     * @param workers decodes pages
     */
    CacheFill(Store store, KeyRange range, ObjectIntake intake, int pageBytes, Executor workers) {
        this.store = store;
        this.range = range;
        this.intake = intake;
        this.pageBytes = pageBytes;
        this.workers = workers;
    }

    /** Everything as of a revision. */
    record Filled(IndexedTree tree, long revision) {}

    /**
     * Reads it all; blocks.
     *
     * @throws io.tholepin.kv.StoreException what the store fails with, {@code COMPACTED} when that happened between
     *     pages
     * @throws ObjectIntake.UndecodableException when a value cannot be decoded
     */
    Filled run() {
        RangeResult page = join(store.range(RangeRequest.of(range).limit(PageSize.FIRST)));
        long revision = page.revision();
        List<CachedObject> objects = new ArrayList<>((int) Math.min(page.count(), 1 << 20));
        Deque<CompletableFuture<List<CachedObject>>> decoding = new ArrayDeque<>();
        while (page.more()) {
            Bytes start = page.kvs().getLast().key().successor();
            RangeRequest next = RangeRequest.of(new KeyRange(start, range.end()));
            CompletableFuture<RangeResult> coming =
                    store.range(next.at(revision).limit(PageSize.after(page.kvs(), pageBytes)));
            decoding.add(decode(page.kvs()));
            if (decoding.size() > PROCESSORS) {
                objects.addAll(join(decoding.remove()));
            }
            page = join(coming);
        }
        decoding.add(decode(page.kvs()));
        decoding.forEach(decoded -> objects.addAll(join(decoded)));
        return new Filled(IndexedTree.of(objects, intake.indexed()), revision);
    }

    private CompletableFuture<List<CachedObject>> decode(List<KeyValue> kvs) {
        return CompletableFuture.supplyAsync(
                () -> kvs.stream().map(kv -> intake.decode(kv, null)).toList(), workers);
    }

    private static <T> T join(CompletableFuture<T> result) {
        try {
            return result.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }
}
