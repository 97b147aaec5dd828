package io.tholepin.objects;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rules of resource names and amounts. Source: contract 2.14; Kubernetes resource management concepts. */
final class ResourceRules {
    private static final Set<String> CONTAINER_RESOURCES = Set.of("cpu", "memory", "ephemeral-storage");

    private ResourceRules() {}

    /** Requests and limits of a container. */
    static void requirements(Check resources) {
        resources.entries("limits", limit -> amount(limit));
        resources.entries("requests", request -> {
            Quantity asked = amount(request);
            String name = key(request);
            Object limitText = resources.at("limits").value(name);
            Quantity limit = limitText == null ? null : Quantity.tryParse(String.valueOf(limitText));
            if (asked == null) {
                return;
            }
            if (limit == null) {
                if (!overcommits(name)) {
                    resources.add(FieldError.required(
                            resources.path("limits"), "Limit must be set for non overcommitable resources"));
                }
            } else if (!overcommits(name) && asked.compareTo(limit) != 0) {
                resources.add(FieldError.invalid(
                        resources.path("requests"),
                        asked.toString(),
                        "must be equal to " + name + " limit of " + limit));
            } else if (asked.compareTo(limit) > 0) {
                resources.add(FieldError.invalid(
                        resources.path("requests"),
                        asked.toString(),
                        "must be less than or equal to " + name + " limit of " + limit));
            }
        });
    }

    private static String key(Check entry) {
        String path = entry.path();
        return path.substring(path.lastIndexOf('[') + 1, path.length() - 1);
    }

    private static @Nullable Quantity amount(Check entry) {
        String name = key(entry);
        containerResource(name).forEach(message -> entry.add(FieldError.invalid(entry.path(), name, message)));
        Quantity amount = entry.quantity();
        if (amount != null && amount.signum() < 0) {
            entry.invalid(Check.NOT_NEGATIVE);
        }
        if (amount != null && !CONTAINER_RESOURCES.contains(name) && isFraction(amount)) {
            entry.invalid("must be an integer");
        }
        return amount;
    }

    static boolean isFraction(Quantity amount) {
        return amount.value().stripTrailingZeros().scale() > 0;
    }

    /** Whether more may be requested of it than there is: the native resources other than huge pages. */
    private static boolean overcommits(String name) {
        boolean isNative = !name.contains("/") || name.contains("kubernetes.io/");
        return isNative && !name.startsWith("hugepages-");
    }

    private static List<String> containerResource(String name) {
        List<String> wrong = Names.labelKey(name);
        if (!wrong.isEmpty()) {
            return wrong;
        }
        if (!name.contains("/")) {
            boolean standard = CONTAINER_RESOURCES.contains(name) || name.startsWith("hugepages-");
            return standard ? List.of() : List.of("must be a standard resource for containers");
        }
        boolean extended = !name.contains("kubernetes.io/") && !name.startsWith("requests.");
        return extended ? List.of() : List.of("doesn't follow extended resource name standard");
    }

    /** Names and amounts of a quota or a limit. */
    static void hard(Check holder, String field) {
        holder.entries(field, entry -> {
            String name = key(entry);
            Names.labelKey(name).forEach(message -> entry.add(FieldError.invalid(entry.path(), name, message)));
            Quantity amount = entry.quantity();
            if (amount != null && amount.signum() < 0) {
                entry.invalid(Check.NOT_NEGATIVE);
            }
        });
    }
}
