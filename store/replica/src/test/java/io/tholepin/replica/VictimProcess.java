package io.tholepin.replica;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.RangeResult;
import io.tholepin.kv.Txn;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that writes until it is killed. At its start it reports what it finds, one line for each writer, then a
 * line {@code ready}; after each acknowledged write a line {@code ack writer number revision}; when its store breaks a
 * line {@code broken why}.
 *
 * <p>Write {@code n} of writer {@code w} is one transaction that sets {@code a/w} and {@code b/w} to {@code n} and
 * creates {@code log/w/n}: a transaction of which a part is missing shows in the difference.
 */
final class VictimProcess {
    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);
    private static final long ANSWER_SECONDS_MAX = 30;

    private final ReplicaStore store;

    private VictimProcess(ReplicaStore store) {
        this.store = store;
    }

    /** Arguments: data folder, number of writers, bytes of log between snapshots. */
    public static void main(String[] args) throws Exception {
        ReplicaConfig config = ReplicaConfig.in(Path.of(args[0]))
                .withCompaction(new ReplicaConfig.Compaction.Periodic(Duration.ofMillis(700)))
                .withUpkeep(new ReplicaConfig.Upkeep(1_000_000, Long.parseLong(args[2]), Duration.ZERO, Duration.ZERO));
        VictimProcess victim = new VictimProcess(ReplicaStore.open(config));
        victim.store.broken().thenAccept(why -> {
            say("broken " + why.getMessage());
            Runtime.getRuntime().halt(3);
        });
        int writers = Integer.parseInt(args[1]);
        long[] present = new long[writers];
        for (int writer = 0; writer < writers; writer++) {
            present[writer] = victim.report(writer);
        }
        say("ready " + victim.store.currentRevision().get());
        for (int writer = 0; writer < writers; writer++) {
            int one = writer;
            Thread.ofPlatform().start(() -> victim.writeForever(one, present[one]));
        }
    }

    /** Says {@code found writer a b entries last}; last is the revision of the newest log entry. */
    private long report(int writer) throws Exception {
        long a = number("a/" + writer);
        long b = number("b/" + writer);
        RangeResult entries = store.range(RangeRequest.of(KeyRange.prefix(Bytes.utf8("log/" + writer + "/"))))
                .get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        long gapless = 0;
        long revision = 0;
        for (KeyValue entry : entries.kvs()) {
            gapless += entry.value().equals(payload(writer, gapless + 1)) ? 1 : 0;
            revision = Math.max(revision, entry.modRevision());
        }
        say("found " + writer + " " + a + " " + b + " " + gapless + " " + revision);
        return a;
    }

    private long number(String key) throws Exception {
        List<KeyValue> found = store.range(RangeRequest.of(KeyRange.key(Bytes.utf8(key))))
                .get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)
                .kvs();
        return found.isEmpty() ? 0 : Long.parseLong(found.getFirst().value().toString());
    }

    private void writeForever(int writer, long present) {
        try {
            for (long number = present + 1; ; number++) {
                Bytes value = Bytes.utf8(Long.toString(number));
                Txn txn = new Txn(
                        List.of(),
                        List.of(
                                Op.Put.of(Bytes.utf8("a/" + writer), value),
                                Op.Put.of(Bytes.utf8(entryKey(writer, number)), payload(writer, number)),
                                Op.Put.of(Bytes.utf8("b/" + writer), value)),
                        List.of());
                long revision =
                        store.txn(txn).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS).revision();
                say("ack " + writer + " " + number + " " + revision);
            }
        } catch (Exception failure) {
            say("failed " + writer + " " + failure);
        }
    }

    private static String entryKey(int writer, long number) {
        return "log/%d/%09d".formatted(writer, number);
    }

    private static Bytes payload(int writer, long number) {
        return Bytes.utf8(("payload " + writer + " " + number + " ").repeat(1 + (int) (number % 20)));
    }

    /** One write of less than a pipe's atomic size, so a kill cannot mix or split lines. */
    private static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
            Runtime.getRuntime().halt(2);
        }
    }
}
