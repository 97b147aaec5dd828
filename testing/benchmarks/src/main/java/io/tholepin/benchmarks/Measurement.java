package io.tholepin.benchmarks;

import java.util.Map;

/**
 * One sample of one system.
 *
 * @param scenario what was done
 * @param point with which parameters, for example how many clients
 * @param round which repetition; samples of the same round are compared with each other
 * @param system which system
 * @param values by metric, each metric's name ending in its unit
 * @param note what went wrong, or empty
 */
record Measurement(String scenario, String point, int round, String system, Map<String, Double> values, String note) {}
