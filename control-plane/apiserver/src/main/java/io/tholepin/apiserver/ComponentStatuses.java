package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code componentstatuses}, which are stored nowhere: the one component that the API can ask is the store.
 * Thread-safe.
 */
final class ComponentStatuses {
    private static final String STORE = "etcd-0";

    private final Health health;
    private final Shapes shapes;

    ComponentStatuses(Health health, Shapes shapes) {
        this.health = health;
        this.shapes = shapes;
    }

    void get(Call call) {
        Media media = Negotiation.choose(call.request(), Negotiation.Endpoint.OBJECT);
        if (!call.info().name().equals(STORE)) {
            throw StatusException.notFound(call.type(), call.info().name());
        }
        call.reply().object(200, media, shapes.object(call, media, store()));
    }

    void list(Call call) {
        Media media = Negotiation.choose(call.request(), Negotiation.Endpoint.LIST);
        ListOptions.of(call.query(), false);
        Map<String, Object> item = store();
        item.remove("kind");
        item.remove("apiVersion");
        Map<String, Object> list = new LinkedHashMap<>();
        list.put("kind", "ComponentStatusList");
        list.put("apiVersion", "v1");
        list.put("metadata", new LinkedHashMap<String, Object>());
        list.put("items", new ArrayList<Object>(List.of(item)));
        call.reply().object(200, media, shapes.list(call, media, list));
    }

    private Map<String, Object> store() {
        boolean good = health.storeAnswers();
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("type", "Healthy");
        condition.put("status", good ? "True" : "False");
        condition.put("message", good ? "ok" : "the store does not answer");
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "ComponentStatus");
        status.put("apiVersion", "v1");
        Json.child(status, "metadata").put("name", STORE);
        status.put("conditions", new ArrayList<Object>(List.of(condition)));
        return status;
    }
}
