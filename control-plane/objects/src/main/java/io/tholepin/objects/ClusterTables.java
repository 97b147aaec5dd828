package io.tholepin.objects;

import static io.tholepin.objects.TableCells.NONE;
import static io.tholepin.objects.TableCells.UNSET;
import static io.tholepin.objects.TableCells.age;
import static io.tholepin.objects.TableCells.flag;
import static io.tholepin.objects.TableCells.name;
import static io.tholepin.objects.TableCells.number;
import static io.tholepin.objects.TableCells.or;
import static io.tholepin.objects.TableCells.size;
import static io.tholepin.objects.TableCells.string;
import static io.tholepin.objects.TableCells.text;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Rows of what runs and configures the cluster: nodes, namespaces, events, configuration, quota, access, API objects.
 */
final class ClusterTables {
    private static final String ROLE_LABEL_PREFIX = "node-role.kubernetes.io/";

    private ClusterTables() {}

    static void register(Map<String, TablePrinter> printers) {
        registerCore(printers);
        registerAccess(printers);
        registerAdmission(printers);
        registerSmall(printers);
    }

    private static void registerCore(Map<String, TablePrinter> printers) {
        printers.put(
                "Node",
                TablePrinter.of(
                        "Name|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*|Kernel-Version*"
                                + "|Container-Runtime*",
                        ClusterTables::node));
        printers.put(
                "Namespace",
                TablePrinter.of(
                        "Name|Status|Age",
                        (object, now) -> List.of(name(object), string(object, "status", "phase"), age(object, now))));
        printers.put(
                "Event",
                TablePrinter.of(
                        "Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name*",
                        ClusterTables::event));
        printers.put(
                "Secret",
                TablePrinter.of(
                        "Name|Type|Data|Age",
                        (object, now) ->
                                List.of(name(object), string(object, "type"), size(object, "data"), age(object, now))));
        printers.put(
                "ConfigMap",
                TablePrinter.of(
                        "Name|Data|Age",
                        (object, now) -> List.of(
                                name(object), size(object, "data") + size(object, "binaryData"), age(object, now))));
        printers.put("ServiceAccount", nameAndAge());
        printers.put("ResourceQuota", TablePrinter.of("Name|Request|Limit|Age", ClusterTables::resourceQuota));
        printers.put("ComponentStatus", TablePrinter.of("Name|Status|Message|Error", ClusterTables::componentStatus));
    }

    private static void registerAccess(Map<String, TablePrinter> printers) {
        String binding = "Name|Role|Age|Users*|Groups*|ServiceAccounts*";
        printers.put("RoleBinding", TablePrinter.of(binding, ClusterTables::roleBinding));
        printers.put("ClusterRoleBinding", TablePrinter.of(binding, ClusterTables::roleBinding));
        printers.put(
                "CertificateSigningRequest",
                TablePrinter.of(
                        "Name|Age|SignerName|Requestor|RequestedDuration|Condition", ClusterTables::signingRequest));
        printers.put("APIService", TablePrinter.of("Name|Service|Available|Age", ClusterTables::apiService));
        printers.put(
                "FlowSchema",
                TablePrinter.of(
                        "Name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL",
                        ClusterTables::flowSchema));
        printers.put(
                "PriorityLevelConfiguration",
                TablePrinter.of(
                        "Name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age",
                        ClusterTables::priorityLevel));
    }

    private static void registerAdmission(Map<String, TablePrinter> printers) {
        TablePrinter webhooks = TablePrinter.of(
                "Name|Webhooks#|Age",
                (object, now) -> List.of(name(object), size(object, "webhooks"), age(object, now)));
        printers.put("MutatingWebhookConfiguration", webhooks);
        printers.put("ValidatingWebhookConfiguration", webhooks);
        printers.put(
                "ValidatingAdmissionPolicy",
                TablePrinter.of(
                        "Name|Validations#|ParamKind|Age", (object, now) -> policy(object, now, "validations")));
        printers.put(
                "MutatingAdmissionPolicy",
                TablePrinter.of("Name|Mutations#|ParamKind|Age", (object, now) -> policy(object, now, "mutations")));
        TablePrinter binding = TablePrinter.of("Name|PolicyName|ParamRef|Age", ClusterTables::policyBinding);
        printers.put("ValidatingAdmissionPolicyBinding", binding);
        printers.put("MutatingAdmissionPolicyBinding", binding);
    }

    private static void registerSmall(Map<String, TablePrinter> printers) {
        printers.put(
                "PriorityClass",
                TablePrinter.of(
                        "Name|Value#|Global-Default?|Age|PreemptionPolicy",
                        (object, now) -> List.of(
                                name(object),
                                number(object, "value"),
                                flag(object, false, "globalDefault"),
                                age(object, now),
                                string(object, "preemptionPolicy"))));
        printers.put(
                "RuntimeClass",
                TablePrinter.of(
                        "Name|Handler|Age",
                        (object, now) -> List.of(name(object), string(object, "handler"), age(object, now))));
        printers.put(
                "Lease",
                TablePrinter.of(
                        "Name|Holder|Age",
                        (object, now) ->
                                List.of(name(object), string(object, "spec", "holderIdentity"), age(object, now))));
        printers.put("DeviceClass", nameAndAge());
        printers.put("ResourceClaimTemplate", nameAndAge());
        printers.put(
                "ResourceClaim",
                TablePrinter.of(
                        "Name|State|Age",
                        (object, now) -> List.of(name(object), claimState(object), age(object, now))));
        printers.put(
                "ResourceSlice",
                TablePrinter.of(
                        "Name|Node|Driver|Pool|Age",
                        (object, now) -> List.of(
                                name(object),
                                string(object, "spec", "nodeName"),
                                string(object, "spec", "driver"),
                                string(object, "spec", "pool", "name"),
                                age(object, now))));
        printers.put(
                "Status",
                TablePrinter.of(
                        "Status|Reason|Message",
                        (object, now) -> List.of(
                                string(object, "status"), string(object, "reason"), string(object, "message"))));
    }

    static TablePrinter nameAndAge() {
        return TablePrinter.of("Name|Age", (object, now) -> List.of(name(object), age(object, now)));
    }

    private static List<Object> node(Map<String, Object> object, Instant now) {
        String ready = TableCells.condition(object, "Ready");
        String status = ready.isEmpty() ? "Unknown" : ready.equals("True") ? "Ready" : "NotReady";
        if (Json.flag(object, "spec", "unschedulable")) {
            status += ",SchedulingDisabled";
        }
        return List.of(
                name(object),
                status,
                or(String.join(",", nodeRoles(object)), NONE),
                age(object, now),
                string(object, "status", "nodeInfo", "kubeletVersion"),
                nodeAddress(object, "InternalIP"),
                nodeAddress(object, "ExternalIP"),
                or(string(object, "status", "nodeInfo", "osImage"), "<unknown>"),
                or(string(object, "status", "nodeInfo", "kernelVersion"), "<unknown>"),
                or(string(object, "status", "nodeInfo", "containerRuntimeVersion"), "<unknown>"));
    }

    private static TreeSet<String> nodeRoles(Map<String, Object> node) {
        TreeSet<String> roles = new TreeSet<>();
        LabelSelector.labelsOf(node).forEach((key, value) -> {
            String role = key.startsWith(ROLE_LABEL_PREFIX)
                    ? key.substring(ROLE_LABEL_PREFIX.length())
                    : key.equals("kubernetes.io/role") ? value : "";
            if (!role.isEmpty()) {
                roles.add(role);
            }
        });
        return roles;
    }

    private static String nodeAddress(Map<String, Object> node, String type) {
        for (Object address : Json.list(node, "status", "addresses")) {
            if (string(address, "type").equals(type)) {
                return string(address, "address");
            }
        }
        return NONE;
    }

    private static List<Object> event(Map<String, Object> object, Instant now) {
        String firstTime = or(string(object, "firstTimestamp"), string(object, "eventTime"));
        String first = TableCells.since(firstTime, now);
        String lastTime = string(object, "lastTimestamp");
        String last = lastTime.isEmpty() ? first : TableCells.since(lastTime, now);
        long count = Json.integer(object, 0, "count");
        Map<String, Object> series = Json.object(object, "series");
        if (series != null) {
            last = TableCells.since(string(series, "lastObservedTime"), now);
            count = Json.integer(series, 0, "count");
        } else if (count == 0) {
            count = 1;
        }
        String kind = string(object, "involvedObject", "kind").toLowerCase(Locale.ROOT);
        String involved = string(object, "involvedObject", "name");
        return List.of(
                last,
                string(object, "type"),
                string(object, "reason"),
                involved.isEmpty() ? kind : kind + "/" + involved,
                string(object, "involvedObject", "fieldPath"),
                eventSource(object),
                string(object, "message").strip(),
                first,
                count,
                name(object));
    }

    private static String eventSource(Map<String, Object> event) {
        String component = or(string(event, "source", "component"), string(event, "reportingComponent"));
        String host = or(string(event, "source", "host"), string(event, "reportingInstance"));
        return host.isEmpty() ? component : component + ", " + host;
    }

    private static List<Object> resourceQuota(Map<String, Object> object, Instant now) {
        List<String> requests = new ArrayList<>();
        List<String> limits = new ArrayList<>();
        Map<String, Object> hard = Json.object(object, "status", "hard");
        if (hard != null) {
            new TreeMap<>(hard).forEach((resource, value) -> {
                String used = text(object, "0", "status", "used", resource);
                (resource.startsWith("limits.") ? limits : requests).add(resource + ": " + used + "/" + value);
            });
        }
        return List.of(name(object), String.join(", ", requests), String.join(", ", limits), age(object, now));
    }

    private static List<Object> componentStatus(Map<String, Object> object, Instant now) {
        for (Object condition : Json.list(object, "conditions")) {
            if (string(condition, "type").equals("Healthy")) {
                String status = string(condition, "status").equals("True") ? "Healthy" : "Unhealthy";
                return List.of(name(object), status, string(condition, "message"), string(condition, "error"));
            }
        }
        return List.of(name(object), "Unknown", "", "");
    }

    private static List<Object> roleBinding(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                string(object, "roleRef", "kind") + "/" + string(object, "roleRef", "name"),
                age(object, now),
                subjects(object, "User"),
                subjects(object, "Group"),
                subjects(object, "ServiceAccount"));
    }

    private static String subjects(Map<String, Object> binding, String kind) {
        List<String> names = new ArrayList<>();
        for (Object subject : Json.list(binding, "subjects")) {
            if (string(subject, "kind").equals(kind)) {
                String namespace = kind.equals("ServiceAccount") ? string(subject, "namespace") : "";
                names.add(namespace.isEmpty() ? string(subject, "name") : namespace + "/" + string(subject, "name"));
            }
        }
        return String.join(", ", names);
    }

    private static List<Object> signingRequest(Map<String, Object> object, Instant now) {
        long seconds = Json.integer(object, -1, "spec", "expirationSeconds");
        return List.of(
                name(object),
                age(object, now),
                or(string(object, "spec", "signerName"), NONE),
                string(object, "spec", "username"),
                seconds < 0 ? NONE : HumanDuration.of(Duration.ofSeconds(seconds)),
                signingCondition(object));
    }

    private static String signingCondition(Map<String, Object> request) {
        String status = TableCells.condition(request, "Denied").isEmpty()
                ? TableCells.condition(request, "Approved").isEmpty() ? "Pending" : "Approved"
                : "Denied";
        if (!TableCells.condition(request, "Failed").isEmpty()) {
            status += ",Failed";
        }
        return string(request, "status", "certificate").isEmpty() ? status : status + ",Issued";
    }

    private static List<Object> apiService(Map<String, Object> object, Instant now) {
        Map<String, Object> service = Json.object(object, "spec", "service");
        String available = "Unknown";
        for (Object condition : Json.list(object, "status", "conditions")) {
            if (string(condition, "type").equals("Available")) {
                String status = string(condition, "status");
                available = status.equals("True") ? status : status + " (" + string(condition, "reason") + ")";
            }
        }
        return List.of(
                name(object),
                service == null ? "Local" : string(service, "namespace") + "/" + string(service, "name"),
                available,
                age(object, now));
    }

    private static List<Object> flowSchema(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                string(object, "spec", "priorityLevelConfiguration", "name"),
                number(object, "spec", "matchingPrecedence"),
                or(string(object, "spec", "distinguisherMethod", "type"), NONE),
                age(object, now),
                or(TableCells.condition(object, "Dangling"), "?"));
    }

    private static List<Object> priorityLevel(Map<String, Object> object, Instant now) {
        String[] queuing = {"spec", "limited", "limitResponse", "queuing"};
        Object queues = Json.at(object, queuing);
        return List.of(
                name(object),
                string(object, "spec", "type"),
                orNone(object, "spec", "limited", "nominalConcurrencyShares"),
                orNone(queues, "queues"),
                orNone(queues, "handSize"),
                orNone(queues, "queueLengthLimit"),
                age(object, now));
    }

    private static Object orNone(@org.jspecify.annotations.Nullable Object object, String... path) {
        Object value = Json.at(object, path);
        return value == null ? NONE : value;
    }

    private static List<Object> policy(Map<String, Object> object, Instant now, String rules) {
        Map<String, Object> param = Json.object(object, "spec", "paramKind");
        String kind = param == null ? UNSET : string(param, "apiVersion") + "/" + string(param, "kind");
        return List.of(name(object), size(object, "spec", rules), kind, age(object, now));
    }

    private static List<Object> policyBinding(Map<String, Object> object, Instant now) {
        Map<String, Object> param = Json.object(object, "spec", "paramRef");
        String text = UNSET;
        if (param != null && !string(param, "name").isEmpty()) {
            text = or(string(param, "namespace"), "*") + "/" + string(param, "name");
        } else if (param != null) {
            text = TableCells.selector(Json.object(param, "selector"), UNSET, "<error>");
        }
        return List.of(name(object), string(object, "spec", "policyName"), text, age(object, now));
    }

    private static String claimState(Map<String, Object> claim) {
        boolean allocated = Json.at(claim, "status", "allocation") != null;
        List<String> states = new ArrayList<>();
        if (TableCells.deleting(claim)) {
            states.add("deleted");
        } else if (!allocated) {
            states.add("pending");
        }
        if (allocated) {
            states.add("allocated");
            if (!Json.list(claim, "status", "reservedFor").isEmpty()) {
                states.add("reserved");
            }
        }
        return String.join(",", states);
    }
}
