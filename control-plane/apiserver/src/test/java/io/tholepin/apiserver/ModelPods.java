package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.Store;
import io.tholepin.kv.Txn;
import io.tholepin.objects.ResourceType;
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

/**
 * Pods in a store that nobody else writes to, and every state they were ever in, kept whole. They may be of a custom
 * resource that is called and looks like the built-in one.
 */
final class ModelPods {
    static final List<String> NAMESPACES = List.of("a", "a-b", "b");
    static final int NAMES = 25;
    private static final List<String> APPS = List.of("x", "y", "z");

    /** A pod as it was from one revision on. */
    record Pod(String namespace, String name, String app, String node, long revision) {
        String text() {
            return namespace + "/" + name + "@" + revision;
        }
    }

    /**
     * What a request asks for, and how the model decides it.
     *
     * @param root {@code /api/v1}
     * @param namespace empty for all
     * @param selectors as in a query, each after an ampersand
     * @param oneName whether they allow one name alone
     */
    record Wish(String root, String namespace, String selectors, boolean oneName, Predicate<Pod> matches) {
        boolean selects(Pod pod) {
            return inScope(pod) && matches.test(pod);
        }

        boolean inScope(Pod pod) {
            return namespace.isEmpty() || namespace.equals(pod.namespace);
        }

        String path() {
            return root + (namespace.isEmpty() ? "/pods" : "/namespaces/" + namespace + "/pods");
        }

        /** Where a pod stands in the list: what a continue token begins with. */
        String position(Pod pod) {
            return namespace.isEmpty() ? pod.namespace + "/" + pod.name : pod.name;
        }

        /** Whether it asks for one object at most, so that there are no pages. */
        boolean oneObject() {
            return oneName && !namespace.isEmpty();
        }
    }

    private final Store store;
    private final ResourceType type;
    private final ObjectCodec codec;
    private final Random random;
    private final NavigableMap<Long, TreeMap<String, Pod>> states = new TreeMap<>();
    private long revision;

    ModelPods(Store store, ResourceType type, ObjectCodec codec, Random random) {
        this.store = store;
        this.type = type;
        this.codec = codec;
        this.random = random;
        this.revision = store.currentRevision().join();
        states.put(revision, new TreeMap<>());
    }

    /** The store's own. */
    long revision() {
        return revision;
    }

    /** The oldest that the model knows. */
    long revisionFirst() {
        return states.firstKey();
    }

    /** By storage key, which is the order of lists. */
    NavigableMap<String, Pod> state(long at) {
        return Objects.requireNonNull(states.floorEntry(at)).getValue();
    }

    /** Creates, changes or deletes one, or does nothing. */
    void write() {
        TreeMap<String, Pod> next = new TreeMap<>(state(revision));
        String namespace = one(NAMESPACES);
        String name = "p" + random.nextInt(NAMES);
        String key = namespace + "/" + name;
        Bytes stored = Bytes.utf8(type.key(namespace, name));
        if (random.nextInt(4) == 0) {
            if (next.remove(key) == null) {
                return;
            }
            commit(new Op.Delete(KeyRange.key(stored), false));
        } else {
            String app = one(APPS);
            String node = random.nextInt(3) == 0 ? "" : "n" + random.nextInt(4);
            commit(Op.Put.of(stored, codec.encode(tree(namespace, name, app, node))));
            next.put(key, new Pod(namespace, name, app, node, revision));
        }
        states.put(revision, next);
    }

    /** A write that no pod has to do with. */
    void elsewhere() {
        commit(Op.Put.of(Bytes.utf8("/registry/elsewhere/x"), Bytes.utf8("y")));
        states.put(revision, new TreeMap<>(state(revision)));
    }

    private void commit(Op op) {
        revision = store.txn(Txn.of(op)).join().revision();
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Where the pods are served. */
    String root() {
        return type.group().isEmpty() ? "/api/v1" : "/apis/" + type.apiVersion();
    }

    private Map<String, Object> tree(String namespace, String name, String app, String node) {
        return TestCluster.tree(
                "{'kind':'Pod','apiVersion':'" + type.apiVersion() + "','metadata':{'name':'" + name + "','namespace':'"
                        + namespace + "','labels':{'app':'" + app + "'}},'spec':{'nodeName':'" + node
                        + "','containers':[{'name':'c','image':'i'}]}}");
    }

    /** Something to ask for. */
    Wish wish() {
        String namespace = random.nextInt(3) > 0 ? "" : one(NAMESPACES);
        return switch (random.nextInt(14)) {
            case 0 -> wish(namespace, "labelSelector=app%3Dx", pod -> pod.app.equals("x"));
            case 1 -> wish(namespace, "labelSelector=app%20in%20(x,z)", pod -> !pod.app.equals("y"));
            case 2 -> wish(namespace, "labelSelector=app%20notin%20(x,z)", pod -> pod.app.equals("y"));
            case 3 -> wish(namespace, "labelSelector=app!%3Dx", pod -> !pod.app.equals("x"));
            case 4 -> wish(namespace, "labelSelector=app,app%3D%3Dz", pod -> pod.app.equals("z"));
            case 5 -> wish(namespace, "labelSelector=!app", pod -> false);
            case 6 -> wish(namespace, "fieldSelector=spec.nodeName%3Dn1", pod -> pod.node.equals("n1"));
            case 7 -> wish(namespace, "fieldSelector=spec.nodeName%3D", pod -> pod.node.isEmpty());
            case 8 -> wish(namespace, "fieldSelector=metadata.name!%3Dp3", pod -> !pod.name.equals("p3"));
            case 9 ->
                new Wish(root(), namespace, "&fieldSelector=metadata.name%3Dp3", true, pod -> pod.name.equals("p3"));
            case 10 ->
                wish(
                        namespace,
                        "fieldSelector=metadata.namespace%3Da,spec.nodeName!%3Dn2&labelSelector=app%3Dy",
                        pod -> pod.namespace.equals("a") && !pod.node.equals("n2") && pod.app.equals("y"));
            default -> new Wish(root(), namespace, "", false, pod -> true);
        };
    }

    private Wish wish(String namespace, String selectors, Predicate<Pod> matches) {
        return new Wish(root(), namespace, "&" + selectors, false, matches);
    }

    /** What a list from a position on shows of a revision. */
    List<Pod> selected(long at, Wish wish, String from) {
        return state(at).values().stream()
                .filter(wish::selects)
                .filter(pod -> wish.position(pod).compareTo(from) >= 0)
                .toList();
    }

    /** How many pods in scope stand behind one, selected or not. */
    long behind(long at, Wish wish, Pod pod) {
        return state(at).values().stream()
                .filter(wish::inScope)
                .filter(other -> wish.position(other).compareTo(wish.position(pod)) > 0)
                .count();
    }

    /** What a watcher sees of everything after a revision: type, key and revision of each event. */
    List<String> changes(long from, Wish wish) {
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
}
