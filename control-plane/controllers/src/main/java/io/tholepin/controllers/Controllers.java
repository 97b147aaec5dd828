package io.tholepin.controllers;

import io.tholepin.client.ApiClient;
import io.tholepin.client.Informer;
import io.tholepin.client.WorkQueue;
import io.tholepin.objects.Json;
import java.util.List;
import java.util.Map;

/**
 * All controllers of one control plane, over one client: the namespace controller and the service account controller,
 * fed by one informer of namespaces.
 */
public final class Controllers implements AutoCloseable {
    private final WorkQueue terminating = new WorkQueue(System::nanoTime);
    private final WorkQueue accounts = new WorkQueue(System::nanoTime);
    private final Informer namespaces;
    private final Informer serviceAccounts;
    private final List<Worker> workers;

    private Controllers(ApiClient client) {
        namespaces = new Informer(client, "/api/v1/namespaces", this::namespaceChanged);
        serviceAccounts = new Informer(client, "/api/v1/serviceaccounts", this::accountChanged);
        workers = List.of(
                new Worker(terminating, new NamespaceController(client)),
                new Worker(accounts, new ServiceAccountController(client)));
    }

    /** Starts them. */
    public static Controllers start(ApiClient client) {
        Controllers controllers = new Controllers(client);
        controllers.workers.forEach(Worker::start);
        controllers.namespaces.start();
        controllers.serviceAccounts.start();
        return controllers;
    }

    private void namespaceChanged(Map<String, Object> namespace) {
        WorkQueue queue = NamespaceController.isTerminating(namespace) ? terminating : accounts;
        queue.add(Informer.key(namespace));
    }

    private void accountChanged(Map<String, Object> account) {
        if (Json.string(account, "metadata", "name").equals("default")) {
            accounts.add(Json.string(account, "metadata", "namespace"));
        }
    }

    @Override
    public void close() {
        namespaces.close();
        serviceAccounts.close();
        workers.forEach(Worker::close);
    }
}
