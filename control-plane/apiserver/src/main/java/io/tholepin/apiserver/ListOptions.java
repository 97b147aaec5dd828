package io.tholepin.apiserver;

import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.ObjectDecoder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Query parameters of a list, watch or deletecollection. Source: contract 1.3, 1.6, 1.10.
 *
 * @param resourceVersion empty when not given, else decimal digits
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

    /**
     * Reads and checks them.
     *
     * @param watch whether a watch's rules apply
     * @throws StatusException 400 for what does not parse, 422 about {@code ListOptions}
     */
    public static ListOptions of(Query query, boolean watch) {
        return new ListOptions(
                query.first("labelSelector"),
                query.first("fieldSelector"),
                query.first("resourceVersion"),
                query.first("resourceVersionMatch"),
                0,
                query.first("continue"),
                query.flag("allowWatchBookmarks"),
                query.has("sendInitialEvents") ? query.flag("sendInitialEvents") : null,
                null);
    }

    /**
     * The selectors as one predicate.
     *
     * @throws StatusException 400 for a selector that does not parse or a field that cannot be selected by
     */
    public Predicate<CachedObject> predicate(ResourceType type, ObjectDecoder decoder) {
        return Selectors.predicate(labelSelector, fieldSelector, type, decoder.fieldNames());
    }
}
