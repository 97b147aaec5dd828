package io.tholepin.etcdsnapshot;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.StoreImage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * etcd's HashKV of an image, computed plainly. Of the versions up to the compaction those count that are current at the
 * hashed revision, or all when nothing is current there; a deletion at the compaction never counts. Source: etcd
 * server/storage/mvcc/hash.go, kvstore.go hashByRev.
 */
final class EtcdHash {
    private EtcdHash() {}

    static long of(StoreImage image, long revision) {
        List<StoreImage.Change> changes = new ArrayList<>();
        image.changes(changes::add);
        long hashed = revision == 0 ? image.revision() : revision;
        Map<Bytes, StoreImage.Change> current = new HashMap<>();
        for (StoreImage.Change change : changes) {
            if (change.kv().modRevision() <= hashed) {
                current.put(change.kv().key(), change);
            }
        }
        current.values().removeIf(StoreImage.Change::tombstone);
        Set<StoreImage.Change> kept = new HashSet<>(current.values());
        CRC32C crc = new CRC32C();
        crc.update("key".getBytes(StandardCharsets.US_ASCII));
        for (StoreImage.Change change : changes) {
            long at = change.kv().modRevision();
            boolean dropped = at <= image.compactRevision() && !kept.isEmpty() && !kept.contains(change);
            boolean hidden = at == image.compactRevision() && change.tombstone();
            if (at <= hashed && !dropped && !hidden) {
                crc.update(new RevisionKey(at, change.sub(), change.tombstone()).toBytes());
                crc.update(EtcdRecords.encode(change));
            }
        }
        return crc.getValue();
    }
}
