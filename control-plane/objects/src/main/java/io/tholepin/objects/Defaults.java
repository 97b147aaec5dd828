package io.tholepin.objects;

import java.util.Map;

/**
 * The values that Kubernetes fills in where the user says nothing. Applied to what a request brings, before validation, and
 * to what the store holds when it is read. Applying them twice changes nothing. Source: contract 2.11.
 */
public final class Defaults {
    private Defaults() {}

    /** Fills in the defaults of one object, in place. */
    public static void apply(ResourceType type, Map<String, Object> tree) {}
}
