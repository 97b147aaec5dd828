package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.Txn;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Every form of LIST and WATCH (contract 1.3, 1.6) in random order, compared with a model that keeps each state whole.
 */
class ListWatchModelTest {
    private static final int STEPS = 250;

    @Test
    void whatIsListedAndWatchedIsWhatTheModelSays() throws InterruptedException {
        int lists = 0;
        int pages = 0;
        int events = 0;
        int refused = 0;
        for (long seed = 0; seed < 24; seed++) {
            try (World world = new World(seed)) {
                world.live();
                lists += world.lists;
                pages += world.pages;
                events += world.events;
                refused += world.refused;
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
        assertThat(lists).isGreaterThan(300);
        assertThat(pages).isGreaterThan(200);
        assertThat(events).isGreaterThan(500);
        assertThat(refused).isGreaterThan(20);
    }

    /** An object of the model. */
    private record Pod(String namespace, String name, String app, String node, long revision) {
        String text() {
            return namespace + "/" + name + "@" + revision;
        }
    }

    /** What a request asks for, and how the model decides it. */
    private record Wish(String namespace, String query, Predicate<Pod> matches) {
        boolean selects(Pod pod) {
            return (namespace.isEmpty() || namespace.equals(pod.namespace)) && matches.test(pod);
        }

        String path() {
            return namespace.isEmpty() ? "/api/v1/pods?" : "/api/v1/namespaces/" + namespace + "/pods?";
        }

        boolean all() {
            return query.isEmpty();
        }
    }

    private static final class World implements AutoCloseable {
        private static final String[] NAMESPACES = {"a", "a-b", "b"};
        private static final String[] APPS = {"x", "y", "z"};

        private final ApiFixture api = new ApiFixture();
        private final ResourceType pods = Objects.requireNonNull(api.types.resource("", "v1", "pods"));
        private final Random random;
        private final NavigableMap<Long, TreeMap<String, Pod>> states = new TreeMap<>();
        private long revision;
        private long compacted;
        private int lists;
        private int pages;
        private int events;
        private int refused;

        World(long seed) {
            random = new Random(seed);
            revision = api.store().currentRevision().join();
            states.put(revision, new TreeMap<>());
        }

        @Override
        public void close() {
            api.close();
        }

        void live() throws InterruptedException {
            for (int i = 0; i < 40; i++) {
                write();
            }
            for (int i = 0; i < STEPS; i++) {
                switch (random.nextInt(12)) {
                    case 0, 1, 2, 3 -> write();
                    case 4 -> elsewhere();
                    case 5, 6, 7 -> list();
                    case 8 -> paged();
                    case 9 -> watch();
                    case 10 -> refusals();
                    default -> {
                        if (random.nextInt(4) == 0) {
                            compact();
                        }
                    }
                }
            }
        }

        private TreeMap<String, Pod> state(long at) {
            return Objects.requireNonNull(states.floorEntry(at)).getValue();
        }

        private void write() {
            TreeMap<String, Pod> next = new TreeMap<>(state(revision));
            String namespace = NAMESPACES[random.nextInt(3)];
            String name = "p" + random.nextInt(25);
            String key = namespace + "/" + name;
            Bytes stored = Bytes.utf8(pods.key(namespace, name));
            if (random.nextInt(4) == 0) {
                if (next.remove(key) == null) {
                    return;
                }
                revision = api.store()
                        .txn(Txn.of(new Op.Delete(KeyRange.key(stored), false)))
                        .join()
                        .revision();
            } else {
                String app = APPS[random.nextInt(3)];
                String node = random.nextInt(3) == 0 ? "" : "n" + random.nextInt(4);
                Bytes value = api.codecOf(pods).encode(tree(namespace, name, app, node));
                revision =
                        api.store().txn(Txn.of(Op.Put.of(stored, value))).join().revision();
                next.put(key, new Pod(namespace, name, app, node, revision));
            }
            states.put(revision, next);
        }

        private static Map<String, Object> tree(String namespace, String name, String app, String node) {
            return TestCluster.tree("{'kind':'Pod','apiVersion':'v1','metadata':{'name':'" + name + "','namespace':'"
                    + namespace + "','labels':{'app':'" + app + "'}},'spec':{'nodeName':'" + node
                    + "','containers':[{'name':'c','image':'i'}]}}");
        }

        private void elsewhere() {
            revision = api.store()
                    .txn(Txn.of(Op.Put.of(Bytes.utf8("/registry/elsewhere/x"), Bytes.utf8("y"))))
                    .join()
                    .revision();
            states.put(revision, state(revision));
        }

        /** The store forgets, and so does the cache. */
        private void compact() {
            long wanted = revision - random.nextInt(3);
            if (wanted <= Math.max(compacted, states.firstKey())) {
                return;
            }
            compacted = wanted;
            api.store().compact(compacted, true).join();
            api.forget("pods");
            ok("/api/v1/pods?labelSelector=none"); // waits until the cache is filled again
        }

        private Wish wish() {
            String namespace = random.nextInt(3) > 0 ? "" : NAMESPACES[random.nextInt(3)];
            return switch (random.nextInt(10)) {
                case 0 -> new Wish(namespace, "&labelSelector=app%3Dx", pod -> pod.app.equals("x"));
                case 1 -> new Wish(namespace, "&labelSelector=app%20in%20(x,z)", pod -> !pod.app.equals("y"));
                case 2 -> new Wish(namespace, "&labelSelector=app!%3Dx", pod -> !pod.app.equals("x"));
                case 3 -> new Wish(namespace, "&labelSelector=!app", pod -> false);
                case 4 -> new Wish(namespace, "&fieldSelector=spec.nodeName%3Dn1", pod -> pod.node.equals("n1"));
                case 5 -> new Wish(namespace, "&fieldSelector=spec.nodeName%3D", pod -> pod.node.isEmpty());
                case 6 -> new Wish(namespace, "&fieldSelector=metadata.name%3Dp3", pod -> pod.name.equals("p3"));
                case 7 ->
                    new Wish(
                            namespace,
                            "&fieldSelector=metadata.namespace%3Da,spec.nodeName!%3Dn2&labelSelector=app%3Dy",
                            pod -> pod.namespace.equals("a") && !pod.node.equals("n2") && pod.app.equals("y"));
                default -> new Wish(namespace, "", pod -> true);
            };
        }

        private List<String> expected(long at, Wish wish) {
            return state(at).values().stream()
                    .filter(wish::selects)
                    .map(Pod::text)
                    .toList();
        }

        private static List<String> items(MemorySink list) {
            return Json.list(ApiFixture.tree(list), "items").stream()
                    .map(World::text)
                    .toList();
        }

        private static String text(Object object) {
            return Json.string(object, "metadata", "namespace") + "/" + Json.string(object, "metadata", "name") + "@"
                    + Json.string(object, "metadata", "resourceVersion");
        }

        private static long version(MemorySink list) {
            return Long.parseLong(Json.string(ApiFixture.tree(list), "metadata", "resourceVersion"));
        }

        private MemorySink ok(String uri) {
            MemorySink answer = api.get(uri);
            assertThat(answer.status).as(uri + " " + answer).isEqualTo(200);
            return answer;
        }

        /** A revision that a client may still know. */
        private long known() {
            return Math.max(compacted, states.firstKey()) == revision
                    ? revision
                    : random.nextLong(Math.max(compacted, states.firstKey()), revision + 1);
        }

        private void list() {
            Wish wish = wish();
            lists++;
            long known = known();
            switch (random.nextInt(6)) {
                case 0 -> latest(ok(wish.path() + wish.query), wish, revision);
                case 1 -> latest(ok(wish.path() + "resourceVersion=0&limit=2" + wish.query), wish, 0);
                case 2 -> latest(ok(wish.path() + "resourceVersion=" + known + wish.query), wish, known);
                case 3 ->
                    latest(
                            ok(wish.path() + "resourceVersionMatch=NotOlderThan&resourceVersion=" + known + wish.query),
                            wish,
                            known);
                case 4 ->
                    exact(
                            ok(wish.path() + "resourceVersionMatch=Exact&resourceVersion=" + known + wish.query),
                            wish,
                            known);
                default -> exact(ok(wish.path() + "limit=1000&resourceVersion=" + known + wish.query), wish, known);
            }
        }

        private void latest(MemorySink list, Wish wish, long atLeast) {
            assertThat(version(list)).isBetween(atLeast, revision);
            exact(list, wish, version(list));
        }

        private void exact(MemorySink list, Wish wish, long at) {
            assertThat(version(list)).isEqualTo(at);
            assertThat(Json.string(ApiFixture.tree(list), "metadata", "continue"))
                    .isEmpty();
            assertThat(items(list)).as("list " + wish.query + " at " + at).isEqualTo(expected(at, wish));
        }

        /** Pages from one revision, with writes between them. */
        private void paged() {
            Wish wish = wish();
            int limit = 1 + random.nextInt(9);
            long known = known();
            String first = switch (random.nextInt(4)) {
                case 0 -> "resourceVersion=" + known + "&";
                case 1 -> "resourceVersion=" + known + "&resourceVersionMatch=Exact&";
                case 2 -> "resourceVersion=" + known + "&resourceVersionMatch=NotOlderThan&";
                default -> "";
            };
            MemorySink page = ok(wish.path() + first + "limit=" + limit + wish.query);
            long at = version(page);
            List<String> all = new ArrayList<>(items(page));
            int total = expected(at, new Wish(wish.namespace, "", pod -> true)).size();
            String token = Json.string(ApiFixture.tree(page), "metadata", "continue");
            while (!token.isEmpty()) {
                pages++;
                assertThat(items(page)).hasSizeLessThanOrEqualTo(limit);
                Object remaining = Json.at(ApiFixture.tree(page), "metadata", "remainingItemCount");
                assertThat(remaining).isEqualTo(wish.all() ? (Object) (long) (total - all.size()) : null);
                if (random.nextInt(3) == 0) {
                    write();
                }
                page = ok(wish.path() + "limit=" + limit + "&continue=" + token + wish.query);
                assertThat(version(page)).isEqualTo(at);
                all.addAll(items(page));
                token = Json.string(ApiFixture.tree(page), "metadata", "continue");
            }
            assertThat(all).as("pages of " + wish.query + " at " + at).isEqualTo(expected(at, wish));
        }

        private void watch() throws InterruptedException {
            Wish wish = wish();
            long known = known();
            ok("/api/v1/pods?limit=1"); // opens the cache when it was let go
            String from = switch (random.nextInt(4)) {
                case 0 -> "";
                case 1 -> "resourceVersion=0&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&";
                case 2 -> "resourceVersionMatch=NotOlderThan&sendInitialEvents=true&allowWatchBookmarks=true&";
                default -> "resourceVersion=" + known + "&";
            };
            MemorySink sink = api.open(wish.path() + "watch=1&" + from + wish.query.replaceFirst("^&", ""));
            long at = known;
            if (from.startsWith("resourceVersion=" + known)) {
                if (!continued(sink, wish, known)) {
                    sink.leave();
                    return;
                }
                at = revision;
            } else if (expected(revision, wish).isEmpty() && !from.contains("Bookmarks")) {
                sink.leave(); // it would not say when it has begun
                return;
            } else {
                at = initialEvents(sink, wish, from.contains("Bookmarks"));
            }
            int writes = random.nextInt(8);
            for (int i = 0; i < writes; i++) {
                write();
            }
            changes(sink, wish, at);
            sink.leave();
        }

        private long initialEvents(MemorySink sink, Wish wish, boolean bookmark) throws InterruptedException {
            List<String> seen = new ArrayList<>();
            List<String> expected = expected(revision, wish);
            for (int i = 0; i < expected.size(); i++) {
                Map<String, Object> event = event(sink);
                assertThat(Json.string(event, "type")).isEqualTo("ADDED");
                seen.add(text(Json.child(event, "object")));
            }
            assertThat(seen).isEqualTo(expected);
            if (bookmark) {
                Map<String, Object> event = event(sink);
                assertThat(Json.string(event, "type")).isEqualTo("BOOKMARK");
                assertThat(Json.text(Json.at(event, "object", "metadata", "annotations")))
                        .isEqualTo("{\"k8s.io/initial-events-end\":\"true\"}");
            }
            return revision;
        }

        /** Checks a watch from a revision up to now; false when it is told that the revision is too old. */
        private boolean continued(MemorySink sink, Wish wish, long from) throws InterruptedException {
            List<String> expected = changes(from, wish);
            List<String> seen = new ArrayList<>();
            while (seen.size() < expected.size()) {
                Map<String, Object> event = event(sink);
                if (seen.isEmpty() && Json.string(event, "type").equals("ERROR")) {
                    assertThat(Json.integer(event, 0, "object", "code")).isEqualTo(410);
                    assertThat(Json.string(event, "object", "message"))
                            .startsWith("too old resource version: " + from + " (");
                    refused++;
                    return false;
                }
                seen.add(change(event));
            }
            events += seen.size();
            assertThat(seen).as("watch " + wish.query + " from " + from).isEqualTo(expected);
            return !expected.isEmpty();
        }

        private void changes(MemorySink sink, Wish wish, long from) throws InterruptedException {
            List<String> expected = changes(from, wish);
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < expected.size(); i++) {
                seen.add(change(event(sink)));
            }
            events += seen.size();
            assertThat(seen).as("watch " + wish.query + " from " + from).isEqualTo(expected);
        }

        private static Map<String, Object> event(MemorySink sink) throws InterruptedException {
            return Json.parseObject(sink.nextLine().getBytes(StandardCharsets.UTF_8));
        }

        private static String change(Map<String, Object> event) {
            return Json.string(event, "type") + " " + text(Json.child(event, "object"));
        }

        /** What a watcher sees of everything after a revision. */
        private List<String> changes(long from, Wish wish) {
            List<String> changes = new ArrayList<>();
            Map<String, Pod> before = new HashMap<>(state(from));
            states.tailMap(from, false).forEach((at, state) -> {
                Map<String, Pod> keys = new LinkedHashMap<>(before);
                keys.putAll(state);
                keys.forEach((key, any) -> {
                    Pod old = before.get(key);
                    Pod now = state.get(key);
                    if (!Objects.equals(old, now)) {
                        boolean did = old != null && wish.selects(old);
                        boolean does = now != null && wish.selects(now);
                        if (does || did) {
                            changes.add((does ? did ? "MODIFIED " : "ADDED " : "DELETED ") + key + "@" + at);
                        }
                    }
                });
                before.clear();
                before.putAll(state);
            });
            return changes;
        }

        private void refusals() {
            refused++;
            String token = Json.string(ApiFixture.tree(ok("/api/v1/pods?limit=1")), "metadata", "continue");
            switch (random.nextInt(7)) {
                case 0 -> code("/api/v1/pods?resourceVersionMatch=Exact", 422);
                case 1 -> code("/api/v1/pods?resourceVersionMatch=Exact&resourceVersion=0", 422);
                case 2 -> code("/api/v1/pods?resourceVersion=x", 400);
                case 3 -> code("/api/v1/pods?watch=1&resourceVersionMatch=Exact&resourceVersion=5", 422);
                case 4 -> code("/api/v1/pods?watch=1&sendInitialEvents=true", 422);
                case 5 -> {
                    if (!token.isEmpty()) {
                        code("/api/v1/pods?resourceVersion=5&continue=" + token, 400);
                        code("/api/v1/pods?resourceVersion=5&resourceVersionMatch=Exact&continue=" + token, 422);
                    }
                }
                default -> {
                    if (compacted > 1) {
                        api.forget("pods");
                        ok("/api/v1/pods?limit=1");
                        code("/api/v1/pods?resourceVersionMatch=Exact&resourceVersion=" + (compacted - 1), 410);
                    }
                }
            }
        }

        private void code(String uri, int code) {
            assertThat(api.get(uri).status).as(uri).isEqualTo(code);
        }
    }
}
