package io.tholepin.etcdsnapshot;

import io.tholepin.kv.KeyValue;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Everything that root can ask of an etcd and that a way through a file must not change.
 *
 * @param hashes HashKV by revision
 * @param ranges live pairs by revision
 * @param leases granted seconds by id
 * @param rights users, roles and alarms as etcdctl prints them
 */
record Answers(
        long revision,
        long compactRevision,
        Map<Long, Long> hashes,
        Map<Long, List<KeyValue>> ranges,
        Map<Long, Long> leases,
        String users,
        String rights) {
    static Answers of(RealEtcd etcd) throws Exception {
        JsonNode hash = etcd.hashKv(0);
        long revision = RealEtcd.number(hash.path("header"), "revision");
        long compacted = RealEtcd.number(hash, "compact_revision");
        Map<Long, Long> hashes = new TreeMap<>();
        Map<Long, List<KeyValue>> ranges = new TreeMap<>();
        // At the compaction itself newer etcds answer with the hash they computed when they compacted.
        for (long at = revision; at > compacted; at -= 1 + (revision - compacted) / 7) {
            hashes.put(at, RealEtcd.number(etcd.hashKv(at), "hash"));
            ranges.put(at, etcd.range(at));
        }
        return new Answers(
                revision,
                compacted,
                hashes,
                ranges,
                leases(etcd),
                etcd.ctl("user", "list").lines().toList().toString(),
                rights(etcd));
    }

    private static Map<Long, Long> leases(RealEtcd etcd) throws Exception {
        Map<Long, Long> leases = new TreeMap<>();
        for (JsonNode id : etcd.ask("/lease/leases", "{}").path("leases")) {
            long lease = RealEtcd.number(id, "ID");
            String body = "{\"ID\":\"" + lease + "\"}";
            leases.put(lease, RealEtcd.number(etcd.ask("/lease/timetolive", body), "grantedTTL"));
        }
        return leases;
    }

    private static String rights(RealEtcd etcd) throws Exception {
        return etcd.ctl("role", "get", "root")
                + etcd.ctl("role", "get", "readers")
                + etcd.ctl("user", "get", "root")
                + etcd.ctl("user", "get", "ann")
                + etcd.ctl("user", "get", "cert")
                + etcd.ctl("alarm", "list");
    }
}
