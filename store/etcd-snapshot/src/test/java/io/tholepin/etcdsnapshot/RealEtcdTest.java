package io.tholepin.etcdsnapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.contracts.FreePorts;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StoreImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Real etcd's data goes through our reader and our writer into another real etcd, and nobody can tell. */
class RealEtcdTest {
    private static final int STEPS = Boolean.getBoolean("tholepin.long") ? 400 : 100;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"3.4,3.4,1", "3.4,3.5,2", "3.5,3.5,3", "3.5,3.4,4"})
    void etcdServesTheSameAfterItsDataWentThroughAnImage(String from, String to, long seed) throws Exception {
        RealEtcd.assumePresent(from);
        RealEtcd.assumePresent(to);
        Path saved = folder.resolve("saved.db");
        Answers answers;
        try (RealEtcd etcd = RealEtcd.start(from, folder.resolve("source"), FreePorts.next())) {
            new Load(etcd, new SplittableRandom(seed)).run(STEPS);
            grantRights(etcd);
            answers = Answers.of(etcd);
            etcd.ctl("snapshot", "save", saved.toString());
        }
        Path written = folder.resolve("written.db");
        try (StoreImage image = EtcdSnapshot.read(saved, true)) {
            String what = "seed " + seed;
            sameAsAnswered(what, answers, image);
            EtcdSnapshot.write(image, written);
            try (StoreImage again = EtcdSnapshot.read(written, true)) {
                assertThat(HeldImage.of(again).withTerm(0))
                        .as(what)
                        .isEqualTo(HeldImage.of(image).withTerm(0));
            }
        }
        sameStatus(to, written);
        int peerPort = FreePorts.next();
        RealEtcd.restore(to, written, folder.resolve("restored"), peerPort);
        try (RealEtcd etcd = RealEtcd.start(to, folder.resolve("restored"), peerPort)) {
            etcd.login("root", "secret");
            assertThat(Answers.of(etcd)).as("seed " + seed).isEqualTo(answers);
            if (to.equals("3.5")) {
                assertThat(RealEtcd.number(etcd.ask("/auth/status", "{}"), "authRevision"))
                        .isEqualTo(10);
            }
            assertThat(etcd.ctl("--user=ann:pw", "get", "k1", "--keys-only").strip())
                    .isIn("", "k1");
            goesOn(to, etcd, seed);
        }
    }

    /** Users, roles and an alarm; from here on everything is asked as root. */
    private static void grantRights(RealEtcd etcd) throws Exception {
        etcd.ask("/maintenance/alarm", "{\"action\":\"ACTIVATE\",\"memberID\":\"7\",\"alarm\":\"NOSPACE\"}");
        etcd.ctl("role", "add", "root");
        etcd.ctl("user", "add", "root:secret");
        etcd.ctl("user", "grant-role", "root", "root");
        etcd.ctl("role", "add", "readers");
        etcd.ctl("role", "grant-permission", "readers", "read", "k", "l");
        etcd.ctl("role", "grant-permission", "readers", "readwrite", "own", "--prefix");
        etcd.ctl("user", "add", "ann:pw");
        etcd.ctl("user", "grant-role", "ann", "readers");
        etcd.ctl("user", "add", "cert", "--no-password");
        etcd.ctl("auth", "enable");
        etcd.login("root", "secret");
    }

    /** Writes into the restored one, so that bbolt works on our pages, and looks whether its file is still whole. */
    private void goesOn(String line, RealEtcd etcd, long seed) throws Exception {
        etcd.ctl("alarm", "disarm");
        new Load(etcd, new SplittableRandom(seed + 100)).run(STEPS);
        etcd.ctl("defrag");
        new Load(etcd, new SplittableRandom(seed + 200)).run(STEPS / 4);
        Path after = folder.resolve("after.db");
        Answers answers = Answers.of(etcd);
        etcd.ctl("snapshot", "save", after.toString());
        sameStatus(line, after);
        try (StoreImage image = EtcdSnapshot.read(after, true)) {
            sameAsAnswered("after restore, seed " + seed, answers, image);
        }
    }

    @Test
    void aCompactionThatWasUnderWayIsDoneAfterTheRestore() throws Exception {
        RealEtcd.assumePresent("3.5");
        Path saved = folder.resolve("saved.db");
        Path written = folder.resolve("written.db");
        long hash;
        try (RealEtcd etcd = RealEtcd.start(
                "3.5",
                folder.resolve("source"),
                FreePorts.next(),
                "--experimental-compaction-batch-limit=10",
                "--experimental-compaction-sleep-interval=1h")) {
            for (int i = 0; i < 200; i++) {
                etcd.put("key" + i % 20, "value" + i, 0);
            }
            etcd.ask("/kv/compaction", "{\"revision\":\"190\"}");
            hash = RealEtcd.number(etcd.hashKv(0), "hash");
            etcd.ctl("snapshot", "save", saved.toString());
        }
        try (StoreImage image = EtcdSnapshot.read(saved, true)) {
            HeldImage held = HeldImage.of(image);
            assertThat(held.compactRevision()).isEqualTo(190);
            assertThat(held.changes()).hasSizeGreaterThan(180);
            assertThat(EtcdHash.of(held, 0)).isEqualTo(hash);
            EtcdSnapshot.write(image, written);
        }
        sameStatus("3.5", written);
        int peerPort = FreePorts.next();
        RealEtcd.restore("3.5", written, folder.resolve("restored"), peerPort);
        try (RealEtcd etcd = RealEtcd.start("3.5", folder.resolve("restored"), peerPort)) {
            assertThat(RealEtcd.number(etcd.hashKv(0), "hash")).isEqualTo(hash);
            int changes = Integer.MAX_VALUE;
            for (int i = 0; i < 100 && changes > 31; i++) {
                Thread.sleep(100);
                Files.deleteIfExists(saved);
                etcd.ctl("snapshot", "save", saved.toString());
                try (StoreImage image = EtcdSnapshot.read(saved, true)) {
                    changes = HeldImage.of(image).changes().size();
                }
            }
            assertThat(changes).as("versions after the compaction").isEqualTo(31);
            assertThat(RealEtcd.number(etcd.hashKv(0), "hash")).isEqualTo(hash);
        }
    }

    @Test
    void aStoreWithoutAnyKeyLeftGoesThroughToo() throws Exception {
        for (String line : List.of("3.4", "3.5")) {
            RealEtcd.assumePresent(line);
            Path saved = folder.resolve("saved-" + line);
            Path written = folder.resolve("written-" + line);
            try (RealEtcd etcd = RealEtcd.start(line, folder.resolve("source-" + line), FreePorts.next())) {
                etcd.put("a", "1", 0);
                etcd.ask("/kv/deleterange", "{\"key\":\"YQ==\"}");
                etcd.ask("/kv/compaction", "{\"revision\":\"3\",\"physical\":true}");
                etcd.ctl("snapshot", "save", saved.toString());
            }
            try (StoreImage image = EtcdSnapshot.read(saved, true)) {
                assertThat(image.revision()).isEqualTo(3);
                assertThat(image.compactRevision()).isEqualTo(3);
                EtcdSnapshot.write(image, written);
            }
            int peerPort = FreePorts.next();
            RealEtcd.restore(line, written, folder.resolve("restored-" + line), peerPort);
            try (RealEtcd etcd = RealEtcd.start(line, folder.resolve("restored-" + line), peerPort)) {
                assertThat(etcd.put("b", "2", 0)).isEqualTo(4);
            }
        }
    }

    @Test
    void aRevisionThatARestoreOfOursRaisedHolds() throws Exception {
        for (String line : List.of("3.4", "3.5")) {
            RealEtcd.assumePresent(line);
            for (long compacted : new long[] {-1, 2_000}) {
                String name = line + "-" + compacted;
                Path written = folder.resolve("raised-" + name);
                EtcdSnapshot.write(raised(compacted), written);
                sameStatus(line, written);
                int peerPort = FreePorts.next();
                Path data = folder.resolve("restored-" + name);
                RealEtcd.restore(line, written, data, peerPort);
                for (long revision = 2_001; revision < 2_003; revision++) {
                    try (RealEtcd etcd = RealEtcd.start(line, data, peerPort)) {
                        assertThat(etcd.put("b", "3", 0)).as(name).isEqualTo(revision);
                        assertThat(etcd.ctl("get", "", "--prefix", "--keys-only")
                                        .split("\\s+"))
                                .as(name)
                                .containsExactly("a", "b");
                    }
                }
            }
        }
    }

    private static HeldImage raised(long compacted) {
        KeyValue pair = new KeyValue(Bytes.utf8("a"), Bytes.utf8("1"), 2, 2, 1, 0);
        return new HeldImage(
                2_000,
                compacted,
                5,
                1,
                List.of(new StoreImage.Change(pair, 0, false)),
                List.of(),
                List.of(),
                AuthState.NONE,
                List.of(),
                List.of());
    }

    @Test
    void aBumpedRevisionIsTaken() throws Exception {
        RealEtcd.assumePresent("3.5");
        Path saved = folder.resolve("saved.db");
        Path written = folder.resolve("written.db");
        try (RealEtcd etcd = RealEtcd.start("3.5", folder.resolve("source"), FreePorts.next())) {
            etcd.put("a", "1", 0);
            etcd.put("a", "2", 0);
            etcd.ctl("snapshot", "save", saved.toString());
        }
        Path data = folder.resolve("bumped");
        RealEtcd.utl(
                "3.5",
                "snapshot",
                "restore",
                saved.toString(),
                "--data-dir=" + data,
                "--bump-revision=1000",
                "--mark-compacted");
        try (StoreImage image = EtcdSnapshot.read(data.resolve("member/snap/db"), false)) {
            assertThat(image.revision()).isEqualTo(1_003);
            assertThat(image.compactRevision()).isEqualTo(1_003);
            assertThat(HeldImage.of(image).changes())
                    .extracting(change -> change.kv().value().toString())
                    .containsExactly("1", "2");
            EtcdSnapshot.write(image, written);
        }
        int peerPort = FreePorts.next();
        RealEtcd.restore("3.5", written, folder.resolve("restored"), peerPort);
        try (RealEtcd etcd = RealEtcd.start("3.5", folder.resolve("restored"), peerPort)) {
            assertThat(etcd.ctl("get", "a", "--print-value-only").strip()).isEqualTo("2");
            assertThat(etcd.put("b", "3", 0)).isEqualTo(1_004);
        }
    }

    private static void sameStatus(String line, Path file) throws Exception {
        String printed = RealEtcd.utl(line, "snapshot", "status", file.toString(), "--write-out=json");
        JsonNode status = RealEtcd.JSON.readTree(printed);
        assertThat(EtcdSnapshot.status(file))
                .isEqualTo(new EtcdSnapshot.Status(
                        (int) RealEtcd.number(status, "hash"),
                        RealEtcd.number(status, "revision"),
                        RealEtcd.number(status, "totalKey"),
                        RealEtcd.number(status, "totalSize")));
    }

    private static void sameAsAnswered(String what, Answers answers, StoreImage image) {
        assertThat(image.revision()).as(what).isEqualTo(answers.revision());
        assertThat(image.compactRevision()).as(what).isEqualTo(answers.compactRevision());
        answers.hashes()
                .forEach((revision, hash) -> assertThat(EtcdHash.of(image, revision))
                        .as(what + ", HashKV " + revision)
                        .isEqualTo(hash));
        answers.ranges()
                .forEach((revision, range) -> assertThat(current(image, revision))
                        .as(what + ", range " + revision)
                        .isEqualTo(range));
        Map<Long, Long> leases = new TreeMap<>();
        image.leases().forEach(lease -> leases.put(lease.id(), lease.ttlSeconds()));
        assertThat(leases).as(what).isEqualTo(answers.leases());
        AuthState auth = image.auth();
        assertThat(auth.enabled()).as(what).isTrue();
        assertThat(auth.revision()).as(what).isEqualTo(10);
        assertThat(new TreeMap<>(auth.users()).keySet().toString()).as(what).isEqualTo(answers.users());
        // The restore of 3.4 leaves the member that was there before.
        assertThat(image.members())
                .as(what)
                .isNotEmpty()
                .allMatch(member -> member.name().equals("one"));
    }

    /** The live pairs as of a revision. */
    private static List<KeyValue> current(StoreImage image, long revision) {
        TreeMap<Bytes, KeyValue> pairs = new TreeMap<>();
        image.changes(change -> {
            if (change.kv().modRevision() > revision) {
                return;
            }
            if (change.tombstone()) {
                pairs.remove(change.kv().key());
            } else {
                pairs.put(change.kv().key(), change.kv());
            }
        });
        return new ArrayList<>(pairs.values());
    }
}
