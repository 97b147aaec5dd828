package io.tholepin.etcdsnapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever stands in a file, reading it ends with data or an {@link IOException}: never another exception, never a
 * walk without end.
 */
@Timeout(300)
class DamagedFileTest {
    private static final int ROUNDS = Boolean.getBoolean("tholepin.long") ? 20_000 : 1_000;
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private int refused;
    private int read;

    @ParameterizedTest
    @ValueSource(strings = {"3.4.23", "3.5.30"})
    void everyFlippedByteOfAPageHeaderOrElementEnds(String version) throws IOException {
        byte[] whole = Files.readAllBytes(Fixture.unpack(version, folder));
        for (int page = 0; page < whole.length / PAGE; page++) {
            for (int offset = 0; offset < 80; offset++) {
                byte[] bytes = whole.clone();
                bytes[page * PAGE + offset] ^= (byte) 0xFF;
                visit(version + ", page " + page + ", byte " + offset, bytes);
            }
        }
        assertThat(refused).isGreaterThan(200);
        assertThat(read).isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomDamageEnds(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] whole = Files.readAllBytes(Fixture.unpack(seed % 2 == 0 ? "3.4.23" : "3.5.30", folder));
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int i = random.nextInt(20); i >= 0 && bytes.length >= 3 * PAGE; i--) {
                damage(random, bytes);
            }
            visit("seed " + seed + ", round " + round, bytes);
        }
        assertThat(refused).isGreaterThan(ROUNDS / 10);
        assertThat(read).isGreaterThan(ROUNDS / 100);
    }

    @Test
    void aBranchThatLeadsToItselfIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(Fixture.unpack("3.5.30", folder));
        for (int page = 2; page < bytes.length / PAGE; page++) {
            ByteBuffer at = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            at.putLong(page * PAGE, page).putShort(page * PAGE + 8, (short) BoltFormat.BRANCH);
            at.putShort(page * PAGE + 10, (short) 2).putInt(page * PAGE + 12, 0);
            for (int i = 0; i < 2; i++) {
                int element = page * PAGE + 16 + 16 * i;
                at.putInt(element, 32 - 16 * i + i).putInt(element + 4, 1).putLong(element + 8, page);
            }
            at.put(page * PAGE + 48, (byte) 1).put(page * PAGE + 49, (byte) 2);
        }
        visit("circle", bytes);
        assertThat(refused).isEqualTo(1);
    }

    /** Small numbers at multiples of 2: what ids, counts and offsets look like. */
    private static void damage(SplittableRandom random, byte[] bytes) {
        ByteBuffer at = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int page = 2 + random.nextInt(bytes.length / PAGE - 2);
        int start = page * PAGE;
        switch (random.nextInt(6)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> at.putShort(start + 8, (short) (1 << random.nextInt(5)));
            case 2 -> at.putShort(start + 10, (short) random.nextInt(1 << 16));
            case 3 -> at.putInt(start + 12, random.nextInt(16));
            case 4 -> at.putInt(start + 16 + 4 * random.nextInt(64), random.nextInt(PAGE));
            default -> at.putInt(start + 16 + 4 * random.nextInt(64), random.nextInt());
        }
    }

    private void visit(String what, byte[] bytes) throws IOException {
        Path file = folder.resolve("damaged");
        Files.write(file, bytes);
        try (StoreImage image = EtcdSnapshot.read(file, false)) {
            image.changes(change -> assertThat(change.kv().key().length()).isLessThan(bytes.length));
            read++;
        } catch (IOException | UncheckedIOException e) {
            assertThat(e).hasMessageContaining(":");
            refused++;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        }
        try {
            EtcdSnapshot.status(file);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining(":");
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what, e);
        }
    }
}
