package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.tholepin.etcdwire.etcdserverpb.CompactionRequest;
import io.tholepin.etcdwire.etcdserverpb.DeleteRangeRequest;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.RequestOp;
import io.tholepin.etcdwire.etcdserverpb.TxnRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchResponse;
import io.tholepin.etcdwire.mvccpb.Event;
import io.tholepin.etcdwire.mvccpb.KeyValue;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One test for each sentence of contract 2.7 that the wire keeps. */
class WatchServiceTest {
    private final Served served = Served.with(WatchServiceTest::withShortIntervals);

    WatchServiceTest() throws Exception {}

    /** A long progress interval, so that only pushed and requested progress shows. */
    private static EtcdServerConfig withShortIntervals(EtcdServerConfig config) {
        return withInterval(config, Duration.ofMinutes(10));
    }

    private static EtcdServerConfig withInterval(EtcdServerConfig config, Duration interval) {
        return Served.withProgressInterval(Served.withElectionTimeout(config, Duration.ofMillis(50)), interval);
    }

    @AfterEach
    void stop() {
        served.close();
    }

    @Test
    void idsAreAssignedFromZeroAndUsedOnesAreSkipped() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        assertThat(watch.created(prefix("a")).getWatchId()).isZero();
        assertThat(watch.created(prefix("a").setWatchId(1)).getWatchId()).isEqualTo(1);
        assertThat(watch.created(prefix("a")).getWatchId()).isEqualTo(2);
        assertThat(watch.created(prefix("a").setWatchId(77)).getWatchId()).isEqualTo(77);
    }

    @Test
    void anIdInUseIsRefused() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a").setWatchId(5));
        watch.create(prefix("b").setWatchId(5));
        assertRefused(watch.next(), "mvcc: duplicate watch ID provided on the WatchStream");
        watch.cancel(5);
        assertThat(watch.next().getCanceled()).isTrue();
        assertThat(watch.created(prefix("b").setWatchId(5)).getWatchId()).isEqualTo(5);
    }

    @Test
    void anEmptyRangeAndANegativeRevisionAreRefused() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.create(WatchCreateRequest.newBuilder().setKey(utf8("b")).setRangeEnd(utf8("a")));
        assertRefused(watch.next(), "mvcc: watcher range is empty");
        watch.create(WatchCreateRequest.newBuilder().setKey(utf8("b")).setRangeEnd(utf8("b")));
        assertRefused(watch.next(), "mvcc: watcher range is empty");
        watch.create(prefix("a").setStartRevision(-1));
        assertRefused(watch.next(), "etcdserver: mvcc: required revision has been compacted");
        assertThat(watch.created(prefix("a")).getWatchId()).isZero();
    }

    @Test
    void anEmptyKeyMeansTheZeroKeyAndTogetherWithAnOpenEndEverything() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(WatchCreateRequest.newBuilder().setRangeEnd(ByteString.copyFrom(new byte[1])));
        served.put("anything", "1");
        assertThat(watch.events(1).getFirst().getKv().getKey()).isEqualTo(utf8("anything"));
    }

    @Test
    void createdComesBeforeItsEventsAndTellsWhereTheyBegin() throws Exception {
        long before = served.put("a/1", "1");
        WatchCall watch = WatchCall.open(served.channel);
        watch.create(prefix("a/").setStartRevision(2));
        WatchResponse created = watch.next();
        assertThat(created.getCreated()).isTrue();
        assertThat(created.getHeader().getRevision()).isEqualTo(before);
        assertThat(created.getHeader().getClusterId()).isEqualTo(TestMember.CLUSTER_ID);
        Event event = watch.events(1).getFirst();
        assertThat(event.getKv())
                .isEqualTo(KeyValue.newBuilder()
                        .setKey(utf8("a/1"))
                        .setValue(utf8("1"))
                        .setCreateRevision(2)
                        .setModRevision(2)
                        .setVersion(1)
                        .build());
    }

    @Test
    void withoutAStartItBeginsRightAfterTheRevisionOfCreated() throws Exception {
        served.put("a/1", "1");
        WatchCall watch = WatchCall.open(served.channel);
        long created = watch.created(prefix("a/")).getHeader().getRevision();
        served.put("a/2", "2");
        assertThat(watch.events(1).getFirst().getKv().getModRevision()).isEqualTo(created + 1);
    }

    @Test
    void aDeletionCarriesKeyRevisionAndWhatWasThere() throws Exception {
        served.put("a", "1");
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a").setPrevKv(true));
        served.put("a", "2");
        served.kv()
                .deleteRange(DeleteRangeRequest.newBuilder().setKey(utf8("a")).build());
        served.put("a", "3");
        List<Event> events = watch.events(3);
        assertThat(events.get(0).getPrevKv().getValue()).isEqualTo(utf8("1"));
        assertThat(events.get(1).getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(events.get(1).getKv())
                .isEqualTo(KeyValue.newBuilder()
                        .setKey(utf8("a"))
                        .setModRevision(4)
                        .build());
        assertThat(events.get(1).getPrevKv().getValue()).isEqualTo(utf8("2"));
        assertThat(events.get(2).hasPrevKv()).isFalse();
    }

    @Test
    void withoutPrevKvNothingOfItIsSent() throws Exception {
        served.put("a", "1");
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a"));
        watch.created(prefix("a").setPrevKv(true));
        served.put("a", "2");
        WatchResponse one = watch.next();
        WatchResponse other = watch.next();
        WatchResponse plain = one.getWatchId() == 0 ? one : other;
        WatchResponse full = one.getWatchId() == 0 ? other : one;
        assertThat(plain.getEvents(0).hasPrevKv()).isFalse();
        assertThat(full.getEvents(0).getPrevKv().getValue()).isEqualTo(utf8("1"));
    }

    @Test
    void filtersLeaveOutTheirKind() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a").addFilters(WatchCreateRequest.FilterType.NOPUT));
        watch.created(prefix("a").addFilters(WatchCreateRequest.FilterType.NODELETE));
        served.put("a", "1");
        WatchResponse put = watch.next();
        assertThat(put.getWatchId()).isEqualTo(1);
        assertThat(put.getEvents(0).getType()).isEqualTo(Event.EventType.PUT);
        served.kv()
                .deleteRange(DeleteRangeRequest.newBuilder().setKey(utf8("a")).build());
        WatchResponse delete = watch.next();
        assertThat(delete.getWatchId()).isZero();
        assertThat(delete.getEvents(0).getType()).isEqualTo(Event.EventType.DELETE);
    }

    @Test
    void allEventsOfARevisionComeInOneResponse() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("k"));
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < 100; i++) {
            txn.addSuccess(RequestOp.newBuilder().setRequestPut(Served.putRequest("k" + i, "v".repeat(10_000))));
        }
        served.kv().txn(txn.build());
        WatchResponse response = watch.next();
        assertThat(response.getEventsList().stream().map(event -> event.getKv().getKey()))
                .containsExactlyElementsOf(
                        IntStream.range(0, 100).mapToObj(i -> utf8("k" + i)).toList());
        assertThat(response.getFragment()).isFalse();
    }

    @Test
    void aLargeRevisionIsFragmentedWhenAskedForAndTheLastPartSaysSo() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("k").setFragment(true).setPrevKv(true));
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = 0; i < 14; i++) {
            txn.addSuccess(RequestOp.newBuilder()
                    .setRequestPut(PutRequest.newBuilder()
                            .setKey(utf8("k" + i))
                            .setValue(ByteString.copyFrom(new byte[100_000]))));
        }
        served.kv().txn(txn.build());
        assertThat(watch.next().getFragment()).as("1.4 MB fit into one").isFalse();
        served.kv().txn(txn.build());
        WatchResponse first = watch.next();
        WatchResponse second = watch.next();
        assertThat(first.getFragment()).isTrue();
        assertThat(second.getFragment()).isFalse();
        assertThat(first.getEventsCount() + second.getEventsCount()).isEqualTo(14);
        assertThat(first.getSerializedSize()).isLessThan(1_572_864 + 512 * 1024);
        assertThat(first.getHeader().getRevision()).isEqualTo(3);
    }

    @Test
    void aFutureRevisionIsWaitedForInSilence() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a").setStartRevision(5).setProgressNotify(true));
        served.put("a", "2");
        served.put("a", "3");
        watch.requestProgress();
        served.put("a", "4");
        served.put("a", "5");
        WatchResponse first = watch.next();
        assertThat(first.getEvents(0).getKv().getModRevision()).isEqualTo(5);
    }

    @Test
    void aCompactedStartIsCreatedAndThenCancelledWithTheCompactRevision() throws Exception {
        for (int i = 0; i < 5; i++) {
            served.put("a", "" + i);
        }
        served.kv().compact(CompactionRequest.newBuilder().setRevision(5).build());
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a").setStartRevision(2));
        WatchResponse gone = watch.next();
        assertThat(gone.getCanceled()).isTrue();
        assertThat(gone.getCompactRevision()).isEqualTo(5);
        assertThat(gone.getHeader().getRevision()).isZero();
        assertThat(gone.getCancelReason()).isEmpty();
        watch.created(prefix("a").setStartRevision(5));
        assertThat(watch.events(2).getFirst().getKv().getModRevision()).isEqualTo(5);
    }

    @Test
    void afterACancelNoEventsOfThatIdCome() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a"));
        watch.created(prefix("a"));
        watch.cancel(99);
        watch.sendNothing();
        watch.cancel(0);
        WatchResponse canceled = watch.next();
        assertThat(canceled.getCanceled()).isTrue();
        assertThat(canceled.getWatchId()).isZero();
        assertThat(canceled.getCompactRevision()).isZero();
        served.put("a", "1");
        assertThat(watch.next().getWatchId()).isEqualTo(1);
    }

    @Test
    void requestedProgressSpeaksForTheWholeStreamAfterItsEvents() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a"));
        watch.created(prefix("b"));
        long last = 0;
        for (int i = 0; i < 20; i++) {
            last = served.put("a", "" + i);
            watch.requestProgress();
        }
        Set<Long> seen = new HashSet<>();
        long progress = 0;
        while (progress < last) {
            WatchResponse response = watch.next();
            response.getEventsList().forEach(event -> seen.add(event.getKv().getModRevision()));
            if (response.getEventsCount() == 0 && response.getWatchId() <= 0) {
                assertThat(response.getHeader().getRevision()).isGreaterThanOrEqualTo(progress);
                progress = response.getHeader().getRevision();
                for (long revision = 2; revision <= progress; revision++) {
                    assertThat(seen).as("told of progress at %s", progress).contains(revision);
                }
            } else if (response.getEventsCount() > 0) {
                assertThat(response.getEvents(0).getKv().getModRevision()).isGreaterThan(progress);
            }
            watch.requestProgress();
        }
    }

    @Test
    void aWatchIsNeverToldOfLessThanItHasHeardOf() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a"));
        watch.created(prefix("b"));
        watch.created(prefix("quiet").setProgressNotify(true));
        int writes = 500;
        Thread writer = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < writes; i++) {
                served.put(i % 3 == 0 ? "b" : "a", "" + i);
            }
        });
        long[] told = new long[3];
        while (Math.min(told[0], told[1]) <= writes) {
            watch.requestProgress();
            WatchResponse response = watch.next();
            long revision = response.getHeader().getRevision();
            int first = (int) Math.max(response.getWatchId(), 0);
            int last = response.getWatchId() < 0 ? told.length - 1 : first;
            for (int id = first; id <= last; id++) {
                assertThat(revision).as("after %s on watch %s", told[id], id).isGreaterThanOrEqualTo(told[id]);
                for (Event event : response.getEventsList()) {
                    assertThat(event.getKv().getModRevision()).isGreaterThan(told[id]);
                }
                told[id] = revision;
            }
        }
        writer.join();
    }

    @Test
    void requestedProgressIsNotAnsweredForAStreamWithoutWatchesOrWithOneInTheFuture() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.requestProgress();
        watch.created(prefix("a"));
        watch.created(prefix("b").setStartRevision(1_000));
        watch.requestProgress();
        watch.cancel(1);
        assertThat(watch.next().getCanceled()).isTrue();
        watch.requestProgress();
        assertThat(watch.next().getWatchId()).isEqualTo(-1);
    }

    @Test
    void aWatchThatAskedForProgressHearsOfOthersRevisionsSoon() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("quiet").setProgressNotify(true));
        watch.created(prefix("silent"));
        long revision = served.put("other", "1");
        WatchResponse progress = watch.next();
        assertThat(progress.getWatchId()).isZero();
        assertThat(progress.getEventsCount()).isZero();
        assertThat(progress.getHeader().getRevision()).isEqualTo(revision);
    }

    @Test
    void progressComesAtItsIntervalWhenNothingHappens() throws Exception {
        try (Served often = Served.with(config -> withInterval(config, Duration.ofMillis(100)))) {
            WatchCall watch = WatchCall.open(often.channel);
            long created = watch.created(prefix("quiet").setProgressNotify(true))
                    .getHeader()
                    .getRevision();
            for (int i = 0; i < 3; i++) {
                WatchResponse progress = watch.next();
                assertThat(progress.getWatchId()).isZero();
                assertThat(progress.getHeader().getRevision()).isEqualTo(created);
            }
        }
    }

    @Test
    void aSlowClientLosesNothingAndHoldsNobodyUp() throws Exception {
        WatchCall slow = WatchCall.slow(served.channel);
        slow.create(prefix("a"));
        slow.take(1);
        assertThat(slow.next().getCreated()).isTrue();
        ManagedChannel other = served.newChannel();
        WatchCall quick = WatchCall.open(other);
        quick.created(prefix("a"));
        int writes = 60;
        for (int i = 0; i < writes; i++) {
            served.put("a", "v".repeat(1_000_000));
        }
        assertThat(quick.events(writes)).hasSize(writes);
        other.shutdownNow();
        slow.take(Integer.MAX_VALUE);
        assertThat(slow.events(writes).stream().map(event -> event.getKv().getModRevision()))
                .containsExactlyElementsOf(
                        IntStream.range(2, 2 + writes).mapToObj(Long::valueOf).toList());
    }

    @Test
    void aSlowClientWhoseHistoryIsCompactedIsTold() throws Exception {
        WatchCall slow = WatchCall.slow(served.channel);
        slow.create(prefix("a"));
        slow.take(1);
        assertThat(slow.next().getCreated()).isTrue();
        long last = 0;
        for (int i = 0; i < 40; i++) {
            last = served.put("a", "v".repeat(1_000_000));
        }
        served.kv().compact(CompactionRequest.newBuilder().setRevision(last).build());
        slow.take(Integer.MAX_VALUE);
        long seen = 1;
        WatchResponse response = slow.next();
        while (!response.getCanceled()) {
            for (Event event : response.getEventsList()) {
                assertThat(event.getKv().getModRevision()).isEqualTo(++seen);
            }
            response = slow.next();
        }
        assertThat(response.getCompactRevision()).isEqualTo(last);
    }

    @Test
    void manyWatchesOfAStreamSeeEveryEventInOrder() throws Exception {
        int watches = 200;
        int writes = 50;
        WatchCall watch = WatchCall.open(served.channel);
        for (int i = 0; i < watches; i++) {
            watch.created(prefix("a"));
        }
        for (int i = 0; i < writes; i++) {
            served.put("a", "" + i);
        }
        long[] next = new long[watches];
        int left = watches * writes;
        while (left > 0) {
            WatchResponse response = watch.next();
            int id = (int) response.getWatchId();
            for (Event event : response.getEventsList()) {
                assertThat(event.getKv().getModRevision()).isEqualTo(2 + next[id]++);
                left--;
            }
        }
        assertThat(watch.waiting()).isZero();
    }

    @Test
    void theStreamEndsWellWhenTheClientHasNoMoreRequests() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a"));
        watch.halfClose();
        assertThat(watch.ended.get().getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void theStreamEndsUnavailableWhenTheServerStops() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a"));
        served.server.close();
        assertThat(watch.ended.get().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(watch.ended.get().getDescription()).isEqualTo("etcdserver: server stopped");
    }

    @Test
    void theStreamEndsUnavailableWhenTheStoreCloses() throws Exception {
        WatchCall watch = WatchCall.open(served.channel);
        watch.created(prefix("a"));
        served.member.close();
        assertThat(watch.ended.get().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(watch.ended.get().getDescription()).isEqualTo("etcdserver: server stopped");
    }

    private static WatchCreateRequest.Builder prefix(String prefix) {
        io.tholepin.kv.Bytes end = io.tholepin.kv.Bytes.utf8(prefix).prefixEnd();
        return WatchCreateRequest.newBuilder().setKey(utf8(prefix)).setRangeEnd(ByteString.copyFrom(end.array()));
    }

    private static void assertRefused(WatchResponse response, String reason) {
        assertThat(response.getCreated()).isTrue();
        assertThat(response.getCanceled()).isTrue();
        assertThat(response.getWatchId()).isEqualTo(-1);
        assertThat(response.getCancelReason()).isEqualTo(reason);
        assertThat(response.getHeader().getRevision()).isPositive();
    }
}
