package io.tholepin.watchcache;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The live watchers of one resource by what they want: everything, a namespace, a name in a namespace, a name anywhere;
 * and in each of these scopes by one requirement of their selector, if they have one that the objects are indexed by. A
 * change visits the (at most four) scopes it belongs to, and there those without a requirement and those that require a
 * value which the object has or had: what it costs depends on who is interested, not on how many watch. Not
 * thread-safe; the owner locks.
 */
final class WatcherIndex {
    /** A watcher whose requirement allows more values is told of every change in its scope. */
    private static final int VALUES_MAX = 64;

    private record Scope(String namespace, String name) {}

    private record Term(String index, String value) {}

    /** Watchers with the same wish; each knows its place, so that leaving is O(1). */
    private static final class Bucket {
        private final List<Place> places = new ArrayList<>(1);

        Place add(Watcher watcher) {
            Place place = new Place(watcher, this, places.size());
            places.add(place);
            return place;
        }

        /** Backwards, because a removal moves the last watcher into the gap. */
        void visit(Visit visit) {
            for (int i = places.size() - 1; i >= 0; i--) {
                visit.watcher(places.get(i).watcher);
            }
        }
    }

    /** Where a watcher stands. */
    static final class Place {
        private final Watcher watcher;
        private final Bucket bucket;
        private int at;

        Place(Watcher watcher, Bucket bucket, int at) {
            this.watcher = watcher;
            this.bucket = bucket;
            this.at = at;
        }

        private void leave() {
            Place last = bucket.places.removeLast();
            if (last != this) {
                bucket.places.set(at, last);
                last.at = at;
            }
        }
    }

    /** The watchers of one scope. */
    private static final class Wishes {
        private final Bucket all = new Bucket();
        private final Map<Term, Bucket> byTerm = new HashMap<>();
        private int size;
    }

    private final IndexedFields fields;
    private final Map<Scope, Wishes> scopes = new HashMap<>();
    private int size;

    WatcherIndex(IndexedFields fields) {
        this.fields = fields;
    }

    int size() {
        return size;
    }

    void add(Watcher watcher) {
        Wishes wishes = scopes.computeIfAbsent(scope(watcher), scope -> new Wishes());
        Selection.Requirement narrowest = narrowest(watcher.selection());
        if (narrowest == null) {
            watcher.places(new Place[] {wishes.all.add(watcher)});
        } else {
            watcher.places(narrowest.values().stream()
                    .map(value -> wishes.byTerm
                            .computeIfAbsent(new Term(narrowest.index(), value), term -> new Bucket())
                            .add(watcher))
                    .toArray(Place[]::new));
        }
        wishes.size++;
        size++;
    }

    /** A field before a label, then fewer values before more: what is likely to concern the fewest changes. */
    private Selection.@Nullable Requirement narrowest(Selection selection) {
        Selection.Requirement best = null;
        for (Selection.Requirement requirement : selection.requirements()) {
            boolean usable = fields.covers(requirement) && requirement.values().size() <= VALUES_MAX;
            if (usable && (best == null || rank(requirement) < rank(best))) {
                best = requirement;
            }
        }
        return best;
    }

    private static int rank(Selection.Requirement requirement) {
        return requirement.values().size() + (requirement.ofField() ? 0 : VALUES_MAX);
    }

    /** Takes a watcher out; nothing happens when it is not in. */
    void remove(Watcher watcher) {
        Place[] places = watcher.places();
        Scope scope = scope(watcher);
        Wishes wishes = scopes.get(scope);
        if (places == null || wishes == null) {
            return;
        }
        for (Place place : places) {
            place.leave();
        }
        watcher.places(null);
        size--;
        if (--wishes.size == 0) {
            scopes.remove(scope);
        } else if (places[0].bucket != wishes.all) {
            Selection.Requirement requirement = narrowest(watcher.selection());
            if (requirement != null) {
                requirement
                        .values()
                        .forEach(value -> wishes.byTerm.computeIfPresent(
                                new Term(requirement.index(), value),
                                (term, bucket) -> bucket.places.isEmpty() ? null : bucket));
            }
        }
    }

    /** A walk over the watchers that one change may concern; it takes out those that want no more. */
    private final class Visit {
        private final long position;
        private final Predicate<Watcher> visitor;

        Visit(long position, Predicate<Watcher> visitor) {
            this.position = position;
            this.visitor = visitor;
        }

        void watcher(Watcher watcher) {
            if (watcher.visit(position) && !visitor.test(watcher)) {
                remove(watcher);
            }
        }

        void scope(Change change, String namespace, String name) {
            Wishes wishes = scopes.get(new Scope(namespace, name));
            if (wishes == null) {
                return;
            }
            wishes.all.visit(this);
            CachedObject before = change.previous();
            CachedObject now = change.object();
            if (!wishes.byTerm.isEmpty() && now != null) {
                terms(wishes, now);
            }
            if (!wishes.byTerm.isEmpty() && before != null) {
                terms(wishes, before);
            }
        }

        private void terms(Wishes wishes, CachedObject object) {
            for (int i = 0; i < fields.size(); i++) {
                term(wishes, fields.index(i), fields.value(i, object));
            }
            object.labels().forEach((label, value) -> term(wishes, label, value));
        }

        private void term(Wishes wishes, String index, String value) {
            Bucket bucket = wishes.byTerm.get(new Term(index, value));
            if (bucket != null) {
                bucket.visit(this);
            }
        }
    }

    /**
     * Visits the watchers that a change may concern, each once; one whose visitor answers false is taken out.
     *
     * @param position of the change, higher each time
     */
    void visit(Change change, long position, Predicate<Watcher> visitor) {
        if (size == 0) {
            return;
        }
        Visit visit = new Visit(position, visitor);
        CachedObject subject = change.subject();
        visit.scope(change, "", "");
        visit.scope(change, "", subject.name());
        if (!subject.namespace().isEmpty()) {
            visit.scope(change, subject.namespace(), "");
            visit.scope(change, subject.namespace(), subject.name());
        }
    }

    /** Takes all watchers out. */
    List<Watcher> clear() {
        List<Watcher> all = new ArrayList<>(size);
        for (Wishes wishes : scopes.values()) {
            wishes.all.places.forEach(place -> all.add(place.watcher));
            for (Bucket bucket : wishes.byTerm.values()) {
                for (Place place : bucket.places) {
                    if (place.watcher.places() != null) {
                        all.add(place.watcher);
                        place.watcher.places(null);
                    }
                }
            }
        }
        all.forEach(watcher -> watcher.places(null));
        scopes.clear();
        size = 0;
        return all;
    }

    private static Scope scope(Watcher watcher) {
        return new Scope(watcher.selection().namespace(), watcher.selection().name());
    }
}
