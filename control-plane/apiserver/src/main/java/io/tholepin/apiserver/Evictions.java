package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.objects.Json;
import io.tholepin.objects.LabelSelector;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.StatusException.Cause;
import io.tholepin.objects.StatusException.Details;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Selection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Evicts pods: a deletion that a disruption budget may refuse. The budget is charged in the transaction that deletes
 * the pod, so no two evictions spend the same allowance and none is spent without a deletion. Source: contract 2.10.
 */
final class Evictions {
    private static final String REFUSAL = "Cannot evict pod as it would violate the pod's disruption budget.";
    private static final int NOT_OBSERVED_RETRY_SECONDS = 10;
    private static final int DISRUPTED_PODS_MAX = 2_000;
    private static final Set<String> FREE_PHASES = Set.of("Succeeded", "Failed", "Pending");

    private final Backend backend;
    private final Registry registry;
    private final Deletions deletions;
    private final SystemFields fields;
    private final Bodies bodies;
    private final ResourceType pods;
    private final ResourceType budgets;

    Evictions(Backend backend, Registry registry, Deletions deletions, SystemFields fields, Bodies bodies) {
        this.backend = backend;
        this.registry = registry;
        this.deletions = deletions;
        this.fields = fields;
        this.bodies = bodies;
        pods = Objects.requireNonNull(backend.types().resource("", "v1", "pods"));
        budgets = Objects.requireNonNull(backend.types().resource("policy", "v1", "poddisruptionbudgets"));
    }

    WriteResult create(WriteCall call) {
        WriteOptions options = call.options("CreateOptions");
        Map<String, Object> eviction =
                bodies.object(call.info(), call.request(), options.fieldValidation(), call.warnings());
        String given = Json.string(eviction, "metadata", "name");
        if (!given.isEmpty() && !given.equals(call.name())) {
            throw StatusException.badRequest("name in URL does not match name in Eviction object");
        }
        DeleteOptions deletion = deletion(eviction, options.dryRun());
        List<String> guarding = guarding(call);
        registry.change(pods, call.namespace(), call.name(), deletion.dryRun(), view -> {
            Stored pod = view.current();
            if (pod == null) {
                throw StatusException.notFound(pods, call.name());
            }
            List<Op> charge = charge(view, pod, call, guarding);
            return disrupted(deletions.decide(view, pods, pod, deletion), charge);
        });
        return Statuses.created();
    }

    private static DeleteOptions deletion(Map<String, Object> eviction, boolean dryRun) {
        Map<String, Object> options = Json.object(eviction, "deleteOptions");
        Object grace = Json.at(options, "gracePeriodSeconds");
        boolean dry = dryRun || Json.list(options, "dryRun").contains("All");
        return new DeleteOptions(
                grace instanceof Long seconds ? seconds : null,
                Json.string(options, "propagationPolicy"),
                null,
                Json.string(options, "preconditions", "uid"),
                Json.string(options, "preconditions", "resourceVersion"),
                dry);
    }

    /** Names of the budgets that select the pod. */
    private List<String> guarding(WriteCall call) {
        Stored pod = registry.cached(pods, call.namespace(), call.name());
        if (pod == null) {
            return List.of();
        }
        Map<String, String> labels = Json.strings(pod.object(), "metadata", "labels");
        List<String> names = new ArrayList<>();
        try (StoreLists.Turn turn = backend.storeLists().turn()) {
            Iterator<CachedObject> all = ListSource.mostRecent(backend, budgets, new ListSource.Room(turn, 0))
                    .select(new Selection(call.namespace(), "", Selection.everything()), "");
            while (all.hasNext()) {
                CachedObject budget = all.next();
                Map<String, Object> selector = Json.object(Json.parseObject(budget.json()), "spec", "selector");
                if (selector != null && LabelSelector.fromObject(selector).matches(labels)) {
                    names.add(budget.name());
                }
            }
        }
        return names;
    }

    /** What charges the budget, nothing when the pod may go without. */
    private List<Op> charge(View view, Stored pod, WriteCall call, List<String> guarding) {
        if (FREE_PHASES.contains(Json.string(pod.object(), "status", "phase"))
                || Json.at(pod.object(), "metadata", "deletionTimestamp") != null
                || guarding.isEmpty()) {
            return List.of();
        }
        if (guarding.size() > 1) {
            throw new StatusException(
                    500,
                    "",
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
                    Details.NONE);
        }
        Stored budget = view.look(budgets, call.namespace(), guarding.getFirst());
        if (budget == null || !isReady(pod.object()) && letsUnhealthyGo(budget.object())) {
            return List.of();
        }
        checkBudget(budget.object(), guarding.getFirst());
        Map<String, Object> charged = charged(Json.copyObject(budget.object()), call.name());
        Bytes key = Bytes.utf8(budgets.key(call.namespace(), guarding.getFirst()));
        return List.of(Op.Put.of(key, backend.codecOf(budgets).encode(charged)));
    }

    private static boolean isReady(Map<String, Object> pod) {
        return Json.list(pod, "status", "conditions").stream()
                .anyMatch(condition -> Json.string(condition, "type").equals("Ready")
                        && Json.string(condition, "status").equals("True"));
    }

    private static boolean letsUnhealthyGo(Map<String, Object> budget) {
        if (Json.string(budget, "spec", "unhealthyPodEvictionPolicy").equals("AlwaysAllow")) {
            return true;
        }
        long desired = Json.integer(budget, 0, "status", "desiredHealthy");
        return desired > 0 && Json.integer(budget, 0, "status", "currentHealthy") >= desired;
    }

    private static void checkBudget(Map<String, Object> budget, String name) {
        long allowed = Json.integer(budget, 0, "status", "disruptionsAllowed");
        if (Json.integer(budget, 0, "status", "observedGeneration")
                < Json.integer(budget, 0, "metadata", "generation")) {
            throw refused(
                    "The disruption budget " + name + " is still being processed by the server.",
                    NOT_OBSERVED_RETRY_SECONDS);
        }
        Map<String, Object> disrupted = Json.object(budget, "status", "disruptedPods");
        if (allowed < 0 || disrupted != null && disrupted.size() > DISRUPTED_PODS_MAX) {
            String why = allowed < 0
                    ? "pdb disruptions allowed is negative"
                    : "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
            throw new StatusException(
                    403,
                    "Forbidden",
                    "poddisruptionbudget.policy \"" + name + "\" is forbidden: " + why,
                    Details.of("policy", "poddisruptionbudget", name));
        }
        if (allowed == 0) {
            throw refused(
                    "The disruption budget " + name + " needs "
                            + Json.integer(budget, 0, "status", "desiredHealthy") + " healthy pods and has "
                            + Json.integer(budget, 0, "status", "currentHealthy") + " currently",
                    0);
        }
    }

    private static StatusException refused(String why, int retryAfterSeconds) {
        Details details =
                new Details("", "", "", "", List.of(new Cause("DisruptionBudget", why, "")), retryAfterSeconds);
        return new StatusException(429, "TooManyRequests", REFUSAL, details);
    }

    private Map<String, Object> charged(Map<String, Object> budget, String pod) {
        Map<String, Object> status = Json.child(budget, "status");
        status.put("disruptionsAllowed", Json.integer(status, 0, "disruptionsAllowed") - 1);
        Json.child(status, "disruptedPods").put(pod, SystemFields.text(fields.now()));
        return budget;
    }

    /** The deletion with the budget's charge; a pod that stays for a while says why it goes. */
    private Next disrupted(Next deletion, List<Op> charge) {
        return switch (deletion) {
            case Next.Put(var pod, var riders) -> {
                Map<String, Object> condition = new LinkedHashMap<>();
                condition.put("type", "DisruptionTarget");
                condition.put("status", "True");
                condition.put("reason", "EvictionByEvictionAPI");
                condition.put("message", "Eviction API: evicting");
                Bindings.setCondition(pod, condition, SystemFields.text(fields.now()));
                yield new Next.Put(pod, both(charge, riders));
            }
            case Next.Delete(var last, var riders) -> new Next.Delete(last, both(charge, riders));
            case Next.Keep keep -> keep;
        };
    }

    private static Next.Riders both(List<Op> charge, Next.Riders riders) {
        List<Op> ops = new ArrayList<>(charge);
        ops.addAll(riders.ops());
        return Next.Riders.of(ops);
    }
}
