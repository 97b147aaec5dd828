package io.tholepin.controllers;

import io.tholepin.client.ApiClient;
import io.tholepin.client.ApiException;
import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Gives every active namespace its {@code default} service account. Source: contract 6.2. */
final class ServiceAccountController implements Reconciler {
    private static final String DEFAULT_ACCOUNT = """
            {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}""";

    private final ApiClient client;

    ServiceAccountController(ApiClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return "serviceaccount-controller";
    }

    @Override
    public boolean reconcile(String namespace) throws InterruptedException {
        String path = "/api/v1/namespaces/" + namespace + "/serviceaccounts";
        try {
            if (NamespaceController.isTerminating(client.get("/api/v1/namespaces/" + namespace, Map.of()))) {
                return true;
            }
            client.get(path + "/default", Map.of());
            return true;
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
        return create(path);
    }

    private boolean create(String path) throws InterruptedException {
        try {
            client.create(path, Json.parseObject(DEFAULT_ACCOUNT.getBytes(StandardCharsets.UTF_8)));
            return true;
        } catch (ApiException e) {
            // Gone or going: nothing to give an account to. There already: somebody else was faster.
            if (e.isNotFound() || e.isConflict() || e.code() == 403) {
                return true;
            }
            throw e;
        }
    }
}
