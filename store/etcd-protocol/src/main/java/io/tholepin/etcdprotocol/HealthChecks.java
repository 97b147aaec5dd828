package io.tholepin.etcdprotocol;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How the member is, for probes. Its reads are made without asking anybody's permission. Nothing blocks. Source:
 * contract 3.1.
 */
final class HealthChecks {
    static final List<String> LIVE = List.of("serializable_read");
    static final List<String> READY =
            List.of("data_corruption", "serializable_read", "linearizable_read", "non_learner");

    private static final RangeRequest PROBE =
            RangeRequest.of(KeyRange.key(Bytes.utf8("health"))).limit(1);

    private final StoreMember member;
    private final Metrics metrics;
    private final Duration readTimeout;

    HealthChecks(StoreMember member, Metrics metrics, Duration readTimeout) {
        this.member = member;
        this.metrics = metrics;
        this.readTimeout = readTimeout;
    }

    /**
     * Why the member is not healthy; empty when it is. Never fails.
     *
     * @param local leave out what needs a leader
     * @param excluded alarms that do not count, by etcd's names
     */
    CompletableFuture<String> reason(boolean local, Set<String> excluded) {
        for (Alarm alarm : member.maintenance().alarms()) {
            String name = name(alarm.type());
            if (!excluded.contains(name)) {
                return counted("ALARM " + name);
            }
        }
        if (!local && member.leaderId() == 0) {
            return counted("RAFT NO LEADER");
        }
        return read(local).thenCompose(failure -> counted(failure.isEmpty() ? "" : "RANGE ERROR:" + failure));
    }

    private CompletableFuture<String> counted(String reason) {
        metrics.health(reason.isEmpty());
        return CompletableFuture.completedFuture(reason);
    }

    /**
     * The outcome of several checks, in their order. Never fails.
     *
     * @param kind livez or readyz
     */
    CompletableFuture<List<Outcome>> run(String kind, List<String> names) {
        List<CompletableFuture<Outcome>> checks = new ArrayList<>();
        for (String name : names) {
            checks.add(check(name).thenApply(failure -> {
                metrics.healthCheck(kind, name, failure.isEmpty());
                return new Outcome(name, failure);
            }));
        }
        return CompletableFuture.allOf(checks.toArray(CompletableFuture[]::new))
                .thenApply(_ -> checks.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<String> check(String name) {
        return switch (name) {
            case "serializable_read" -> read(true);
            case "linearizable_read" -> read(false);
            case "data_corruption" -> {
                boolean corrupt =
                        member.maintenance().alarms().stream().anyMatch(alarm -> alarm.type() == Alarm.Type.CORRUPT);
                yield CompletableFuture.completedFuture(corrupt ? "alarm activated: CORRUPT" : "");
            }
            case "non_learner" ->
                CompletableFuture.completedFuture(member.isLearner() ? "this member is a learner" : "");
            default -> throw new AssertionError("check " + name);
        };
    }

    private CompletableFuture<String> read(boolean local) {
        CompletableFuture<String> read;
        try {
            read = member.range(local ? PROBE.local() : PROBE).thenApply(_ -> "");
        } catch (RuntimeException e) {
            read = CompletableFuture.failedFuture(e);
        }
        return read.copy()
                .orTimeout(readTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(HealthChecks::text);
    }

    private static String text(Throwable failure) {
        return failure instanceof TimeoutException
                ? "context deadline exceeded"
                : String.valueOf(StatusMapping.status(failure).getDescription());
    }

    private static String name(Alarm.Type type) {
        return switch (type) {
            case NO_SPACE -> "NOSPACE";
            case CORRUPT -> "CORRUPT";
        };
    }

    /**
     * How one check ended.
     *
     * @param failure empty when it passed
     */
    record Outcome(String name, String failure) {
        /** As probes are told, when they ask. */
        String line() {
            return failure.isEmpty() ? "[+]" + name + " ok\n" : "[-]" + name + " failed: " + failure + "\n";
        }
    }
}
