package io.tholepin.etcdprotocol;

import io.grpc.Status;
import io.tholepin.etcdwire.etcdserverpb.DowngradeRequest;
import io.tholepin.kv.Cluster;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules of announcing a downgrade: to exactly the minor version before this one. Source: contract 2.15. */
final class Downgrades {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})(?:\\.\\d{1,9}(?:[-+].*)?)?");

    private final Cluster cluster;
    private final String clusterVersion;

    Downgrades(Cluster cluster, String clusterVersion) {
        this.cluster = cluster;
        this.clusterVersion = clusterVersion;
    }

    CompletableFuture<?> run(DowngradeRequest request) {
        return switch (request.getAction()) {
            case VALIDATE -> {
                target(request.getVersion());
                yield CompletableFuture.completedFuture(null);
            }
            case ENABLE -> cluster.setDowngradeTarget(Optional.of(target(request.getVersion())));
            case CANCEL -> {
                if (cluster.downgradeTarget().isEmpty()) {
                    throw StatusMapping.refusal(
                            Status.Code.FAILED_PRECONDITION, "etcdserver: no inflight downgrade job");
                }
                yield cluster.setDowngradeTarget(Optional.empty());
            }
            case UNRECOGNIZED -> throw StatusMapping.refusal(Status.Code.UNKNOWN, "etcdserver: unknown method");
        };
    }

    /** What {@code wanted} means, such as "3.6.0", if it may be downgraded to. */
    private String target(String wanted) {
        String target = minor(wanted, 0);
        if (target == null) {
            throw StatusMapping.refusal(
                    Status.Code.INVALID_ARGUMENT, "etcdserver: wrong downgrade target version format");
        }
        if (!target.equals(minor(clusterVersion, 1))) {
            throw StatusMapping.refusal(Status.Code.INVALID_ARGUMENT, "etcdserver: invalid downgrade target version");
        }
        if (cluster.downgradeTarget().isPresent()) {
            throw StatusMapping.refusal(
                    Status.Code.FAILED_PRECONDITION, "etcdserver: cluster has a downgrade job in progress");
        }
        return target;
    }

    /** {@code version} with patch 0 and {@code back} minor versions lower; null when it is not a version. */
    private static @Nullable String minor(String version, int back) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return null;
        }
        return Integer.parseInt(parts.group(1)) + "." + (Integer.parseInt(parts.group(2)) - back) + ".0";
    }
}
