package io.tholepin.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/** Request messages encoded once, length prefix included, and handed out again and again in random order. */
final class EtcdFrames implements ClosedLoop.Requests {
    private static final int PREFIX_BYTES = 5;
    private static final int PAGE_KEYS = 100;

    private final ByteBuf frames;
    private final int[] starts;
    private final SplittableRandom random;

    private EtcdFrames(List<ByteBuf> encoded, long seed) {
        frames = Unpooled.directBuffer(
                encoded.stream().mapToInt(ByteBuf::readableBytes).sum());
        starts = new int[encoded.size() + 1];
        for (int i = 0; i < encoded.size(); i++) {
            frames.writeBytes(encoded.get(i));
            starts[i + 1] = frames.writerIndex();
        }
        random = new SplittableRandom(seed);
    }

    private static EtcdFrames of(int count, long seed, IntFunction<MessageLite> request) {
        return new EtcdFrames(
                java.util.stream.IntStream.range(0, count)
                        .mapToObj(i -> frame(request.apply(i)))
                        .toList(),
                seed);
    }

    /** Puts of one random value for each of {@code keys} keys. */
    static EtcdFrames puts(int keys, int valueBytes, long seed) {
        SplittableRandom values = new SplittableRandom(seed);
        return of(keys, seed, i -> put(i, valueBytes, values));
    }

    static PutRequest put(int key, int valueBytes, SplittableRandom random) {
        byte[] value = new byte[valueBytes];
        random.nextBytes(value);
        return PutRequest.newBuilder()
                .setKey(key(key))
                .setValue(ByteString.copyFrom(value))
                .build();
    }

    /** Ranges of one key each. */
    static EtcdFrames gets(int keys, boolean serializable, long seed) {
        return of(
                keys,
                seed,
                i -> RangeRequest.newBuilder()
                        .setKey(key(i))
                        .setSerializable(serializable)
                        .build());
    }

    /** Ranges of 100 neighbouring keys each. */
    static EtcdFrames pages(int keys, boolean serializable, long seed) {
        return of(
                keys / PAGE_KEYS,
                seed,
                i -> RangeRequest.newBuilder()
                        .setKey(key(i * PAGE_KEYS))
                        .setRangeEnd(key((i + 1) * PAGE_KEYS))
                        .setSerializable(serializable)
                        .build());
    }

    /** Eleven bytes, in order of the number. */
    static ByteString key(int number) {
        return ByteString.copyFrom(String.format(Locale.ROOT, "key%08d", number), StandardCharsets.US_ASCII);
    }

    /** One message with its length prefix, on the heap. */
    static ByteBuf frame(MessageLite message) {
        byte[] bytes = message.toByteArray();
        return Unpooled.buffer(PREFIX_BYTES + bytes.length)
                .writeByte(0)
                .writeInt(bytes.length)
                .writeBytes(bytes);
    }

    /** A request chosen at random; one thread at a time. */
    @Override
    public ByteBuf next() {
        return frame(random.nextInt(starts.length - 1));
    }

    ByteBuf frame(int number) {
        return frames.retainedSlice(starts[number], starts[number + 1] - starts[number]);
    }
}
