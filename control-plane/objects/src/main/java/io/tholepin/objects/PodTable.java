package io.tholepin.objects;

import static io.tholepin.objects.TableCells.NONE;
import static io.tholepin.objects.TableCells.or;
import static io.tholepin.objects.TableCells.string;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The row of a pod. Its status text is the most telling reason among phase, init containers, containers and deletion.
 * Holds what one pod's containers add up to; used once. Source: contract Appendix C.
 */
final class PodTable {
    static final String COLUMNS = "Name|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*";

    private final Map<String, Object> pod;
    private final Set<String> sidecars = new HashSet<>();
    private String reason;
    private int ready;
    private long restarts;
    private long sidecarRestarts;
    private @Nullable Instant lastRestart;
    private @Nullable Instant lastSidecarRestart;

    private PodTable(Map<String, Object> pod) {
        this.pod = pod;
        this.reason = or(string(pod, "status", "reason"), string(pod, "status", "phase"));
        for (Object container : Json.list(pod, "spec", "initContainers")) {
            if (string(container, "restartPolicy").equals("Always")) {
                sidecars.add(string(container, "name"));
            }
        }
    }

    static List<Object> cells(Map<String, Object> pod, Instant now) {
        PodTable table = new PodTable(pod);
        table.summarize();
        return List.of(
                TableCells.name(pod),
                table.ready + "/" + (Json.list(pod, "spec", "containers").size() + table.sidecars.size()),
                table.reason,
                table.restartText(now),
                TableCells.age(pod, now),
                or(podIp(pod), NONE),
                or(string(pod, "spec", "nodeName"), NONE),
                or(string(pod, "status", "nominatedNodeName"), NONE),
                readinessGates(pod));
    }

    /** What a row of a pod that will not run any more says about it; an empty list for other pods. */
    static List<Object> conditions(Map<String, Object> pod) {
        String phase = string(pod, "status", "phase");
        String message = switch (phase) {
            case "Succeeded" -> "The pod has completed successfully.";
            case "Failed" -> "The pod failed.";
            default -> "";
        };
        return message.isEmpty()
                ? List.of()
                : List.of(Map.of("type", "Completed", "status", "True", "reason", phase, "message", message));
    }

    private void summarize() {
        for (Object condition : Json.list(pod, "status", "conditions")) {
            if (string(condition, "type").equals("PodScheduled")
                    && string(condition, "reason").equals("SchedulingGated")) {
                reason = "SchedulingGated";
            }
        }
        boolean initializing = initContainers();
        if (!initializing || TableCells.condition(pod, "Initialized").equals("True")) {
            restarts = sidecarRestarts;
            lastRestart = lastSidecarRestart;
            containers();
        }
        if (TableCells.deleting(pod)) {
            String phase = string(pod, "status", "phase");
            if (string(pod, "status", "reason").equals("NodeLost")) {
                reason = "Unknown";
            } else if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
                reason = "Terminating";
            }
        }
    }

    /** Walks the init containers up to the first that is not done; true when there is one. */
    private boolean initContainers() {
        List<Object> statuses = Json.list(pod, "status", "initContainerStatuses");
        for (int i = 0; i < statuses.size(); i++) {
            Object status = statuses.get(i);
            boolean sidecar = sidecars.contains(string(status, "name"));
            long count = Json.integer(status, 0, "restartCount");
            Instant terminated = lastTermination(status);
            restarts += count;
            lastRestart = later(lastRestart, terminated);
            if (sidecar) {
                sidecarRestarts += count;
                lastSidecarRestart = later(lastSidecarRestart, terminated);
            }
            Object end = Json.at(status, "state", "terminated");
            if (end != null && Json.integer(end, 0, "exitCode") == 0) {
                continue;
            }
            if (sidecar && Json.flag(status, "started")) {
                ready += Json.flag(status, "ready") ? 1 : 0;
                continue;
            }
            reason = "Init:" + initReason(status, end, i);
            return true;
        }
        return false;
    }

    private String initReason(Object status, @Nullable Object end, int index) {
        if (end != null) {
            return endReason(end);
        }
        String waiting = string(status, "state", "waiting", "reason");
        return waiting.isEmpty() || waiting.equals("PodInitializing")
                ? index + "/" + Json.list(pod, "spec", "initContainers").size()
                : waiting;
    }

    /** Walks the containers backwards: the first one's reason wins. */
    private void containers() {
        boolean running = false;
        String failure = "";
        List<Object> statuses = Json.list(pod, "status", "containerStatuses");
        for (Object status : statuses.reversed()) {
            restarts += Json.integer(status, 0, "restartCount");
            lastRestart = later(lastRestart, lastTermination(status));
            Object end = Json.at(status, "state", "terminated");
            String waiting = string(status, "state", "waiting", "reason");
            if (!waiting.isEmpty()) {
                reason = waiting;
            } else if (end != null) {
                reason = endReason(end);
                failure = Json.integer(end, 0, "exitCode") == 0 ? failure : reason;
            } else if (Json.flag(status, "ready") && Json.at(status, "state", "running") != null) {
                running = true;
                ready++;
            }
        }
        if (reason.equals("Completed")) {
            if (running && TableCells.condition(pod, "Ready").equals("True")) {
                reason = "Running";
            } else if (!failure.isEmpty()) {
                reason = failure;
            } else if (running) {
                reason = "NotReady";
            }
        }
    }

    private static String endReason(Object end) {
        String text = string(end, "reason");
        if (!text.isEmpty()) {
            return text;
        }
        long signal = Json.integer(end, 0, "signal");
        return signal != 0 ? "Signal:" + signal : "ExitCode:" + Json.integer(end, 0, "exitCode");
    }

    private static @Nullable Instant lastTermination(Object status) {
        return TableCells.instant(string(status, "lastState", "terminated", "finishedAt"));
    }

    private static @Nullable Instant later(@Nullable Instant a, @Nullable Instant b) {
        return a == null || b != null && a.isBefore(b) ? b : a;
    }

    private String restartText(Instant now) {
        return restarts == 0 || lastRestart == null
                ? Long.toString(restarts)
                : restarts + " (" + TableCells.since(lastRestart.toString(), now) + " ago)";
    }

    private static String podIp(Map<String, Object> pod) {
        List<Object> ips = Json.list(pod, "status", "podIPs");
        return ips.isEmpty() ? string(pod, "status", "podIP") : string(ips.getFirst(), "ip");
    }

    private static String readinessGates(Map<String, Object> pod) {
        List<Object> gates = Json.list(pod, "spec", "readinessGates");
        if (gates.isEmpty()) {
            return NONE;
        }
        long met = gates.stream()
                .filter(gate ->
                        TableCells.condition(pod, string(gate, "conditionType")).equals("True"))
                .count();
        return met + "/" + gates.size();
    }
}
