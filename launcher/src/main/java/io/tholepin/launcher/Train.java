package io.tholepin.launcher;

import io.tholepin.apiserver.Pki;
import io.tholepin.client.ClusterAccess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Does once what every start does, so that the JVM can keep it in the AOT cache: starts both kinds of control plane,
 * serves the requests a client begins with over TLS, and stops; the same for a member of the store by itself. The build runs it; it is of no use to anybody else.
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

    private static final int STORE_CALLS = 50;

    /** A frame is a zero, the length in four bytes, and a message: here key "a" as field 1, and value "b" as field 2. */
    private static final byte[] GRPC_PUT = {0, 0, 0, 0, 6, 0x0a, 1, 'a', 0x12, 1, 'b'};

    private static final byte[] GRPC_RANGE = {0, 0, 0, 0, 3, 0x0a, 1, 'a'};

    @Override
    public Integer call() throws Exception {
        System.setProperty(LogSetup.LEVEL, "warn");
        Path folder = Files.createTempDirectory("thole-train");
        try {
            exercise(new ControlPlane.Storage.Alone(folder.resolve("data")));
            exercise(new ControlPlane.Storage.Alone(folder.resolve("data"))); // a second start reads what the first one wrote
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

    /** One member that serves etcd's API: over gRPC, framed by hand because no client of it is here, and as JSON. */
    private static void exerciseStore(Path folder) throws Exception {
        Pki pki = Pki.open(folder.resolve("pki"), Instant.now());
        Map<String, String> flags = Map.of(
                "listen-client-urls", "https://127.0.0.1:0",
                "advertise-client-urls", "https://127.0.0.1:2379",
                "listen-peer-urls", "http://127.0.0.1:0",
                "cert-file", folder.resolve("pki/apiserver.crt").toString(),
                "key-file", folder.resolve("pki/apiserver.key").toString());
        MemberFlags member =
                new MemberFlags(FlagValues.of(EtcdFlags.ALL, flags, Map.of()), folder.resolve("member"));
        try (MemberProcess process = MemberProcess.start(member);
                HttpClient client = HttpClient.newBuilder()
                        .sslContext(new ClusterAccess(
                                        URI.create("https://127.0.0.1"),
                                        pki.ca().certificate(),
                                        pki.admin().certificate(),
                                        pki.admin().key())
                                .tls())
                        .build()) {
            String server = "https://127.0.0.1:" + process.clientPorts().getFirst();
            for (int i = 0; i < STORE_CALLS; i++) {
                send(client, grpc(server, "KV/Put", GRPC_PUT));
                send(client, grpc(server, "KV/Range", GRPC_RANGE));
            }
            for (String path : List.of("/health", "/version", "/metrics")) {
                send(client, HttpRequest.newBuilder(URI.create(server + path)));
            }
            send(
                    client,
                    HttpRequest.newBuilder(URI.create(server + "/v3/kv/put"))
                            .version(HttpClient.Version.HTTP_1_1)
                            .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"YQ==\",\"value\":\"Yg==\"}")));
        }
    }

    private static HttpRequest.Builder grpc(String server, String method, byte[] frame) {
        return HttpRequest.newBuilder(URI.create(server + "/etcdserverpb." + method))
                .header("Content-Type", "application/grpc")
                .header("TE", "trailers")
                .POST(HttpRequest.BodyPublishers.ofByteArray(frame));
    }

    private static void send(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() >= 300 && response.statusCode() != 409) {
            throw new IllegalStateException(response.uri() + ": " + response.statusCode() + " "
                    + new String(response.body(), StandardCharsets.UTF_8));
        }
    }
}
