package io.tholepin.objects;

import java.util.List;

/** The built-in resources that are served, the table of contract 3.6 (Kubernetes 1.36). */
public final class BuiltInResources {
    private BuiltInResources() {}

    /** All of them, in discovery order. */
    public static List<ResourceType> all() {
        return List.of();
    }
}
