package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tholepin.client.ClusterAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writers that create and delete config maps through any of several API servers, and readers that list them through
 * each, while servers fail. {@link ListJudge} hears of everything.
 */
final class ListLoad implements AutoCloseable {
    private static final int WRITERS = 6;
    /** Config maps of one writer, before it deletes its oldest. */
    private static final int LIVE_MAX = 20;

    private static final Duration WRITE_MAX = Duration.ofMillis(1500);
    private static final Duration LIST_MAX = Duration.ofSeconds(12);
    /** How often a list is sent to a server whether or not earlier ones have been answered. */
    private static final long LIST_EVERY_MILLIS = 150;

    private static final int LISTS_IN_FLIGHT_MAX = 100;
    /** Writes and lists that are progress. */
    private static final int MORE = 15;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PATH = "/api/v1/namespaces/default/configmaps";
    private static final Pattern NAME = Pattern.compile("\"name\":\"(w\\d+-\\d+)\"");
    private static final Pattern VERSION = Pattern.compile("\"resourceVersion\":\"(\\d+)\"");

    private final List<URI> servers;
    private final HttpClient http;
    private final ListJudge judge = new ListJudge();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicIntegerArray listed;
    private final AtomicIntegerArray written;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * Begins at once.
     *
     * @param kubeconfig of an administrator whom all servers know
     */
    ListLoad(List<URI> servers, Path kubeconfig, long seed) {
        this.servers = List.copyOf(servers);
        this.listed = new AtomicIntegerArray(servers.size());
        this.written = new AtomicIntegerArray(servers.size());
        try {
            http = HttpClient.newBuilder()
                    .sslContext(ClusterAccess.fromKubeconfig(kubeconfig).tls())
                    .connectTimeout(WRITE_MAX)
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int w = 0; w < WRITERS; w++) {
            int writer = w;
            threads.submit(() -> guard(() -> write(writer, new Random(seed + writer))));
        }
        for (int s = 0; s < servers.size(); s++) {
            int server = s;
            threads.submit(() -> guard(() -> listAgainAndAgain(server)));
            threads.submit(() -> guard(() -> listRegardless(server)));
        }
    }

    private void guard(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException | Error e) {
            judge.unexpected(e.toString());
        }
    }

    private void write(int writer, Random random) {
        Deque<String> names = new ArrayDeque<>();
        Deque<ListJudge.Life> lives = new ArrayDeque<>();
        int server = writer % servers.size();
        for (int i = 0; !over.get(); i++) {
            String name = "w" + writer + "-" + i;
            ListJudge.Life life = judge.creating(name);
            boolean answered = create(server, name, life);
            if (answered) {
                names.add(name);
                lives.add(life);
                if (random.nextInt(4) == 0) {
                    find(random.nextInt(servers.size()), name);
                }
            }
            if (answered && names.size() > LIVE_MAX) {
                answered = delete(server, names.remove(), lives.remove());
            }
            if (!answered || random.nextInt(20) == 0) {
                server = random.nextInt(servers.size());
            }
            EtcdCluster.pause(answered ? 2 : 20);
        }
    }

    private boolean create(int server, String name, ListJudge.Life life) {
        Answered answer = send(request(server, PATH, WRITE_MAX)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name + "\"}}")));
        switch (answer.outcome(201)) {
            case DONE -> {
                judge.created(life, answer.revision());
                written.incrementAndGet(server);
                return true;
            }
            case NOTHING -> judge.refused(life);
            case UNKNOWN -> {}
            case WRONG -> judge.unexpected("create " + name + " at " + servers.get(server) + ": " + answer);
        }
        return false;
    }

    /** What was created is found by a GET without resourceVersion. */
    private void find(int server, String name) {
        Answered answer = send(request(server, PATH + "/" + name, WRITE_MAX).GET());
        if (answer.outcome(200) == Outcome.WRONG) {
            judge.unexpected("get " + name + " at " + servers.get(server) + ": " + answer);
        }
    }

    private boolean delete(int server, String name, ListJudge.Life life) {
        judge.deleting(life);
        Answered answer = send(request(server, PATH + "/" + name, WRITE_MAX).DELETE());
        switch (answer.outcome(200)) {
            case DONE -> {
                judge.deleted(life);
                return true;
            }
            case NOTHING -> judge.deleteRefused(life);
            case UNKNOWN -> {}
            case WRONG -> judge.unexpected("delete " + name + " at " + servers.get(server) + ": " + answer);
        }
        return false;
    }

    private void listAgainAndAgain(int server) {
        while (!over.get()) {
            EtcdCluster.pause(list(server) ? 2 : 20);
        }
    }

    /** So that some lists are under way whenever a server comes back, those of the last moment among them. */
    private void listRegardless(int server) {
        Semaphore inFlight = new Semaphore(LISTS_IN_FLIGHT_MAX);
        while (!over.get()) {
            if (inFlight.tryAcquire()) {
                threads.submit(() -> {
                    guard(() -> list(server));
                    inFlight.release();
                });
            }
            EtcdCluster.pause(LIST_EVERY_MILLIS);
        }
    }

    private boolean list(int server) {
        ListJudge.Began began = judge.listing(servers.get(server).toString());
        Answered answer = send(request(server, PATH, LIST_MAX).GET());
        switch (answer.outcome(200)) {
            case DONE -> {
                judge.listed(began, answer.revision(), answer.names());
                listed.incrementAndGet(server);
                return true;
            }
            case NOTHING, UNKNOWN -> {}
            case WRONG -> judge.unexpected("list of " + servers.get(server) + ": " + answer);
        }
        return false;
    }

    private HttpRequest.Builder request(int server, String path, Duration timeout) {
        return HttpRequest.newBuilder(servers.get(server).resolve(path))
                .timeout(timeout)
                .header("Accept", "application/json");
    }

    private enum Outcome {
        DONE,
        NOTHING,
        UNKNOWN,
        WRONG
    }

    /** What a server said; code 0 when it said nothing, and {@link #NOT_SENT} when it cannot have been asked. */
    private record Answered(int code, String body) {
        static final int NOT_SENT = -1;

        Outcome outcome(int done) {
            if (code == done) {
                return Outcome.DONE;
            }
            if (code == NOT_SENT || code == 429 || code == 500 && body.contains("\"reason\":\"ServerTimeout\"")) {
                return Outcome.NOTHING;
            }
            return code == 0 || code == 503 || code == 504 ? Outcome.UNKNOWN : Outcome.WRONG;
        }

        /** The first in the text: a list's own, or the object's. */
        long revision() {
            Matcher matcher = VERSION.matcher(body);
            return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
        }

        Set<String> names() {
            Set<String> names = new HashSet<>();
            Matcher matcher = NAME.matcher(body);
            while (matcher.find()) {
                names.add(matcher.group(1));
            }
            return names;
        }
    }

    private Answered send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answered(answer.statusCode(), answer.body());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Answered(Answered.NOT_SENT, e.toString());
        } catch (IOException e) {
            return new Answered(0, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** How many lists a server has answered. */
    int listed(int server) {
        return listed.get(server);
    }

    /** One more list of a server, and whether it answered. */
    int code(int server, String query) {
        return send(request(server, PATH + query, LIST_MAX).GET()).code;
    }

    /** Waits until each of some servers has answered more writes and lists. */
    void awaitProgress(int... some) {
        List<Integer> lists = new ArrayList<>();
        List<Integer> writes = new ArrayList<>();
        for (int server : some) {
            lists.add(listed.get(server));
            writes.add(written.get(server));
        }
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            for (int i = 0; i < some.length; i++) {
                if (listed.get(some[i]) < lists.get(i) + MORE || written.get(some[i]) < writes.get(i) + MORE) {
                    return !judge.violations().isEmpty();
                }
            }
            return true;
        });
    }

    /** Ends the load and fails when an answer was wrong, or too little was asked. */
    void finish(String name) {
        over.set(true);
        close();
        System.out.println(name + ": " + judge.acknowledged() + " creates acknowledged, " + judge.unknown()
                + " writes of unknown outcome, lists by server " + listed);
        assertThat(judge.violations()).isEmpty();
        assertThat(judge.acknowledged()).isGreaterThan(2 * MORE);
        for (int s = 0; s < servers.size(); s++) {
            Answered last = send(request(s, PATH, LIST_MAX).GET());
            assertThat(last.names()).as(servers.get(s).toString()).containsAll(judge.certain());
            assertThat(listed.get(s)).as(servers.get(s).toString()).isGreaterThan(2 * MORE);
        }
    }

    @Override
    public void close() {
        over.set(true);
        threads.close();
    }
}
