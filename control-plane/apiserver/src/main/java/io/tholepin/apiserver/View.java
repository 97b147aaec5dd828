package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.objects.ResourceType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one write sees. An object comes from the watch cache at first, which may be behind; what a transaction or a
 * linearizable read has told since is preferred. Every key looked at becomes a condition of the write. Belongs to one
 * write on one thread.
 */
final class View {
    private final Registry registry;
    private final ResourceType type;
    private final String namespace;
    private final String name;
    private final Map<Bytes, Seen> seen = new HashMap<>();
    private final Set<Bytes> used = new LinkedHashSet<>();
    private final List<Compare> ranges = new ArrayList<>();

    /**
     * One key as seen.
     *
     * @param type null for a key that holds no object of a resource
     * @param value stored bytes, null when they are not known or the key does not exist
     * @param revision of its last change, 0 when it does not exist
     * @param fresh whether the store said so during this write, rather than the cache
     */
    private record Seen(
            @Nullable ResourceType type,
            @Nullable Stored object,
            @Nullable Bytes value,
            long revision,
            boolean fresh) {}

    View(Registry registry, ResourceType type, String namespace, String name) {
        this.registry = registry;
        this.type = type;
        this.namespace = namespace;
        this.name = name;
    }

    /** Begins another attempt: what the last one used is no longer a condition, but is still known. */
    void begin() {
        used.clear();
        ranges.clear();
    }

    /** Registry key of the object that is written. */
    Bytes key() {
        return Bytes.utf8(type.key(namespace, name));
    }

    /** The object that is written, null when it does not exist. */
    @Nullable
    Stored current() {
        return look(type, namespace, name);
    }

    /** Stored bytes of the object that is written, null when they are not known. */
    @Nullable
    Bytes currentValue() {
        Seen known = seen.get(key());
        return known == null ? null : known.value();
    }

    /** Another object, null when it does not exist. */
    @Nullable
    Stored look(ResourceType other, String otherNamespace, String otherName) {
        Bytes key = Bytes.utf8(other.key(otherNamespace, otherName));
        used.add(key);
        return seen.computeIfAbsent(key, k -> fromCache(other, otherNamespace, otherName))
                .object();
    }

    private Seen fromCache(ResourceType other, String otherNamespace, String otherName) {
        Stored cached = registry.cached(other, otherNamespace, otherName);
        return new Seen(other, cached, null, cached == null ? 0 : cached.revision(), false);
    }

    /**
     * Makes it a condition of the write that the definition under a key is the one that this server has taken in; takes
     * in a newer one first, if the store has told of it.
     *
     * @param revision of the definition as taken in
     */
    void expect(Bytes key, Definitions definitions, LongSupplier revision) {
        used.add(key);
        Seen known = seen.get(key);
        if (known != null && known.fresh() && known.revision() != revision.getAsLong()) {
            definitions.catchUp();
        }
        long expected = revision.getAsLong();
        if (known == null || known.revision() != expected) {
            seen.put(key, new Seen(null, null, null, expected, false));
        }
    }

    /** Makes it a condition of the write that nothing in a range was written after a revision. */
    void expectNothingAfter(KeyRange range, long revision) {
        ranges.add(new Compare(range, Compare.Target.MOD, Compare.Result.LESS, revision + 1, Bytes.EMPTY));
    }

    /** The bytes under a key that holds no object of a served resource, null when it does not exist. */
    @Nullable
    Bytes lookRaw(Bytes key) {
        used.add(key);
        if (!seen.containsKey(key)) {
            seen.put(key, seen(null, registry.readKeys(List.of(key)).get(key)));
        }
        return known(key).value();
    }

    private Seen known(Bytes key) {
        return Objects.requireNonNull(seen.get(key), "not looked at");
    }

    /** The written object, taken for absent without looking unless something is known of it: a create tries first. */
    @Nullable
    Stored currentUnlessNew() {
        used.add(key());
        return seen.computeIfAbsent(key(), k -> new Seen(type, null, null, 0, false))
                .object();
    }

    /** Whether anything this attempt used may be out of date. */
    boolean stale() {
        return used.stream().anyMatch(key -> !known(key).fresh());
    }

    /** Reads again, linearizably, everything this attempt used; returns whether anything was different. */
    boolean refresh() {
        return tell(registry.readKeys(keys()));
    }

    /** Takes in what the store says of some keys (no entry: does not exist); returns whether anything was news. */
    boolean tell(Map<Bytes, KeyValue> truths) {
        boolean news = false;
        for (Bytes key : used) {
            Seen before = known(key);
            KeyValue truth = truths.get(key);
            news |= before.revision() != (truth == null ? 0 : truth.modRevision());
            seen.put(key, seen(before.type(), truth));
        }
        return news;
    }

    private Seen seen(@Nullable ResourceType holds, @Nullable KeyValue truth) {
        if (truth == null) {
            return new Seen(holds, null, null, 0, true);
        }
        Stored object = holds == null ? null : registry.decode(holds, truth);
        return new Seen(holds, object, truth.value(), truth.modRevision(), true);
    }

    /** All keys this attempt used, in the order they were looked at. */
    List<Bytes> keys() {
        return List.copyOf(used);
    }

    /** The conditions of the write: every key as seen, and every range. */
    List<Compare> conditions() {
        List<Compare> conditions = new ArrayList<>(ranges);
        for (Bytes key : used) {
            conditions.add(Compare.modRevisionIs(key, known(key).revision()));
        }
        return conditions;
    }
}
