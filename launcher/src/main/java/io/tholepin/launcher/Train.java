package io.tholepin.launcher;

import io.tholepin.etcdprotocol.ClientTls;
import io.tholepin.etcdprotocol.EtcdEndpoint;
import io.tholepin.etcdprotocol.EtcdStoreConfig;
import io.tholepin.etcdprotocol.Rehearsal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Does once what every start does, so that the JVM can keep it in the AOT cache: starts both kinds of control plane,
 * serves the requests a client begins with over TLS, and stops; the same for a member of the store by itself, and for
 * an API server over that one's etcd port. The build runs it; it is of no use to anybody else.
 */
@Command(name = "train", hidden = true, description = "Training run for the AOT cache that the build makes.")
final class Train implements Callable<Integer> {
    private static final String CONFIG_MAP =
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"trained\"},\"data\":{\"a\":\"b\"}}";
    private static final List<String> READS = List.of(
            "/version",
            "/readyz",
            "/api",
            "/apis",
            "/openapi/v3",
            "/api/v1/namespaces",
            "/api/v1/namespaces/default/configmaps?limit=500",
            "/api/v1/namespaces/default/configmaps/trained",
            "/api/v1/services?watch=true&timeoutSeconds=1");

    @Override
    public Integer call() throws Exception {
        System.setProperty(LogSetup.LEVEL, "warn");
        Path folder = Files.createTempDirectory("thole-train");
        try {
            exercise(new ControlPlane.Storage.Alone(folder.resolve("data")));
            exercise(new ControlPlane.Storage.Alone(
                    folder.resolve("data"))); // a second start reads what the first one wrote
            exercise(new ControlPlane.Storage.Ephemeral());
            exercise(new ControlPlane.Storage.Members(folder.resolve("members"), 3));
            exerciseStore(folder.resolve("store"));
        } finally {
            ControlPlane.deleteFolder(folder);
        }
        return 0;
    }

    private static void exercise(ControlPlane.Storage storage) throws Exception {
        try (ControlPlane plane = ControlPlane.start(new ControlPlane.Config(storage, 0))) {
            Kubeconfig.write(plane.folder().resolve("admin.kubeconfig"), Kubeconfig.text(plane.access()));
            try (HttpClient client =
                    HttpClient.newBuilder().sslContext(plane.access().tls()).build()) {
                send(
                        client,
                        HttpRequest.newBuilder(
                                        URI.create(plane.access().server() + "/api/v1/namespaces/default/configmaps"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(CONFIG_MAP)));
                for (String path : READS) {
                    send(
                            client,
                            HttpRequest.newBuilder(URI.create(plane.access().server() + path)));
                }
            }
        }
    }

    /** One member that serves etcd's API. */
    private static void exerciseStore(Path folder) throws Exception {
        Map<String, String> flags = Map.of(
                "listen-client-urls", "http://127.0.0.1:0",
                "advertise-client-urls", "http://127.0.0.1:2379",
                "listen-peer-urls", "http://127.0.0.1:0");
        MemberFlags member = new MemberFlags(FlagValues.of(EtcdFlags.ALL, flags, Map.of()), folder);
        try (MemberProcess process = MemberProcess.start(member);
                HttpClient client = HttpClient.newHttpClient()) {
            int port = process.clientPorts().getFirst();
            rehearse(port);
            String server = "http://127.0.0.1:" + port;
            for (String path : List.of("/health", "/version", "/metrics")) {
                send(client, HttpRequest.newBuilder(URI.create(server + path)));
            }
            send(
                    client,
                    HttpRequest.newBuilder(URI.create(server + "/v3/kv/put"))
                            .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"YQ==\",\"value\":\"Yg==\"}")));
            exercise(new ControlPlane.Storage.Etcd(
                    folder.resolve("api"),
                    EtcdStoreConfig.of(List.of(EtcdEndpoint.parse(server)), ClientTls.NONE),
                    RootedStore.REGISTRY,
                    Duration.ZERO,
                    true));
        }
    }

    /** Calls the member from another process. */
    private static void rehearse(int port) throws IOException, InterruptedException {
        Process client = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Rehearsal.class.getName(),
                        Integer.toString(port))
                .inheritIO()
                .start();
        int status = client.waitFor();
        if (status != 0) {
            throw new IllegalStateException("the rehearsal's exit status: " + status + " (expected: 0)");
        }
    }

    private static void send(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() >= 300 && response.statusCode() != 409) {
            throw new IllegalStateException(response.uri() + ": " + response.statusCode() + " "
                    + new String(response.body(), StandardCharsets.UTF_8));
        }
    }
}
