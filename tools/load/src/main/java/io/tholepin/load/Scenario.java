package io.tholepin.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cluster holds and what is asked of it.
 *
 * @param name what a report calls it
 * @param nodes nodes of the cluster
 * @param pods pods on them; or config maps, when nothing is to match
 * @param nothingMatches KEP-2340's worst case: lists by a label that no object has
 * @param phases one after the other; two that follow each other with the same switch share a server
 */
record Scenario(String name, int nodes, int pods, boolean nothingMatches, List<Phase> phases) {
    /** Lists a second in the comparison of off with on: KEP-2340's rate, which a server without its cache can bear. */
    private static final double COMPARED_LISTS_PER_SECOND = 1;

    private static final double CHANGES_PER_SECOND = 100;

    /** Own-pods lists a second at scale: every node of 5,000 once in 25 s. */
    private static final double OWN_PODS_PER_SECOND = 200;

    private static final double BY_LABEL_PER_SECOND = 20;

    /** The founding experiment at one size of cluster. */
    static Scenario founding(int nodes, int pods, Duration phase) {
        List<Phase> phases = new ArrayList<>();
        for (boolean cache : new boolean[] {false, true}) {
            phases.add(new Phase(
                    cache ? "cache reads on" : "cache reads off",
                    cache,
                    COMPARED_LISTS_PER_SECOND / 2,
                    COMPARED_LISTS_PER_SECOND / 2,
                    CHANGES_PER_SECOND,
                    phase));
        }
        phases.add(new Phase(
                "cache reads on, at scale", true, OWN_PODS_PER_SECOND, BY_LABEL_PER_SECOND, CHANGES_PER_SECOND, phase));
        return new Scenario(nodes + " nodes", nodes, pods, false, phases);
    }

    /** KEP-2340's worst case: one list a second by a label that none of {@code objects} objects of 1 KB has. */
    static Scenario nothingMatches(int objects, Duration phase) {
        return new Scenario(
                "nothing matches " + objects + " objects",
                0,
                objects,
                true,
                List.of(
                        new Phase("cache reads off", false, 0, COMPARED_LISTS_PER_SECOND, 0, phase),
                        new Phase("cache reads on", true, 0, COMPARED_LISTS_PER_SECOND, 0, phase)));
    }
}
