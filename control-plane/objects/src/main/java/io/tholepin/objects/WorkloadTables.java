package io.tholepin.objects;

import static io.tholepin.objects.TableCells.NONE;
import static io.tholepin.objects.TableCells.UNSET;
import static io.tholepin.objects.TableCells.age;
import static io.tholepin.objects.TableCells.bool;
import static io.tholepin.objects.TableCells.joined;
import static io.tholepin.objects.TableCells.labels;
import static io.tholepin.objects.TableCells.name;
import static io.tholepin.objects.TableCells.number;
import static io.tholepin.objects.TableCells.or;
import static io.tholepin.objects.TableCells.size;
import static io.tholepin.objects.TableCells.string;
import static io.tholepin.objects.TableCells.text;
import static io.tholepin.objects.TableCells.with;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of what makes pods: core, apps, batch, autoscaling and policy. */
final class WorkloadTables {
    private static final int METRICS_MAX = 2;
    private static final String UNKNOWN = "<unknown>";

    private WorkloadTables() {}

    static void register(Map<String, TablePrinter> printers) {
        printers.put("Pod", TablePrinter.of(PodTable.COLUMNS, PodTable::cells));
        printers.put("PodTemplate", TablePrinter.of("Name|Containers|Images|Pod Labels", WorkloadTables::podTemplate));
        String replicated = "Name|Desired#|Current#|Ready#|Age|Containers*|Images*|Selector*";
        printers.put("ReplicationController", TablePrinter.of(replicated, WorkloadTables::replicationController));
        printers.put("ReplicaSet", TablePrinter.of(replicated, WorkloadTables::replicaSet));
        printers.put(
                "Deployment",
                TablePrinter.of(
                        "Name|Ready|Up-to-date|Available|Age|Containers*|Images*|Selector*",
                        WorkloadTables::deployment));
        printers.put("StatefulSet", TablePrinter.of("Name|Ready|Age|Containers*|Images*", WorkloadTables::statefulSet));
        printers.put(
                "DaemonSet",
                TablePrinter.of(
                        "Name|Desired#|Current#|Ready#|Up-to-date#|Available#|Node Selector|Age|Containers*|Images*"
                                + "|Selector*",
                        WorkloadTables::daemonSet));
        printers.put(
                "ControllerRevision",
                TablePrinter.of("Name|Controller|Revision|Age", WorkloadTables::controllerRevision));
        printers.put(
                "Job",
                TablePrinter.of(
                        "Name|Status|Completions|Duration|Age|Containers*|Images*|Selector*", WorkloadTables::job));
        printers.put(
                "CronJob",
                TablePrinter.of(
                        "Name|Schedule|Timezone|Suspend|Active#|Last Schedule|Age|Containers*|Images*|Selector*",
                        WorkloadTables::cronJob));
        printers.put(
                "HorizontalPodAutoscaler",
                TablePrinter.of("Name|Reference|Targets|MinPods|MaxPods|Replicas|Age", WorkloadTables::autoscaler));
        printers.put(
                "PodDisruptionBudget",
                TablePrinter.of(
                        "Name|Min Available|Max Unavailable|Allowed Disruptions#|Age",
                        WorkloadTables::disruptionBudget));
        printers.put("Scale", TablePrinter.of("Name|Desired#|Available#|Age", WorkloadTables::scale));
    }

    private static String containers(@Nullable Object object, String... templatePath) {
        return joined(Json.at(object, templatePath), "name", "spec", "containers");
    }

    private static String images(@Nullable Object object, String... templatePath) {
        return joined(Json.at(object, templatePath), "image", "spec", "containers");
    }

    private static String selector(Map<String, Object> object, String... path) {
        return TableCells.selector(Json.object(object, path), NONE, "<error>");
    }

    private static List<Object> podTemplate(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                containers(object, "template"),
                images(object, "template"),
                labels(Json.object(object, "template", "metadata", "labels")));
    }

    private static List<Object> replicas(Map<String, Object> object, Instant now, String selector) {
        return List.of(
                name(object),
                number(object, "spec", "replicas"),
                number(object, "status", "replicas"),
                number(object, "status", "readyReplicas"),
                age(object, now),
                containers(object, "spec", "template"),
                images(object, "spec", "template"),
                selector);
    }

    private static List<Object> replicationController(Map<String, Object> object, Instant now) {
        return replicas(object, now, labels(Json.object(object, "spec", "selector")));
    }

    private static List<Object> replicaSet(Map<String, Object> object, Instant now) {
        return replicas(object, now, selector(object, "spec", "selector"));
    }

    private static String readyOfDesired(Map<String, Object> object) {
        return number(object, "status", "readyReplicas") + "/" + number(object, "spec", "replicas");
    }

    private static List<Object> deployment(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                readyOfDesired(object),
                number(object, "status", "updatedReplicas"),
                number(object, "status", "availableReplicas"),
                age(object, now),
                containers(object, "spec", "template"),
                images(object, "spec", "template"),
                TableCells.selector(Json.object(object, "spec", "selector"), "", "<invalid>"));
    }

    private static List<Object> statefulSet(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                readyOfDesired(object),
                age(object, now),
                containers(object, "spec", "template"),
                images(object, "spec", "template"));
    }

    private static List<Object> daemonSet(Map<String, Object> object, Instant now) {
        return with(
                List.of(
                        name(object),
                        number(object, "status", "desiredNumberScheduled"),
                        number(object, "status", "currentNumberScheduled"),
                        number(object, "status", "numberReady"),
                        number(object, "status", "updatedNumberScheduled"),
                        number(object, "status", "numberAvailable"),
                        labels(Json.object(object, "spec", "template", "spec", "nodeSelector"))),
                age(object, now),
                containers(object, "spec", "template"),
                images(object, "spec", "template"),
                selector(object, "spec", "selector"));
    }

    private static List<Object> controllerRevision(Map<String, Object> object, Instant now) {
        String controller = NONE;
        for (Object owner : Json.list(object, "metadata", "ownerReferences")) {
            if (Json.flag(owner, "controller")) {
                controller = TableCells.reference(owner);
            }
        }
        return List.of(name(object), controller, number(object, "revision"), age(object, now));
    }

    private static List<Object> job(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                jobStatus(object),
                jobCompletions(object),
                jobDuration(object, now),
                age(object, now),
                containers(object, "spec", "template"),
                images(object, "spec", "template"),
                selector(object, "spec", "selector"));
    }

    private static String jobStatus(Map<String, Object> job) {
        if (met(job, "Complete")) {
            return "Complete";
        }
        if (met(job, "Failed")) {
            return "Failed";
        }
        if (TableCells.deleting(job)) {
            return "Terminating";
        }
        for (String condition : List.of("Suspended", "FailureTarget", "SuccessCriteriaMet")) {
            if (met(job, condition)) {
                return condition;
            }
        }
        return "Running";
    }

    private static boolean met(Map<String, Object> job, String condition) {
        return TableCells.condition(job, condition).equals("True");
    }

    private static String jobCompletions(Map<String, Object> job) {
        Long succeeded = number(job, "status", "succeeded");
        long completions = Json.integer(job, -1, "spec", "completions");
        long parallelism = number(job, "spec", "parallelism");
        if (completions >= 0) {
            return succeeded + "/" + completions;
        }
        return parallelism > 1 ? succeeded + "/1 of " + parallelism : succeeded + "/1";
    }

    private static String jobDuration(Map<String, Object> job, Instant now) {
        Instant start = TableCells.instant(string(job, "status", "startTime"));
        Instant end = TableCells.instant(string(job, "status", "completionTime"));
        return start == null ? "" : HumanDuration.of(Duration.between(start, end == null ? now : end));
    }

    private static List<Object> cronJob(Map<String, Object> object, Instant now) {
        String last = string(object, "status", "lastScheduleTime");
        String[] template = {"spec", "jobTemplate", "spec", "template"};
        return List.of(
                name(object),
                string(object, "spec", "schedule"),
                or(string(object, "spec", "timeZone"), NONE),
                bool(object, "spec", "suspend"),
                size(object, "status", "active"),
                last.isEmpty() ? NONE : TableCells.since(last, now),
                age(object, now),
                containers(object, template),
                images(object, template),
                selector(object, "spec", "jobTemplate", "spec", "selector"));
    }

    private static List<Object> disruptionBudget(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                text(object, "N/A", "spec", "minAvailable"),
                text(object, "N/A", "spec", "maxUnavailable"),
                number(object, "status", "disruptionsAllowed"),
                age(object, now));
    }

    private static List<Object> scale(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                number(object, "spec", "replicas"),
                number(object, "status", "replicas"),
                age(object, now));
    }

    private static List<Object> autoscaler(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                string(object, "spec", "scaleTargetRef", "kind") + "/"
                        + string(object, "spec", "scaleTargetRef", "name"),
                metrics(Json.list(object, "spec", "metrics"), Json.list(object, "status", "currentMetrics")),
                text(object, UNSET, "spec", "minReplicas"),
                number(object, "spec", "maxReplicas"),
                number(object, "status", "currentReplicas"),
                age(object, now));
    }

    private static String metrics(List<Object> targets, List<Object> currents) {
        if (targets.isEmpty()) {
            return NONE;
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < Math.min(METRICS_MAX, targets.size()); i++) {
            texts.add(metric(targets.get(i), i < currents.size() ? currents.get(i) : null));
        }
        String shown = String.join(", ", texts);
        return targets.size() > METRICS_MAX ? shown + " + " + (targets.size() - METRICS_MAX) + " more..." : shown;
    }

    private static String metric(Object target, @Nullable Object current) {
        return switch (string(target, "type")) {
            case "External" -> valueOrAverage(target, current, "external");
            case "Object" -> valueOrAverage(target, current, "object");
            case "Pods" ->
                text(current, UNKNOWN, "pods", "current", "averageValue") + "/"
                        + text(target, "0", "pods", "target", "averageValue");
            case "Resource" -> resourceMetric(target, current, "resource");
            case "ContainerResource" -> resourceMetric(target, current, "containerResource");
            default -> "<unknown type>";
        };
    }

    private static String valueOrAverage(Object target, @Nullable Object current, String source) {
        if (Json.at(target, source, "target", "averageValue") != null) {
            return text(current, UNKNOWN, source, "current", "averageValue") + "/"
                    + text(target, "0", source, "target", "averageValue") + " (avg)";
        }
        return text(current, UNKNOWN, source, "current", "value") + "/" + text(target, "0", source, "target", "value");
    }

    private static String resourceMetric(Object target, @Nullable Object current, String source) {
        String name = string(target, source, "name") + ": ";
        if (Json.at(target, source, "target", "averageValue") != null) {
            return name + text(current, UNKNOWN, source, "current", "averageValue") + "/"
                    + text(target, "0", source, "target", "averageValue");
        }
        Object now = Json.at(current, source, "current", "averageUtilization");
        Object wanted = Json.at(target, source, "target", "averageUtilization");
        return name + (now == null ? UNKNOWN : now + "%") + "/" + (wanted == null ? "<auto>" : wanted + "%");
    }
}
