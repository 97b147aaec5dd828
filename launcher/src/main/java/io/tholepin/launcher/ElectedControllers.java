package io.tholepin.launcher;

import io.tholepin.client.ApiClient;
import io.tholepin.client.LeaderElection;
import io.tholepin.controllers.Controllers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The controllers of a control plane of which there are several: they run in the one that holds the Lease. */
final class ElectedControllers implements AutoCloseable {
    private static final String NAMESPACE = "kube-system";
    private static final String LEASE = "kube-controller-manager";

    private final ApiClient client;
    private final LeaderElection election;

    /** The election's thread's. */
    private @Nullable Controllers running;

    /** Takes part from now on. */
    ElectedControllers(ApiClient client) {
        this.client = client;
        this.election = new LeaderElection(client, NAMESPACE, LEASE, identity(), this::lead, this::stop);
        election.start();
    }

    private static String identity() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown"; // only so that people see where it is
        }
        return host + "_" + UUID.randomUUID();
    }

    private void lead() {
        running = Controllers.start(client);
    }

    private void stop() {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    @Override
    public void close() {
        election.close();
    }
}
