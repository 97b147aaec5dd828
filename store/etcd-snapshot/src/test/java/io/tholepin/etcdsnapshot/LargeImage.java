package io.tholepin.etcdsnapshot;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StoreImage;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * An image of {@code versions} versions of 1 KiB each that are made as they are visited.
 *
 * @param versions how many
 */
record LargeImage(long versions) implements StoreImage {
    private static final int VALUE_BYTES = 1_000;

    /** Writes an image of as many versions as the second argument says to the file the first one names; reads it. */
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        long versions = Long.parseLong(arguments[1]);
        long start = System.nanoTime();
        EtcdSnapshot.write(new LargeImage(versions), file);
        long written = System.nanoTime();
        AtomicLong read = new AtomicLong();
        try (StoreImage image = EtcdSnapshot.read(file, true)) {
            image.changes(change -> {
                if (change.kv().modRevision() != read.incrementAndGet() + 1
                        || change.kv().value().length() != VALUE_BYTES) {
                    throw new AssertionError(change.toString());
                }
            });
        }
        long done = System.nanoTime();
        System.out.printf(
                "%d versions, %d keys, written in %d ms, read in %d ms%n",
                read.get(),
                EtcdSnapshot.status(file).totalKeys(),
                (written - start) / 1_000_000,
                (done - written) / 1_000_000);
    }

    @Override
    public long revision() {
        return versions + 1;
    }

    @Override
    public long compactRevision() {
        return -1;
    }

    @Override
    public long appliedIndex() {
        return versions;
    }

    @Override
    public long term() {
        return 1;
    }

    @Override
    public void changes(Consumer<Change> visitor) {
        for (long revision = 2; revision <= versions + 1; revision++) {
            byte[] value = new byte[VALUE_BYTES];
            Bytes key = Bytes.utf8("/registry/pods/default/pod-" + revision);
            visitor.accept(new Change(new KeyValue(key, Bytes.wrap(value), revision, revision, 1, 0), 0, false));
        }
    }

    @Override
    public List<LeaseRecord> leases() {
        return List.of();
    }

    @Override
    public List<Alarm> alarms() {
        return List.of();
    }

    @Override
    public AuthState auth() {
        return AuthState.NONE;
    }

    @Override
    public List<ClusterMember> members() {
        return List.of();
    }

    @Override
    public List<Long> removedMembers() {
        return List.of();
    }

    @Override
    public void close() {}
}
