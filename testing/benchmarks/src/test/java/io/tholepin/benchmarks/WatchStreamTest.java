package io.tholepin.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tholepin.etcdwire.etcdserverpb.ResponseHeader;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.etcdwire.mvccpb.Event;
import io.tholepin.etcdwire.mvccpb.KeyValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchStreamTest {
    private final List<Long> events = new ArrayList<>();
    private final List<String> others = new ArrayList<>();

    private final WatchStream stream = new WatchStream(new WatchStream.Listener() {
        @Override
        public void created() {
            others.add("created");
        }

        @Override
        public void event(long sent) {
            events.add(sent);
        }

        @Override
        public void ended(String why) {
            others.add(why);
        }
    });

    @Test
    void everyEventIsSeenHoweverTheBytesAreCut() {
        ByteBuf all = Unpooled.wrappedBuffer(
                EtcdFrames.frame(response().setCreated(true).build()),
                EtcdFrames.frame(
                        response().addEvents(event(7)).addEvents(event(8)).build()),
                EtcdFrames.frame(response().addEvents(event(-9)).build()));
        for (int bytes = 1; bytes <= all.readableBytes(); bytes++) {
            events.clear();
            others.clear();
            for (int at = 0; at < all.readableBytes(); at += bytes) {
                stream.onData(all.copy(at, Math.min(bytes, all.readableBytes() - at)));
            }
            assertThat(events).as("cut after each %d bytes", bytes).containsExactly(7L, 8L, -9L);
            assertThat(others).containsExactly("created");
        }
    }

    @Test
    void aCanceledWatchEnds() {
        stream.onData(EtcdFrames.frame(response()
                .setWatchId(-1)
                .setCanceled(true)
                .setCancelReason("why")
                .build()));
        assertThat(others).containsExactly("canceled");
        assertThat(events).isEmpty();
    }

    private static WatchResponse.Builder response() {
        return WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setClusterId(-1).setRevision(300))
                .setWatchId(130);
    }

    private static Event event(long sent) {
        ByteBuffer value = ByteBuffer.allocate(300).putLong(292, sent);
        return Event.newBuilder()
                .setKv(KeyValue.newBuilder()
                        .setKey(EtcdFrames.key(1))
                        .setModRevision(4)
                        .setValue(ByteString.copyFrom(value)))
                .build();
    }
}
