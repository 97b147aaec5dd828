package io.tholepin.objects;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is special about storing objects of one resource. Source: contract 2.3 (flags), 2.6 (deletion), 2.9 (generation,
 * status).
 */
public final class Strategy {
    private final ResourceType type;

    private Strategy(ResourceType type) {
        this.type = type;
    }

    /** The strategy of a resource; resources that need nothing special share the general one. */
    public static Strategy of(ResourceType type) {
        return new Strategy(type);
    }

    /** Whether a PUT to a missing name creates. */
    public boolean allowCreateOnUpdate() {
        return false;
    }

    /** Whether an update without resourceVersion is allowed. */
    public boolean allowUnconditionalUpdate() {
        return false;
    }

    /** Whether a deletion answers with the deleted object rather than a {@code Status}. */
    public boolean returnsDeletedObject() {
        return false;
    }

    /** Whether deletion may wait for a grace period: pods. */
    public boolean gracefulDelete() {
        return false;
    }

    /** {@code Orphan} or {@code Background}: what happens to dependents when the request does not say. */
    public String defaultPropagation() {
        return "Background";
    }

    /**
     * The grace period of a deletion in seconds, at least 0; 0 unless {@link #gracefulDelete}.
     *
     * @param requested what the request says, null when nothing
     */
    public long gracePeriodSeconds(Map<String, Object> tree, @Nullable Long requested) {
        return 0;
    }

    /** Whether {@code metadata.generation} counts changes of the spec. */
    public boolean countsGenerations() {
        return false;
    }

    /** Makes a new object ready to be validated: resets status, sets what the server owns. The uid is set already. */
    public void prepareForCreate(Map<String, Object> tree, Instant now) {}

    /**
     * Makes a changed object ready to be validated: takes from the old one what this endpoint must not change and bumps the
     * generation.
     *
     * @param subresource name of the subresource that is written, empty for the object itself
     */
    public void prepareForUpdate(Map<String, Object> fresh, Map<String, Object> old, String subresource, Instant now) {}

    /** Texts for {@code Warning} headers about an object that is created or updated. */
    public List<String> warnings(Map<String, Object> tree) {
        return List.of();
    }

    @Override
    public String toString() {
        return type.toString();
    }
}
