package io.tholepin.apiserver;

import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to delete, from the body or, without one, the query parameters. Source: contract 2.6.
 *
 * @param gracePeriodSeconds null when not given
 * @param propagationPolicy Orphan, Background, Foreground, or empty
 * @param orphanDependents deprecated form of the policy, null when not given
 * @param uid precondition, empty for none
 * @param resourceVersion precondition, empty for none
 */
public record DeleteOptions(
        @Nullable Long gracePeriodSeconds,
        String propagationPolicy,
        @Nullable Boolean orphanDependents,
        String uid,
        String resourceVersion,
        boolean dryRun) {
    /** In the background, whatever is there. */
    static final DeleteOptions BACKGROUND = new DeleteOptions(null, "Background", null, "", "", false);

    private static final List<String> POLICIES = List.of("Foreground", "Background", "Orphan", "nil");

    /**
     * Reads and checks them.
     *
     * @throws StatusException 400 for a body that is no DeleteOptions, 422 about {@code DeleteOptions}
     */
    public static DeleteOptions of(ApiRequest request, Bodies bodies) {
        Map<String, Object> tree =
                request.body().length > 0 ? bodies.deleteOptions(request) : fromQuery(request.query());
        List<FieldError> errors = new ArrayList<>();
        List<String> dryRuns =
                Json.list(tree, "dryRun").stream().map(String::valueOf).toList();
        boolean dryRun = WriteOptions.dryRun(dryRuns, errors);
        String policy = Json.string(tree, "propagationPolicy");
        Boolean orphan = Json.at(tree, "orphanDependents") instanceof Boolean flag ? flag : null;
        if (orphan != null && !policy.isEmpty()) {
            errors.add(FieldError.invalid(
                    "propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set"));
        }
        if (!policy.isEmpty() && !POLICIES.subList(0, 3).contains(policy)) {
            errors.add(FieldError.unsupported("propagationPolicy", policy, POLICIES));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid("meta.k8s.io", "DeleteOptions", "", errors);
        }
        Long grace = Json.at(tree, "gracePeriodSeconds") instanceof Long seconds ? seconds : null;
        return new DeleteOptions(
                grace,
                policy,
                orphan,
                Json.string(tree, "preconditions", "uid"),
                Json.string(tree, "preconditions", "resourceVersion"),
                dryRun);
    }

    private static Map<String, Object> fromQuery(Query query) {
        Map<String, Object> tree = new java.util.LinkedHashMap<>();
        String grace = query.first("gracePeriodSeconds");
        if (!grace.isEmpty()) {
            try {
                tree.put("gracePeriodSeconds", Long.parseLong(grace));
            } catch (NumberFormatException malformed) {
                throw StatusException.badRequest("strconv.ParseInt: parsing \"" + grace + "\": invalid syntax");
            }
        }
        if (query.has("orphanDependents")) {
            tree.put("orphanDependents", query.flag("orphanDependents"));
        }
        tree.put("propagationPolicy", query.first("propagationPolicy"));
        tree.put("dryRun", new ArrayList<Object>(query.all("dryRun")));
        return tree;
    }
}
