package io.tholepin.keyspace;

import io.tholepin.kv.Op;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a {@link HashScript} by sending random commands to a fresh etcd, whose hashes it writes down. A program, not a
 * test: {@code EtcdHashes http://127.0.0.1:2379 SEED LINES > script}.
 */
final class EtcdHashes {
    private static final PrintStream OUT = System.out;
    private static final List<String> KEYS =
            List.of("a", "a/", "a/b", "a/c", "b", "b/a", "registry/pods/default/nginx", "z");
    private static final List<String> VALUES = List.of("-", "1", "2", "other", "x*127", "y*128", "z*20000");

    private final HttpClient http = HttpClient.newHttpClient();
    private final String endpoint;
    private final SplittableRandom random;
    private final Set<Long> leases = new HashSet<>();
    private long revision = 1;
    private long compacted = -1;

    private EtcdHashes(String endpoint, long seed) {
        this.endpoint = endpoint;
        this.random = new SplittableRandom(seed);
    }

    public static void main(String[] arguments) throws Exception {
        EtcdHashes hashes = new EtcdHashes(arguments[0], Long.parseLong(arguments[1]));
        hashes.hash(0);
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            hashes.step();
        }
    }

    private void step() throws Exception {
        switch (random.nextInt(20)) {
            case 0 -> compact(Math.max(compacted, 0) + 1 + random.nextLong(revision - Math.max(compacted, 0) + 1));
            case 1 -> compact(revision);
            case 2 -> grant(1 + random.nextLong(3));
            case 3 -> revoke(1 + random.nextLong(3));
            case 4, 5 -> hash(0);
            case 6 -> hash(compacted < 0 ? 1 : compacted + 1 + random.nextLong(Math.max(1, revision - compacted)));
            case 7, 8 -> del();
            case 9 -> delAll();
            case 10, 11 -> txn();
            default -> {
                String put = put(one(KEYS));
                send("/kv/put", op(HashScript.ops(put).getFirst()));
                OUT.println(put);
            }
        }
    }

    private void compact(long at) throws Exception {
        if (at <= compacted || at > revision) {
            return;
        }
        send("/kv/compaction", "{\"revision\":\"%d\",\"physical\":%b}".formatted(at, random.nextBoolean()));
        compacted = at;
        OUT.println("compact " + at);
        hash(0);
    }

    private void grant(long id) throws Exception {
        if (leases.add(id)) {
            send("/lease/grant", "{\"ID\":\"%d\",\"TTL\":\"3600\"}".formatted(id));
            OUT.println("grant " + id);
        }
    }

    private void revoke(long id) throws Exception {
        if (leases.remove(id)) {
            send("/lease/revoke", "{\"ID\":\"%d\"}".formatted(id));
            OUT.println("revoke " + id);
        }
    }

    private void del() throws Exception {
        String del = "del " + one(KEYS) + " " + (random.nextInt(4) == 0 ? one(KEYS) : "-");
        send("/kv/deleterange", op(HashScript.ops(del).getFirst()));
        OUT.println(del);
    }

    /** Now and then nothing is left. */
    private void delAll() throws Exception {
        if (random.nextInt(4) == 0) {
            send("/kv/deleterange", op(HashScript.ops("del a zz").getFirst()));
            OUT.println("del a zz");
        }
    }

    private void txn() throws Exception {
        StringBuilder line = new StringBuilder();
        StringBuilder json = new StringBuilder();
        for (String key : KEYS) {
            if (random.nextInt(3) == 0) {
                String text = random.nextInt(3) == 0 ? "del " + key + " -" : put(key);
                line.append(line.isEmpty() ? "" : " ; ").append(text);
                Op op = HashScript.ops(text).getFirst();
                json.append(json.isEmpty() ? "" : ",")
                        .append(op instanceof Op.Put ? "{\"request_put\":" : "{\"request_delete_range\":")
                        .append(op(op))
                        .append('}');
            }
        }
        if (!line.isEmpty()) {
            send("/kv/txn", "{\"success\":[" + json + "]}");
            OUT.println("txn " + line);
        }
    }

    /** Not at a compacted revision itself: there etcd answers what it had noted before it compacted. */
    private void hash(long at) throws Exception {
        if (at > revision) {
            return;
        }
        String answer = send("/maintenance/hashkv", "{\"revision\":\"" + at + "\"}");
        OUT.println("hashkv " + at + " " + number(answer, "\"hash\":") + " " + number(answer, "\"compact_revision\":"));
    }

    private String put(String key) {
        long lease = leases.isEmpty() || random.nextInt(3) > 0 ? 0 : one(List.copyOf(new TreeSet<>(leases)));
        return "put " + key + " " + one(VALUES) + " " + lease;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static String op(Op op) {
        return switch (op) {
            case Op.Put put ->
                "{\"key\":\"%s\",\"value\":\"%s\",\"lease\":\"%d\"}"
                        .formatted(base64(put.key().array()), base64(put.value().array()), put.lease());
            case Op.Delete delete ->
                "{\"key\":\"%s\",\"range_end\":\"%s\"}"
                        .formatted(
                                base64(delete.range().start().array()),
                                base64(delete.range().end().array()));
            case Op.Get _, Op.Nested _ -> throw new IllegalArgumentException("not in a script: " + op);
        };
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private String send(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint + "/v3" + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(path + " " + body + ": " + response.body());
        }
        if (response.body().contains("\"revision\":")) {
            revision = Long.parseLong(number(response.body(), "\"revision\":"));
        }
        return response.body();
    }

    private static String number(String json, String field) {
        Matcher matcher = Pattern.compile(field + "\"?(-?\\d+)").matcher(json);
        return matcher.find() ? matcher.group(1) : "0";
    }
}
