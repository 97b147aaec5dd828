package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyOutputTest {
    private final MemorySink sink = new MemorySink();
    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource({"1,false", "2,true", "3,false", "4,true", "5,false", "6,true"})
    void everyMixtureOfCopiedAndSharedBytesComesOutInOrder(long seed, boolean gzip) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        BodyOutput body = new BodyOutput(sink, 200, new Headers(), gzip);
        byte[] reused = new byte[200_000];
        for (int i = 0; i < 400; i++) {
            int length = random.nextInt(10) == 0 ? random.nextInt(reused.length) : random.nextInt(3_000);
            if (random.nextBoolean()) {
                random.nextBytes(reused);
                int offset = random.nextInt(reused.length - length);
                expected.write(reused, offset, length);
                body.write(reused, offset, length);
            } else {
                byte[] own = new byte[length + 7];
                random.nextBytes(own);
                expected.write(own, 7, length);
                BodyOutput.share(body, own, 7, length);
            }
        }
        body.finish();
        assertThat(sink.contentLength).isEqualTo(-1);
        byte[] sent = sink.body.toByteArray();
        byte[] plain = gzip ? new GZIPInputStream(new ByteArrayInputStream(sent)).readAllBytes() : sent;
        assertThat(Arrays.equals(plain, expected.toByteArray()))
                .as("seed " + seed)
                .isTrue();
    }

    @Test
    void aSmallBodyCarriesItsLengthAndALargerOneIsStreamed() throws IOException {
        BodyOutput small = new BodyOutput(sink, 200, new Headers(), true);
        small.shareAll(new byte[BodyOutput.HELD_BYTES_MAX - 1]);
        small.write('x');
        assertThat(small.streaming()).isFalse();
        small.finish();
        assertThat(sink.contentLength).isEqualTo(BodyOutput.HELD_BYTES_MAX);
        assertThat(sink.body.size()).isEqualTo(BodyOutput.HELD_BYTES_MAX);

        BodyOutput larger = new BodyOutput(sink, 200, new Headers(), false);
        larger.shareAll(new byte[BodyOutput.HELD_BYTES_MAX]);
        larger.write('x');
        assertThat(larger.streaming()).isTrue();
        assertThat(sink.contentLength).isEqualTo(-1);
    }
}
