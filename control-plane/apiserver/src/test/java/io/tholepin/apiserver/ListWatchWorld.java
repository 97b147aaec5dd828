package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.apiserver.ModelPods.Pod;
import io.tholepin.apiserver.ModelPods.Wish;
import io.tholepin.kv.Store;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CacheStats;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Every form of GET, LIST and WATCH in random order, compared with {@link ModelPods}: what is answered, and what is
 * refused with which code. Source: contract 1.2, 1.3, 1.6, 1.9.
 */
final class ListWatchWorld implements AutoCloseable {
    private static final int OK = 200;
    private static final int EXPIRED = 410;

    /** How often each was asked for. */
    record Counts(int gets, int lists, int pages, int watches, int events, int refused) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

        Counts plus(Counts more) {
            return new Counts(
                    gets + more.gets,
                    lists + more.lists,
                    pages + more.pages,
                    watches + more.watches,
                    events + more.events,
                    refused + more.refused);
        }
    }

    /** A token that a page ended with. */
    private record Token(String text, Wish wish, long at, String start) {}

    private final ApiFixture api;
    private final ResourceType type;
    private final Random random;
    private final ModelPods pods;
    private final List<Token> tokens = new ArrayList<>();
    private final boolean fromCache;
    private long compacted;
    private long filledAt;
    private Counts counts = Counts.NONE;

    /** Over a store without pods, which it closes; every third world has pods of a custom resource. */
    ListWatchWorld(Store store, long seed) {
        api = new ApiFixture(store);
        type = seed % 3 == 1 ? api.customPods() : Objects.requireNonNull(api.types.resource("", "v1", "pods"));
        random = new Random(seed);
        pods = new ModelPods(api.store(), type, api.codecOf(type), random);
        fromCache = seed % 4 != 3;
        if (!fromCache) {
            api.cacheReads = CacheReads.switchedOff("a test");
        }
        refill();
    }

    @Override
    public void close() {
        api.close();
    }

    /** Lives for some steps. */
    Counts live(int steps) throws InterruptedException {
        for (int i = 0; i < 40; i++) {
            pods.write();
        }
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> pods.write();
                case 4 -> pods.elsewhere();
                case 5, 6, 7, 8 -> list();
                case 9 -> pages();
                case 10, 11 -> resume();
                case 12, 13 -> watch();
                case 14 -> get();
                default -> forget();
            }
        }
        return counts;
    }

    /** The store forgets its history, the cache its own, or both. */
    private void forget() {
        int what = random.nextInt(12);
        if (what < 2) {
            long wanted = pods.revision() - random.nextInt(20);
            if (wanted > Math.max(compacted, pods.revisionFirst())) {
                compacted = wanted;
                api.store().compact(compacted, true).join();
            }
        }
        if (what == 0 || what == 2) {
            api.caches.drop(type);
            refill();
        }
    }

    private void refill() {
        api.cacheOf(type).notOlderThan(pods.revision()).join();
        filledAt = pods.revision();
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** A resourceVersion to ask for: none, any, known, forgotten, or not a number. */
    private String version() {
        return switch (random.nextInt(8)) {
            case 0, 1 -> "";
            case 2 -> "0";
            case 3 -> compacted > 1 ? Long.toString(1 + random.nextLong(compacted)) : "1x";
            case 4 -> one(List.of("x", "-1", "1.0"));
            default -> Long.toString(random.nextLong(pods.revisionFirst(), pods.revision() + 1));
        };
    }

    private static boolean isNumber(String version) {
        return version.isEmpty() || version.matches("[0-9]+");
    }

    private static String parameter(String name, String value) {
        return value.isEmpty() ? "" : "&" + name + "=" + value;
    }

    // GET

    private void get() {
        counts = counts.plus(new Counts(1, 0, 0, 0, 0, 0));
        String namespace = one(ModelPods.NAMESPACES);
        String name = "p" + random.nextInt(ModelPods.NAMES);
        String version = version();
        String uri = pods.root() + "/namespaces/" + namespace + "/pods/" + name + "?"
                + parameter("resourceVersion", version);
        MemorySink answer = api.get(uri);
        if (!isNumber(version)) {
            refused(uri, answer, 400);
            return;
        }
        long atLeast = version.isEmpty() ? pods.revision() : Long.parseLong(version);
        String seen = answer.status == OK ? text(ApiFixture.tree(answer)) : "404";
        List<String> right = new ArrayList<>();
        for (long at = Math.max(atLeast, pods.revisionFirst()); at <= pods.revision(); at++) {
            Pod pod = pods.state(at).get(namespace + "/" + name);
            right.add(pod == null ? "404" : pod.text());
        }
        assertThat(answer.status).as(uri).isIn(OK, 404);
        assertThat(seen).as(uri).isIn(right);
    }

    // LIST

    private void list() {
        Wish wish = pods.wish();
        String version = version();
        String match = one(List.of("", "", "Exact", "NotOlderThan", random.nextInt(4) == 0 ? "Other" : ""));
        long limit = one(List.of(0L, 0L, 1L + random.nextInt(9), 1000L));
        ask(wish, version, match, limit, null);
    }

    /** From a token of before, perhaps with what does not go with it, perhaps too late. */
    private void resume() {
        if (tokens.isEmpty()) {
            return;
        }
        Token token = one(tokens);
        String version = random.nextInt(4) == 0 ? version() : "";
        String match = random.nextInt(8) == 0 ? one(List.of("Exact", "NotOlderThan")) : "";
        ask(token.wish, version, match, one(List.of(0L, 3L, 1000L)), token);
    }

    /** All pages of one list, with writes between them. */
    private void pages() {
        Wish wish = pods.wish();
        int limit = 1 + random.nextInt(9);
        Token token = ask(wish, one(List.of("", Long.toString(pods.revision()))), "", limit, null);
        while (token != null) {
            if (random.nextInt(3) == 0) {
                pods.write();
            }
            token = ask(wish, "", "", limit, token);
        }
    }

    /** Asks for a list and judges the answer; the token that it ends with, null for none. */
    private @Nullable Token ask(Wish wish, String version, String match, long limit, @Nullable Token token) {
        counts = counts.plus(new Counts(0, 1, token == null ? 0 : 1, 0, 0, 0));
        String uri = wish.path() + "?" + parameter("resourceVersion", version)
                + parameter("resourceVersionMatch", match)
                + (limit == 0 ? "" : "&limit=" + limit)
                + (token == null ? "" : "&continue=" + token.text)
                + wish.selectors();
        MemorySink answer = api.get(uri);
        boolean invalid = !match.isEmpty()
                && (version.isEmpty()
                        || token != null
                        || match.equals("Other")
                        || match.equals("Exact") && version.equals("0"));
        if (invalid) {
            return refused(uri, answer, 422);
        }
        if (!isNumber(version) || token != null && !version.isEmpty() && !version.equals("0")) {
            return refused(uri, answer, 400);
        }
        boolean exact = token == null
                ? match.equals("Exact") || match.isEmpty() && limit > 0 && !version.isEmpty() && !version.equals("0")
                : token.at > 0;
        if (exact) {
            long at = token == null ? Long.parseLong(version) : token.at;
            if (at < compacted && !(fromCache && at >= filledAt)) {
                return token == null ? refused(uri, answer, EXPIRED) : goOn(uri, answer, token);
            }
            return page(uri, answer, wish, at, at, token == null ? "" : token.start, limit);
        }
        boolean recent = token != null || version.isEmpty();
        long atLeast = recent ? pods.revision() : Math.max(pods.revisionFirst(), Long.parseLong(version));
        long limited = version.equals("0") && token == null ? 0 : limit; // any age: the whole
        return page(uri, answer, wish, atLeast, pods.revision(), token == null ? "" : token.start, limited);
    }

    private @Nullable Token refused(String uri, MemorySink answer, int code) {
        counts = counts.plus(new Counts(0, 0, 0, 0, 0, 1));
        assertThat(answer.status).as(uri + " " + answer).isEqualTo(code);
        return null;
    }

    /** The token's revision is gone, and the answer has one that goes on with the latest state from the same key. */
    private Token goOn(String uri, MemorySink answer, Token token) {
        refused(uri, answer, EXPIRED);
        String text = Json.string(ApiFixture.tree(answer), "metadata", "continue");
        ContinueToken decoded = ContinueToken.decode(text);
        assertThat(decoded).isEqualTo(new ContinueToken(-1, token.start));
        return new Token(text, token.wish, -1, token.start);
    }

    private @Nullable Token page(
            String uri, MemorySink answer, Wish wish, long atLeast, long atMost, String from, long limit) {
        assertThat(answer.status).as(uri + " " + answer).isEqualTo(OK);
        Map<String, Object> list = ApiFixture.tree(answer);
        long at = Long.parseLong(Json.string(list, "metadata", "resourceVersion"));
        assertThat(at).as(uri).isBetween(atLeast, atMost);
        List<Pod> all = pods.selected(at, wish, from);
        boolean full = limit > 0 && all.size() >= limit;
        List<Pod> expected = full ? all.subList(0, (int) limit) : all;
        assertThat(Json.list(list, "items").stream().map(ListWatchWorld::text))
                .as(uri + " at " + at)
                .isEqualTo(expected.stream().map(Pod::text).toList());
        long behind = full && !wish.oneObject() ? pods.behind(at, wish, expected.getLast()) : 0;
        String text = Json.string(list, "metadata", "continue");
        assertThat(text.isEmpty()).as(uri + " has a token").isEqualTo(behind == 0);
        assertThat(Json.at(list, "metadata", "remainingItemCount"))
                .as(uri)
                .isEqualTo(behind > 0 && wish.selectors().isEmpty() ? (Object) behind : null);
        if (behind == 0) {
            return null;
        }
        Token token = new Token(text, wish, at, wish.position(expected.getLast()) + "\u0000");
        assertThat(ContinueToken.decode(text)).isEqualTo(new ContinueToken(at, token.start));
        if (tokens.size() < 20) {
            tokens.add(token);
        } else {
            tokens.set(random.nextInt(tokens.size()), token);
        }
        return token;
    }

    // WATCH

    private void watch() throws InterruptedException {
        counts = counts.plus(new Counts(0, 0, 0, 1, 0, 0));
        api.cacheOf(type)
                .notOlderThan(pods.revision())
                .join(); // so that a watch of any age begins with a state that is known
        Wish wish = pods.wish();
        String version = version();
        String send = one(List.of("", "", "true", "true", "false"));
        String match = random.nextInt(12) == 0
                ? one(List.of("Exact", "NotOlderThan", ""))
                : send.isEmpty() ? "" : "NotOlderThan";
        boolean bookmarks = random.nextBoolean();
        String path = random.nextInt(4) == 0
                ? wish.path().replaceFirst("/v1/", "/v1/watch/") + "?"
                : wish.path() + "?watch=1";
        String uri = path
                + parameter("resourceVersion", version)
                + parameter("resourceVersionMatch", match)
                + parameter("sendInitialEvents", send)
                + (bookmarks ? "&allowWatchBookmarks=true" : "")
                + (random.nextInt(8) == 0 ? "&limit=1" : "")
                + wish.selectors();
        boolean sends = !send.isEmpty();
        if (sends != match.equals("NotOlderThan") || match.equals("Exact")) {
            refused(uri, api.get(uri), 422);
        } else if (!isNumber(version)) {
            refused(uri, api.get(uri), 400);
        } else {
            awaitWatchers(0, null);
            MemorySink sink = api.open(uri);
            boolean initial = send.equals("true") || !sends && (version.isEmpty() || version.equals("0"));
            follow(uri, sink, wish, version, initial, bookmarks);
            sink.leave();
        }
    }

    private void follow(String uri, MemorySink sink, Wish wish, String version, boolean initial, boolean bookmarks)
            throws InterruptedException {
        boolean past = !initial && !version.isEmpty() && !version.equals("0");
        long from = past ? Long.parseLong(version) : pods.revision();
        if (from < filledAt) {
            Map<String, Object> event = event(uri, sink);
            refused(uri, sink, OK); // it had begun
            assertThat(Json.string(event, "type")).as(uri).isEqualTo("ERROR");
            assertThat(Json.integer(event, 0, "object", "code")).as(uri).isEqualTo(EXPIRED);
            assertThat(Json.string(event, "object", "message")).startsWith("too old resource version: " + from + " (");
            return;
        }
        awaitWatchers(1, sink);
        if (initial) {
            initialEvents(uri, sink, wish, bookmarks);
        }
        int writes = random.nextInt(8);
        for (int i = 0; i < writes; i++) {
            pods.write();
        }
        List<String> seen = new ArrayList<>();
        List<String> expected = pods.changes(from, wish);
        for (int i = 0; i < expected.size(); i++) {
            Map<String, Object> event = event(uri, sink);
            seen.add(Json.string(event, "type") + " " + text(Json.child(event, "object")));
        }
        counts = counts.plus(new Counts(0, 0, 0, 0, seen.size(), 0));
        assertThat(seen).as(uri).isEqualTo(expected);
    }

    private void initialEvents(String uri, MemorySink sink, Wish wish, boolean bookmarks) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        List<Pod> expected = pods.selected(pods.revision(), wish, "");
        for (int i = 0; i < expected.size(); i++) {
            Map<String, Object> event = event(uri, sink);
            assertThat(Json.string(event, "type")).as(uri).isEqualTo("ADDED");
            seen.add(text(Json.child(event, "object")));
        }
        assertThat(seen).as(uri).isEqualTo(expected.stream().map(Pod::text).toList());
        if (bookmarks) {
            Map<String, Object> event = event(uri, sink);
            assertThat(Json.string(event, "type")).as(uri).isEqualTo("BOOKMARK");
            assertThat(Json.string(event, "object", "metadata", "resourceVersion"))
                    .as(uri)
                    .isEqualTo(Long.toString(pods.revision()));
            assertThat(Json.text(Json.at(event, "object", "metadata", "annotations")))
                    .isEqualTo("{\"k8s.io/initial-events-end\":\"true\"}");
        }
    }

    /** Waits until so many watches are open, or the one that is to be opened has ended. */
    private void awaitWatchers(long count, @Nullable MemorySink opening) throws InterruptedException {
        for (int i = 0; i < 20_000 && watchers() != count; i++) {
            if (opening != null && opening.ended()) {
                throw new AssertionError("ended: " + opening);
            }
            Thread.sleep(0, 200_000);
        }
        assertThat(watchers()).isEqualTo(count);
    }

    private long watchers() {
        return api.cacheStats().stream()
                .filter(stats ->
                        stats.resource().equals("pods") && stats.group().equals(type.group()))
                .mapToLong(CacheStats::watchers)
                .sum();
    }

    private static Map<String, Object> event(String uri, MemorySink sink) throws InterruptedException {
        try {
            return Json.parseObject(sink.nextLine().getBytes(StandardCharsets.UTF_8));
        } catch (AssertionError missing) {
            throw new AssertionError(uri, missing);
        }
    }

    private static String text(Object object) {
        return Json.string(object, "metadata", "namespace") + "/" + Json.string(object, "metadata", "name") + "@"
                + Json.string(object, "metadata", "resourceVersion");
    }
}
