package io.tholepin.etcdsnapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;

/** Random requests of every kind that writes. */
final class Load {
    private final RealEtcd etcd;
    private final SplittableRandom random;
    private final List<Long> leases = new ArrayList<>();
    private long compacted;

    Load(RealEtcd etcd, SplittableRandom random) {
        this.etcd = etcd;
        this.random = random;
    }

    void run(int steps) throws Exception {
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(30)) {
                case 0, 1 -> delete();
                case 2, 3, 4 -> txn();
                case 5 -> grant();
                case 6 -> revoke();
                case 7 -> compact();
                default -> etcd.put(key(), value(), lease());
            }
        }
    }

    private String key() {
        return "k" + random.nextInt(60);
    }

    private String value() {
        return "v".repeat(random.nextInt(random.nextInt(20) == 0 ? 15_000 : 100));
    }

    private long lease() {
        return leases.isEmpty() || random.nextBoolean() ? 0 : leases.get(random.nextInt(leases.size()));
    }

    private void delete() throws Exception {
        String start = RealEtcd.base64(key());
        String end = RealEtcd.base64(key());
        etcd.ask("/kv/deleterange", "{\"key\":\"" + start + "\",\"range_end\":\"" + end + "\"}");
    }

    private void txn() throws Exception {
        List<String> ops = new ArrayList<>();
        int first = random.nextInt(50);
        for (int i = first; i < first + 1 + random.nextInt(8); i++) {
            String key = RealEtcd.base64("k" + i);
            ops.add(
                    random.nextInt(4) == 0
                            ? "{\"request_delete_range\":{\"key\":\"" + key + "\"}}"
                            : "{\"request_put\":{\"key\":\"" + key + "\",\"value\":\"" + RealEtcd.base64(value())
                                    + "\"}}");
        }
        etcd.ask("/kv/txn", "{\"success\":[" + String.join(",", ops) + "]}");
    }

    private void grant() throws Exception {
        long id = 1 + random.nextLong(Long.MAX_VALUE - 1);
        etcd.ask("/lease/grant", "{\"ID\":\"" + id + "\",\"TTL\":\"" + (3_600 + random.nextInt(1_000)) + "\"}");
        leases.add(id);
    }

    private void revoke() throws Exception {
        if (!leases.isEmpty()) {
            etcd.ask("/lease/revoke", "{\"ID\":\"" + leases.remove(random.nextInt(leases.size())) + "\"}");
        }
    }

    private void compact() throws Exception {
        JsonNode header =
                etcd.ask("/kv/range", "{\"key\":\"AA==\",\"count_only\":true}").path("header");
        long revision = RealEtcd.number(header, "revision");
        long at = revision - random.nextInt(20);
        if (at > compacted && random.nextInt(3) == 0) {
            etcd.ask("/kv/compaction", "{\"revision\":\"" + at + "\",\"physical\":true}");
            compacted = at;
        }
    }
}
