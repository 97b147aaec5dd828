package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** "A LIST without resourceVersion reflects every write that was acknowledged before it began." Source: KEP-2340. */
class LinearizableListTest {
    private static final int WRITERS = 4;
    private static final int LISTERS = 4;
    private static final int WRITES_EACH = 150;
    private static final String PATH = "/api/v1/namespaces/default/configmaps";
    private static final Pattern NAME = Pattern.compile("\"name\":\"(w\\d+-\\d+)\"");

    @TempDir
    Path folder;

    @Test
    void aListNeverMissesAWriteAcknowledgedBeforeItBegan() throws Exception {
        try (Thole thole = Thole.up("--data-dir", folder.toString())) {
            noListMissesAWrite(thole, thole);
        }
    }

    @Test
    void norDoesOneFromTheStoreItself() throws Exception {
        try (Thole thole =
                Thole.up("--data-dir", folder.toString(), "--feature-gates", "ConsistentListFromCache=false")) {
            noListMissesAWrite(thole, thole);
        }
    }

    @Test
    void norDoesOneFromTheCacheOfARealEtcd() throws Exception {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                Thole thole = Thole.apiserver(etcd.options(folder.resolve("api")))) {
            assertThat(thole.get("/readyz?verbose").body()).doesNotContain("info:");
            noListMissesAWrite(thole, thole);
        }
    }

    @Test
    void norDoesOneOverAnEtcdThatIsTooOldForTheCache() throws Exception {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd34(), folder);
                Thole thole = Thole.apiserver(etcd.options(folder.resolve("api")))) {
            assertThat(thole.get("/readyz?verbose").body())
                    .contains("info: lists are read from the store, not from the watch cache")
                    .contains("is etcd 3.4.23 (expected: 3.4.31 or later, but not 3.5.0 to 3.5.12)");
            noListMissesAWrite(thole, thole);
        }
    }

    @Test
    void norDoesOneFromAnotherApiServerOverTheSameEtcd() throws Exception {
        try (OneEtcd etcd = OneEtcd.start(EtcdLike.etcd35(), folder);
                Thole first = Thole.apiserver(etcd.options(folder.resolve("first")));
                Thole second = Thole.apiserver(etcd.options(folder.resolve("second")))) {
            noListMissesAWrite(first, second);
        }
    }

    @Test
    void norDoesOneOverOurStoreInAnotherProcessWhichIsAskedWithoutRanges() throws Exception {
        try (OneEtcd store = OneEtcd.start(EtcdLike.thole(), folder);
                Thole first = Thole.apiserver(store.options(folder.resolve("first")));
                Thole second = Thole.apiserver(store.options(folder.resolve("second")))) {
            noListMissesAWrite(first, second);
            long before = ranges(store);
            int lists = 200;
            for (int i = 0; i < lists; i++) {
                HttpRequest.Builder request = second.request(PATH + "?limit=1")
                        .header("Accept", "application/json")
                        .GET();
                assertThat(second.send(request).statusCode()).isEqualTo(200);
            }
            assertThat(ranges(store) - before).isLessThan(lists / 2);
        }
    }

    /** Ranges that a store was asked for, by its own count. */
    private static long ranges(OneEtcd store) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(store.endpoint() + "/metrics"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("grpc_server_started_total") && line.contains("\"Range\""))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    private static void noListMissesAWrite(Thole written, Thole read) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Set<String> acknowledged = new ConcurrentSkipListSet<>();
            AtomicBoolean writing = new AtomicBoolean(true);
            AtomicInteger lists = new AtomicInteger();
            List<Future<Void>> writers = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                writers.add(threads.submit(writer(written, w, acknowledged)));
            }
            List<Future<Void>> listers = new ArrayList<>();
            for (int l = 0; l < LISTERS; l++) {
                listers.add(threads.submit(lister(read, acknowledged, writing, lists)));
            }
            for (Future<Void> writer : writers) {
                writer.get();
            }
            writing.set(false);
            for (Future<Void> lister : listers) {
                lister.get();
            }
            assertThat(acknowledged).hasSize(WRITERS * WRITES_EACH);
            assertThat(lists.get()).isGreaterThan(20);
        }
    }

    private static Callable<Void> writer(Thole thole, int writer, Set<String> acknowledged) {
        return () -> {
            for (int i = 0; i < WRITES_EACH; i++) {
                String name = "w" + writer + "-" + i;
                HttpResponse<String> created = thole.post(
                        PATH,
                        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name + "\"}}");
                assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
                acknowledged.add(name);
            }
            return null;
        };
    }

    private static Callable<Void> lister(
            Thole thole, Set<String> acknowledged, AtomicBoolean writing, AtomicInteger lists) {
        return () -> {
            while (writing.get()) {
                Set<String> missing = new HashSet<>(acknowledged);
                HttpRequest.Builder request =
                        thole.request(PATH).header("Accept", "application/json").GET();
                HttpResponse<String> list = thole.send(request);
                assertThat(list.statusCode()).as(list.body()).isEqualTo(200);
                missing.removeAll(names(list.body()));
                assertThat(missing).isEmpty();
                lists.incrementAndGet();
            }
            return null;
        };
    }

    private static Set<String> names(String list) {
        Set<String> names = new HashSet<>();
        Matcher matcher = NAME.matcher(list);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }
}
