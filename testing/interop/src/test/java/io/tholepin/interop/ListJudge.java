package io.tholepin.interop;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Judges lists against what writers were told: one method per promised sentence. Every name is created once and deleted
 * at most once. Thread-safe; a list is judged when its answer is there. Source: KEP-2340, KEP-5504.
 */
final class ListJudge {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int VIOLATIONS_MAX = 20;

    /** When a name was created and deleted, as its writer saw it; in nanoseconds. */
    static final class Life {
        private final long createBegan = System.nanoTime();
        private volatile long created = NEVER;
        private volatile boolean refused;
        private volatile long deleteBegan = NEVER;
        private volatile long deleted = NEVER;

        private Life() {}
    }

    /**
     * A list that is under way.
     *
     * @param began in nanoseconds
     * @param revisionMin the highest revision that anybody had been told of by then
     */
    record Began(String server, long began, long revisionMin) {}

    private final Map<String, Life> lives = new ConcurrentHashMap<>();
    private final Map<Long, Set<String>> byRevision = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicLong revisionTold = new AtomicLong();

    /** Before a create is sent. */
    Life creating(String name) {
        Life life = new Life();
        if (lives.putIfAbsent(name, life) != null) {
            throw new IllegalArgumentException(name + " is created twice");
        }
        return life;
    }

    /** A create was acknowledged. */
    void created(Life life, long revision) {
        life.created = System.nanoTime();
        told(revision);
    }

    /** A create was answered with "nothing happened". */
    void refused(Life life) {
        life.refused = true;
    }

    /** Before a delete is sent. */
    void deleting(Life life) {
        life.deleteBegan = System.nanoTime();
    }

    /** A delete was acknowledged. */
    void deleted(Life life) {
        life.deleted = System.nanoTime();
    }

    /** A delete was answered with "nothing happened". */
    void deleteRefused(Life life) {
        life.deleteBegan = NEVER;
    }

    private void told(long revision) {
        revisionTold.accumulateAndGet(revision, Math::max);
    }

    /** Before a list without resourceVersion is sent. */
    Began listing(String server) {
        return new Began(server, System.nanoTime(), revisionTold.get());
    }

    /** Judges its answer. */
    void listed(Began list, long revision, Set<String> names) {
        long ended = System.nanoTime();
        lives.forEach((name, life) -> {
            boolean there = names.contains(name);
            noAcknowledgedCreateIsMissing(list, name, life, there);
            noAcknowledgedDeleteIsUndone(list, name, life, there);
            nothingRefusedHappened(list, name, life, there);
        });
        everyNameWasWritten(list, names, ended);
        revisionsNeverGoBack(list, revision);
        oneRevisionIsOneState(list, revision, names);
        told(revision);
    }

    private void noAcknowledgedCreateIsMissing(Began list, String name, Life life, boolean there) {
        if (!there && life.created < list.began && life.deleteBegan == NEVER) {
            violation(list, name + " is missing, created " + millis(list.began - life.created) + " before");
        }
    }

    private void noAcknowledgedDeleteIsUndone(Began list, String name, Life life, boolean there) {
        if (there && life.deleted < list.began) {
            violation(list, name + " is there, deleted " + millis(list.began - life.deleted) + " before");
        }
    }

    private void nothingRefusedHappened(Began list, String name, Life life, boolean there) {
        if (there && life.refused) {
            violation(list, name + " is there, though nothing should have happened");
        }
    }

    private void everyNameWasWritten(Began list, Set<String> names, long ended) {
        for (String name : names) {
            Life life = lives.get(name);
            if (life == null || life.createBegan > ended) {
                violation(list, name + " is there, and nobody wrote it");
            }
        }
    }

    private void revisionsNeverGoBack(Began list, long revision) {
        if (revision < list.revisionMin) {
            violation(list, "resourceVersion " + revision + " (expected: >= " + list.revisionMin + ")");
        }
    }

    private void oneRevisionIsOneState(Began list, long revision, Set<String> names) {
        @Nullable Set<String> other = byRevision.putIfAbsent(revision, Set.copyOf(names));
        if (other != null && !other.equals(names)) {
            Set<String> difference = new HashSet<>(names);
            difference.removeAll(other);
            violation(list, "two lists at resourceVersion " + revision + " differ: " + difference);
        }
    }

    private void violation(Began list, String what) {
        if (violations.size() < VIOLATIONS_MAX) {
            violations.add("list of " + list.server + ": " + what);
        }
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }

    /** An answer that no server may give. */
    void unexpected(String answer) {
        if (violations.size() < VIOLATIONS_MAX) {
            violations.add(answer);
        }
    }

    /** What was wrong, the first few. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    /** How many names were created for certain. */
    long acknowledged() {
        return lives.values().stream().filter(life -> life.created != NEVER).count();
    }

    /** How many creates or deletes had no answer, or one that leaves it open. */
    long unknown() {
        return lives.values().stream()
                .filter(life ->
                        life.created == NEVER && !life.refused || life.deleteBegan != NEVER && life.deleted == NEVER)
                .count();
    }

    /** The names that must be there once all writers have ended. */
    Set<String> certain() {
        Set<String> names = new HashSet<>();
        lives.forEach((name, life) -> {
            if (Objects.requireNonNull(life).created != NEVER && life.deleteBegan == NEVER) {
                names.add(name);
            }
        });
        return names;
    }
}
