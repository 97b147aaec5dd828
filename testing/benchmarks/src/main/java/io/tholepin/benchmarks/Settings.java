package io.tholepin.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a run is made.
 *
 * @param ours the system above the line
 * @param peer the system below
 * @param out where the report goes
 * @param data where the members keep their data; removed after each scenario
 * @param scenarios which, in this order
 * @param rounds how often each point is measured on each system
 * @param sample how long each time
 * @param warmUp how long both are loaded before the first sample
 * @param clients how many logical clients, one point each
 * @param databaseMib how big the big database is
 * @param kills how many leaders are killed
 */
record Settings(
        Members.Program ours,
        Members.Program peer,
        Path out,
        Path data,
        List<String> scenarios,
        int rounds,
        Duration sample,
        Duration warmUp,
        List<Integer> clients,
        int databaseMib,
        int kills) {}
