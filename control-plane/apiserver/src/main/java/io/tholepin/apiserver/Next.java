package io.tholepin.apiserver;

import io.tholepin.kv.Op;
import java.util.List;
import java.util.Map;

/** What a {@link Change} wants to become of its object. */
sealed interface Next {
    /**
     * Write it.
     *
     * @param object the complete new state; its resourceVersion is ignored
     * @param riders what is written together with it
     */
    record Put(Map<String, Object> object, Riders riders) implements Next {}

    /**
     * Remove it.
     *
     * @param last what the client is told was removed
     */
    record Delete(Map<String, Object> last, Riders riders) implements Next {}

    /** Leave it as it is. */
    record Keep(Map<String, Object> object) implements Next {}

    /**
     * Writes of other keys in the same transaction: all happen or none. The keys they depend on are in the {@link
     * View}.
     */
    record Riders(List<Op> ops, long lease) {
        /** Nothing else. */
        static final Riders NONE = new Riders(List.of(), 0);

        public Riders {
            ops = List.copyOf(ops);
        }

        /** These operations and no lease. */
        static Riders of(List<Op> ops) {
            return ops.isEmpty() ? NONE : new Riders(ops, 0);
        }
    }
}
