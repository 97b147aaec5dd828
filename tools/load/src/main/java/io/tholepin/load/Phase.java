package io.tholepin.load;

import java.time.Duration;

/**
 * A stretch of load at fixed rates.
 *
 * @param name what a report calls it
 * @param cacheReads whether the server answers lists from its watch cache
 * @param ownPodsPerSecond lists of one node's pods, as a kubelet asks for them: every node takes its turn
 * @param byLabelPerSecond lists over all namespaces by label, as a controller asks for the pods of a replica set
 * @param changesPerSecond patches of pods
 * @param length how long it lasts
 */
record Phase(
        String name,
        boolean cacheReads,
        double ownPodsPerSecond,
        double byLabelPerSecond,
        double changesPerSecond,
        Duration length) {}
