package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.WatchRequest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamProgressTest {
    private final Served served = Served.with(config -> config);
    private final StreamProgress progress = new StreamProgress();

    StreamProgressTest() throws Exception {}

    @AfterEach
    void stop() {
        served.close();
    }

    private StreamWatch watchAt(long next) {
        StreamWatch watch = new StreamWatch(
                1, served.member, WatchRequest.of(KeyRange.all(), 1), WatchCreateRequest.getDefaultInstance());
        watch.next = next;
        return watch;
    }

    @Test
    void aWatchThatHeardOfALaterEventMeanwhileIsNotToldOfAnEarlierRevision() {
        StreamWatch watch = watchAt(5);
        progress.request(7, List.of(watch));
        assertThat(progress.take(List.of(watch))).isZero();
        watch.next = 10; // events up to 9 came in one piece
        progress.advanced(watch);
        assertThat(progress.take(List.of(watch))).isEqualTo(9);
    }

    @Test
    void itIsNeverBeyondTheSlowestWatch() {
        StreamWatch fast = watchAt(20);
        StreamWatch slow = watchAt(5);
        progress.request(7, List.of(fast, slow));
        slow.next = 8;
        progress.advanced(slow);
        assertThat(progress.take(List.of(fast, slow))).isEqualTo(7);
    }
}
