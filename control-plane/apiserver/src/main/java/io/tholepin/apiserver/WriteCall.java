package io.tholepin.apiserver;

import io.tholepin.objects.ResourceType;
import java.util.Objects;

/**
 * One write request as the write path hands it on.
 *
 * @param type the resource served at the path
 */
record WriteCall(RequestInfo info, ResourceType type, ApiRequest request, Warnings warnings) {

    static WriteCall of(RequestInfo info, ApiRequest request, Warnings warnings) {
        return new WriteCall(info, Objects.requireNonNull(info.type(), "no such resource"), request, warnings);
    }

    /** Namespace of the object, empty for a cluster-scoped one. */
    String namespace() {
        return info.objectNamespace();
    }

    /** Name in the path, empty for a collection. */
    String name() {
        return info.name();
    }

    /** The options of a create, update or patch; checked. */
    WriteOptions options(String kind) {
        return WriteOptions.of(request.query(), kind);
    }
}
