package io.tholepin.apiserver;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@code Status} objects that say that something went well. */
final class Statuses {
    private Statuses() {}

    /** The plain form. */
    static Map<String, Object> success() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("apiVersion", "v1");
        status.put("metadata", new LinkedHashMap<String, Object>());
        status.put("status", "Success");
        return status;
    }

    /** What a POST to a subresource that returns nothing answers: code 201 in the body too. */
    static WriteResult created() {
        Map<String, Object> status = success();
        status.put("code", 201L);
        return new WriteResult(201, status);
    }
}
