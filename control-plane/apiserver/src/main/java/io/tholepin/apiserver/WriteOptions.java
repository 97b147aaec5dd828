package io.tholepin.apiserver;

import io.tholepin.objects.FieldError;
import io.tholepin.objects.StatusException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Query parameters of a create, update or patch.
 *
 * @param fieldManager empty when not given
 * @param force server-side apply takes fields over from other managers
 */
public record WriteOptions(boolean dryRun, String fieldManager, FieldValidation fieldValidation, boolean force) {
    static final int FIELD_MANAGER_BYTES_MAX = 128;
    private static final List<String> VALIDATIONS = List.of("", "Ignore", "Strict", "Warn");

    /**
     * Reads and checks them.
     *
     * @param kind {@code CreateOptions}, {@code UpdateOptions} or {@code PatchOptions}, for the refusal
     * @throws StatusException 422 about {@code kind} of {@code meta.k8s.io}
     */
    public static WriteOptions of(Query query, String kind) {
        List<FieldError> errors = new ArrayList<>();
        boolean dryRun = dryRun(query.all("dryRun"), errors);
        String manager = query.first("fieldManager");
        checkManager(manager, errors);
        String validation = query.first("fieldValidation");
        if (!VALIDATIONS.contains(validation)) {
            errors.add(FieldError.unsupported("fieldValidation", validation, VALIDATIONS));
        }
        if (!errors.isEmpty()) {
            throw StatusException.invalid("meta.k8s.io", kind, "", errors);
        }
        FieldValidation mode = switch (validation) {
            case "Ignore" -> FieldValidation.IGNORE;
            case "Strict" -> FieldValidation.STRICT;
            default -> FieldValidation.WARN;
        };
        return new WriteOptions(dryRun, manager, mode, query.flag("force"));
    }

    static boolean dryRun(List<String> values, List<FieldError> errors) {
        List<String> given = values.stream().filter(v -> !v.isEmpty()).toList();
        if (given.stream().anyMatch(v -> !v.equals("All"))) {
            errors.add(FieldError.unsupported("dryRun", given, List.of("All")));
        }
        return !given.isEmpty();
    }

    private static void checkManager(String manager, List<FieldError> errors) {
        if (manager.getBytes(StandardCharsets.UTF_8).length > FIELD_MANAGER_BYTES_MAX) {
            errors.add(FieldError.tooLong("fieldManager", FIELD_MANAGER_BYTES_MAX));
        }
        if (manager.codePoints().anyMatch(c -> c < ' ' || c == 0x7f || !Character.isDefined(c))) {
            errors.add(FieldError.invalid("fieldManager", manager, "should only contain printable characters"));
        }
    }
}
