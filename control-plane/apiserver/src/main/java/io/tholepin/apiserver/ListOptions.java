package io.tholepin.apiserver;

import io.tholepin.objects.FieldError;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.watchcache.Selection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Query parameters of a list, watch or deletecollection. Source: contract 1.3, 1.6, 1.10.
 *
 * @param resourceVersion empty when not given
 * @param resourceVersionMatch Exact, NotOlderThan or empty
 * @param limit 0 for none
 * @param continueToken empty for the first page
 * @param sendInitialEvents null when not given
 * @param timeoutSeconds null when not given
 */
public record ListOptions(
        String labelSelector,
        String fieldSelector,
        String resourceVersion,
        String resourceVersionMatch,
        long limit,
        String continueToken,
        boolean allowWatchBookmarks,
        @Nullable Boolean sendInitialEvents,
        @Nullable Long timeoutSeconds) {
    static final String EXACT = "Exact";
    static final String NOT_OLDER_THAN = "NotOlderThan";
    private static final String MATCH = "resourceVersionMatch";

    /**
     * Reads and checks them.
     *
     * @param watch whether a watch's rules apply
     * @throws StatusException 400 for what does not parse, 422 about {@code ListOptions}
     */
    public static ListOptions of(Query query, boolean watch) {
        Long limit = integer(query, "limit");
        ListOptions options = new ListOptions(
                query.first("labelSelector"),
                query.first("fieldSelector"),
                query.first("resourceVersion"),
                query.first(MATCH),
                limit == null ? 0 : limit,
                query.first("continue"),
                query.flag("allowWatchBookmarks"),
                query.has("sendInitialEvents") ? query.flag("sendInitialEvents") : null,
                integer(query, "timeoutSeconds"));
        List<FieldError> errors = watch ? options.watchErrors() : options.listErrors();
        if (!errors.isEmpty()) {
            throw StatusException.invalid("meta.k8s.io", "ListOptions", "", errors);
        }
        return options;
    }

    private static @Nullable Long integer(Query query, String name) {
        String text = query.first(name);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException malformed) {
            throw StatusException.badRequest("strconv.ParseInt: parsing " + quoted(text) + ": invalid syntax");
        }
    }

    private static String quoted(String text) {
        return io.tholepin.objects.Json.text(text);
    }

    private List<FieldError> listErrors() {
        List<FieldError> errors = new ArrayList<>();
        if (!resourceVersionMatch.isEmpty()) {
            if (resourceVersion.isEmpty()) {
                errors.add(FieldError.forbidden(
                        MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
            }
            if (!continueToken.isEmpty()) {
                errors.add(FieldError.forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
            }
            if (!resourceVersionMatch.equals(EXACT) && !resourceVersionMatch.equals(NOT_OLDER_THAN)) {
                errors.add(FieldError.unsupported(MATCH, resourceVersionMatch, List.of(EXACT, NOT_OLDER_THAN, "")));
            }
            if (resourceVersionMatch.equals(EXACT) && resourceVersion.equals("0")) {
                errors.add(FieldError.forbidden(
                        MATCH, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }
        }
        if (sendInitialEvents != null) {
            errors.add(FieldError.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
        return errors;
    }

    private List<FieldError> watchErrors() {
        List<FieldError> errors = new ArrayList<>();
        if (sendInitialEvents != null && !resourceVersionMatch.equals(NOT_OLDER_THAN)) {
            errors.add(FieldError.forbidden(
                    MATCH, "sendInitialEvents requires setting resourceVersionMatch to " + NOT_OLDER_THAN));
        }
        if (!resourceVersionMatch.isEmpty()) {
            if (sendInitialEvents == null) {
                errors.add(FieldError.forbidden(
                        MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            }
            if (!resourceVersionMatch.equals(NOT_OLDER_THAN)) {
                errors.add(FieldError.unsupported(MATCH, resourceVersionMatch, List.of(NOT_OLDER_THAN)));
            }
            if (!continueToken.isEmpty()) {
                errors.add(FieldError.forbidden(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
            }
        }
        return errors;
    }

    /** The numeric resourceVersion, -1 when not given. */
    long revision() {
        return resourceVersion.isEmpty() ? -1 : parseRevision(resourceVersion);
    }

    /**
     * A resourceVersion as a number.
     *
     * @throws StatusException 400 when it is none
     */
    static long parseRevision(String text) {
        try {
            long revision = Long.parseLong(text);
            if (revision >= 0 && Character.isDigit(text.charAt(0))) {
                return revision;
            }
        } catch (NumberFormatException malformed) {
            // refused below
        }
        throw StatusException.badRequest("invalid resource version: resourceVersion: Invalid value: " + quoted(text)
                + ": strconv.ParseUint: parsing " + quoted(text) + ": invalid syntax");
    }

    /** Whether any selector is given. */
    boolean selects() {
        return !labelSelector.isEmpty() || !fieldSelector.isEmpty();
    }

    /**
     * What is asked for in a scope.
     *
     * @param namespace of the path, empty for all
     * @param name of the path, empty for all
     * @throws StatusException 400 for a selector that does not parse or a field that cannot be selected by
     */
    public Selection selection(ResourceType type, String namespace, String name) {
        return Selectors.of(labelSelector, fieldSelector, type, namespace, name);
    }
}
