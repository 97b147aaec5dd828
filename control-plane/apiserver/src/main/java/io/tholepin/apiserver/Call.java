package io.tholepin.apiserver;

import io.tholepin.objects.ResourceType;
import java.util.Objects;

/** One request about a resource, on its way to be answered. */
record Call(ApiRequest request, RequestInfo info, Reply reply) {
    ResourceType type() {
        return Objects.requireNonNull(info.type());
    }

    Query query() {
        return request.query();
    }
}
