package io.tholepin.contracts;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether what clients saw of one key could have come from operations that each happen at one instant between
 * their call and their answer. Keys of one store can be judged one by one. Source: Wing and Gong, "Testing and
 * verifying
 * concurrent objects"; Lowe, "Testing for linearizability" (remembering what was tried).
 *
 * <p>An operation without an answer may happen at any time after its call, or never.
 */
public final class Linearizability {
    /** How it ended. */
    public enum Verdict {
        /** An order exists. */
        LINEARIZABLE,
        /** No order exists. */
        VIOLATED,
        /** More was to be tried than allowed. */
        UNDECIDED
    }

    /**
     * Where a search was.
     *
     * @param without what the content would be without the last operation, when that had no answer: only an operation
     *     that needs it may come next, for otherwise it could as well have happened later or never
     */
    private record Place(
            BitSet done,
            @Nullable String state,
            boolean bound,
            @Nullable String without) {}

    private record Choice(int turn, Place before) {}

    private final List<RegisterOperation> operations;
    private final int known;
    private final int stepsMax;

    private Linearizability(List<RegisterOperation> operations, int stepsMax) {
        this.operations = operations.stream()
                .filter(operation -> operation.isKnown() || !(operation.action() instanceof RegisterOperation.Get))
                .sorted(Comparator.comparingLong(RegisterOperation::called))
                .toList();
        this.known = (int)
                this.operations.stream().filter(RegisterOperation::isKnown).count();
        this.stepsMax = stepsMax;
    }

    /**
     * Judges the operations of one key.
     *
     * @param initial content before all of them
     * @param stepsMax how many states may be remembered before it gives up
     */
    public static Verdict check(List<RegisterOperation> operations, @Nullable String initial, int stepsMax) {
        return new Linearizability(operations, stepsMax).search(initial);
    }

    /**
     * A depth-first search: of the operations whose turn it could be, those with an answer are tried first. One that
     * fits
     * and changes nothing is done at once and nothing else is tried in its place: whatever follows could as well follow
     * after it.
     */
    private Verdict search(@Nullable String initial) {
        Set<Place> tried = new HashSet<>();
        List<Choice> path = new ArrayList<>();
        Place place = new Place(new BitSet(operations.size()), initial, false, null);
        int knownDone = 0;
        int turn = 0;
        while (knownDone < known) {
            turn = turn == 0 ? firstIdle(place) : firstTurn(place, turn);
            if (turn < 2 * operations.size()) {
                Place next = after(place, turn % operations.size());
                if (tried.add(next)) {
                    path.add(new Choice(turn, place));
                    knownDone += turn < operations.size() ? 1 : 0;
                    place = next;
                    turn = 0;
                } else {
                    turn = following(turn);
                }
                if (tried.size() > stepsMax) {
                    return Verdict.UNDECIDED;
                }
            } else if (path.isEmpty()) {
                return Verdict.VIOLATED;
            } else {
                Choice last = path.removeLast();
                knownDone -= last.turn() < operations.size() ? 1 : 0;
                place = last.before();
                turn = following(last.turn());
            }
        }
        return Verdict.LINEARIZABLE;
    }

    /** An operation that changes nothing and whose turn it is, else the first turn that is possible. */
    private int firstIdle(Place place) {
        long firstAnswer = firstAnswer(place);
        for (int i = 0; i < operations.size() && operations.get(i).called() <= firstAnswer; i++) {
            if (isIdle(i) && !place.done().get(i) && mayFollow(operations.get(i), place)) {
                return i;
            }
        }
        return firstTurn(place, 0);
    }

    private boolean isIdle(int turn) {
        return turn < operations.size()
                && switch (operations.get(turn).action()) {
                    case RegisterOperation.Get _ -> true;
                    case RegisterOperation.Put _ -> false;
                    case RegisterOperation.Cas cas -> Boolean.FALSE.equals(cas.succeeded());
                };
    }

    /** What to try when a turn has led nowhere. */
    private int following(int turn) {
        return isIdle(turn) ? 2 * operations.size() : turn + 1;
    }

    /** The first turn from {@code from} on that is possible: n + i is that of operation i without an answer. */
    private int firstTurn(Place place, int from) {
        int count = operations.size();
        long firstAnswer = firstAnswer(place);
        for (int turn = from; turn < 2 * count; turn++) {
            int i = turn % count;
            RegisterOperation operation = operations.get(i);
            if (operation.called() > firstAnswer) {
                if (turn >= count) {
                    return 2 * count; // another must have happened before any later one was called
                }
                turn = count - 1;
            } else if (!place.done().get(i) && operation.isKnown() == turn < count && mayFollow(operation, place)) {
                return turn;
            }
        }
        return 2 * count;
    }

    private long firstAnswer(Place place) {
        long first = RegisterOperation.UNKNOWN;
        for (int i = place.done().nextClearBit(0);
                i < operations.size();
                i = place.done().nextClearBit(i + 1)) {
            if (operations.get(i).called() > first) {
                break;
            }
            first = Math.min(first, operations.get(i).answered());
        }
        return first;
    }

    private static boolean mayFollow(RegisterOperation operation, Place place) {
        return counts(operation, place.state()) && !(place.bound() && counts(operation, place.without()));
    }

    /** Whether it fits and, when it had no answer, does something. */
    private static boolean counts(RegisterOperation operation, @Nullable String state) {
        if (!operation.isKnown() && operation.action() instanceof RegisterOperation.Cas cas) {
            return Objects.equals(cas.expected(), state);
        }
        return operation.action().fits(state);
    }

    private Place after(Place place, int i) {
        BitSet done = (BitSet) place.done().clone();
        done.set(i);
        RegisterOperation operation = operations.get(i);
        String state = operation.action().after(place.state());
        return operation.isKnown() ? new Place(done, state, false, null) : new Place(done, state, true, place.state());
    }
}
