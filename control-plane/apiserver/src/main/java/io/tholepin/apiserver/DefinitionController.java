package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.objects.CustomDefinition;
import io.tholepin.objects.DefinitionStatus;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Selection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Sees to the status of definitions: grants their names, establishes them, and empties the resources of those that are
 * being deleted. Every API server does that. A name is granted on condition that no definition has been written since
 * the state that the decision rests on, so several servers at once grant no name twice. One thread, one definition at a
 * time. Source: contract 4.1.
 */
final class DefinitionController implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DefinitionController.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** Objects that are deleted together. */
    private static final int CHUNK = 1000;

    private static final Selection ALL = new Selection("", "", Selection.everything());

    private final Backend backend;
    private final CustomResources customs;
    private final Registry registry;
    private final Deletions deletions;
    private final ResourceType definitions;
    private final Thread thread;
    private volatile boolean closed;

    DefinitionController(Backend backend, CustomResources customs, Deletions deletions) {
        this.backend = backend;
        this.customs = customs;
        this.registry = new Registry(backend);
        this.deletions = deletions;
        definitions = Objects.requireNonNull(
                backend.types().resource(CustomDefinition.GROUP, "v1", CustomDefinition.RESOURCE));
        thread = Thread.ofVirtual().name("definitions").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                String name = customs.takeUnsettled();
                boolean done;
                try {
                    settle(name);
                    done = finish(name);
                } catch (ResponseSink.ClosedException stopped) {
                    return;
                } catch (RuntimeException failed) {
                    LOG.log(
                            closed ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                            "definition " + name + ": " + failed.getMessage() + "; trying again",
                            failed);
                    done = false;
                }
                if (!done) {
                    retry(name);
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void retry(String name) {
        Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(RETRY);
                customs.again(name);
            } catch (InterruptedException nobodyDoes) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private Instant now() {
        return backend.clock().instant();
    }

    /** Brings conditions and accepted names up to date. */
    private void settle(String name) {
        registry.change(definitions, "", name, false, view -> {
            Stored current = view.current();
            if (current == null) {
                return new Next.Keep(Map.of());
            }
            Map<String, Object> tree = Json.copyObject(current.object());
            customs.catchUp();
            CustomResources.Others others = customs.others(Json.string(tree, "spec", "group"), name);
            Object had = Json.at(tree, "status", "acceptedNames");
            if (!DefinitionStatus.settle(tree, others.definitions(), now())) {
                return new Next.Keep(tree);
            }
            if (!Objects.equals(had, Json.at(tree, "status", "acceptedNames"))) {
                view.expectNothingAfter(KeyRange.prefix(Bytes.utf8(definitions.keyPrefix(""))), others.revision());
            }
            return new Next.Put(tree, Next.Riders.NONE);
        });
        customs.catchUp();
    }

    private Bytes key(String name) {
        return Bytes.utf8(definitions.key("", name));
    }

    /** Whether nothing is left to be done for a definition that is being deleted. */
    private boolean finish(String name) {
        CustomDefinition definition = customs.definition(name);
        if (definition == null || !definition.deleting()) {
            return true;
        }
        ResourceType type = definition.stored();
        if (!definition.established() || type == null) {
            conclude(definition, "NeverEstablished", "resource was never established");
            return true;
        }
        tell(definition, "InstanceDeletionInProgress", "CustomResource deletion is in progress");
        if (!empty(definition, type)) {
            return false;
        }
        conclude(definition, "InstanceDeletionCompleted", "removed all instances");
        return true;
    }

    /** What becomes of a definition that is being deleted. */
    private interface Change {
        Next of(Map<String, Object> tree);
    }

    /** Changes a definition, unless it has gone: another one of its name is no concern of this deletion. */
    private void change(CustomDefinition definition, Change change) {
        registry.change(definitions, "", definition.name(), false, view -> {
            Stored current = view.current();
            Map<String, Object> tree = current == null ? Map.of() : Json.copyObject(current.object());
            return Json.string(tree, "metadata", "uid").equals(definition.uid())
                    ? change.of(tree)
                    : new Next.Keep(tree);
        });
        customs.catchUp();
    }

    private void tell(CustomDefinition definition, String reason, String message) {
        change(definition, tree -> {
            DefinitionStatus.terminating(tree, true, reason, message, now());
            return new Next.Put(tree, Next.Riders.NONE);
        });
    }

    /** Deletes all objects; whether none was left. Nobody creates more: the definition is a condition of that. */
    private boolean empty(CustomDefinition definition, ResourceType type) {
        try (StoreLists.Turn turn = backend.storeLists().turn()) {
            ListSource.Room room = new ListSource.Room(turn, CHUNK);
            List<CachedObject> chunk = new ArrayList<>();
            Iterator<CachedObject> all =
                    ListSource.OfStore.present(backend, type, room).select(ALL, "");
            while (all.hasNext()) {
                chunk.add(all.next());
                if (chunk.size() == CHUNK || !all.hasNext()) {
                    CollectionDeletions.deleteAll(chunk, object -> delete(definition, type, object));
                    chunk.clear();
                }
            }
            return ListSource.OfStore.present(backend, type, room).countFrom("", "") == 0;
        }
    }

    /** Deletes an object, unless it belongs to another definition that has the name by now. */
    private void delete(CustomDefinition definition, ResourceType type, CachedObject object) {
        registry.change(type, object.namespace(), object.name(), false, view -> {
            view.expect(key(definition.name()), customs, () -> customs.revision(definition.name()));
            CustomDefinition now = customs.definition(definition.name());
            Stored current = view.current();
            return current == null || now == null || !now.uid().equals(definition.uid())
                    ? new Next.Keep(Map.of())
                    : deletions.decide(view, type, current, DeleteOptions.BACKGROUND);
        });
    }

    /** Says that it is over, and lets the definition go. */
    private void conclude(CustomDefinition definition, String reason, String message) {
        change(definition, tree -> {
            DefinitionStatus.terminating(tree, false, reason, message, now());
            Map<String, Object> metadata = Json.child(tree, "metadata");
            List<Object> finalizers = new ArrayList<>(Json.list(metadata, "finalizers"));
            finalizers.remove(CustomDefinition.CLEANUP_FINALIZER);
            metadata.put("finalizers", finalizers);
            return finalizers.isEmpty()
                    ? new Next.Delete(tree, Next.Riders.NONE)
                    : new Next.Put(tree, Next.Riders.NONE);
        });
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
