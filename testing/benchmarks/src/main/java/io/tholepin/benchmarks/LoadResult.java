package io.tholepin.benchmarks;

import org.HdrHistogram.Histogram;

/**
 * What a stretch of load did.
 *
 * @param counted operations acknowledged before the time was over
 * @param acknowledged operations acknowledged at all, those that were still under way at the end included
 * @param errors operations that ended in any other way
 * @param firstError what the first of them said, or empty
 * @param latency nanoseconds of every acknowledged operation
 * @param seconds the time that {@code counted} and the CPU seconds belong to
 * @param serverCpuSeconds user and system time of all members
 * @param clientCpuSeconds user and system time of the thread that makes the load
 * @param noise what else the machine did meanwhile
 */
record LoadResult(
        long counted,
        long acknowledged,
        long errors,
        String firstError,
        Histogram latency,
        double seconds,
        double serverCpuSeconds,
        double clientCpuSeconds,
        MachineNoise noise) {
    double perSecond() {
        return counted / seconds;
    }

    double micros(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e3;
    }

    double serverMicrosPerOperation() {
        return serverCpuSeconds * 1e6 / counted;
    }

    double clientMicrosPerOperation() {
        return clientCpuSeconds * 1e6 / counted;
    }
}
