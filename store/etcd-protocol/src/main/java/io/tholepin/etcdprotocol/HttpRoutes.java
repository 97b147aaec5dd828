package io.tholepin.etcdprotocol;

import io.tholepin.etcdprotocol.HttpExchange.Door;
import io.tholepin.kv.StoreMember;
import java.lang.System.Logger.Level;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an etcd member answers over HTTP/1.1: health, version, metrics, and requests as JSON. Thread-safe; nothing
 * blocks. Source: contract 1.12 and 3.1.
 */
public final class HttpRoutes implements HttpHandler, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpRoutes.class.getName());
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String GATEWAY_PREFIX = "/v3/";
    private static final String GATEWAY_PREFIX_OLD = "/v3beta/";

    private final StoreMember member;
    private final EtcdServerConfig config;
    private final HttpConfig http;
    private final Metrics metrics;
    private final HealthChecks health;
    private final Gateway gateway;

    /** Answers for {@code member}; JSON requests go through {@code services}. */
    public HttpRoutes(
            StoreMember member, EtcdServices services, EtcdServerConfig config, HttpConfig http, Metrics metrics) {
        this.member = member;
        this.config = config;
        this.http = http;
        this.metrics = metrics;
        this.health = new HealthChecks(member, metrics, http.readTimeout());
        this.gateway = new Gateway(services);
    }

    @Override
    public void handle(HttpExchange exchange) {
        Target target = Target.of(exchange.target());
        Answer answer = new Answer(exchange, new LinkedHashMap<>());
        if (exchange.door() != Door.METRICS && !admit(exchange, target, answer)) {
            return;
        }
        switch (target.path) {
            case "/health" -> get(answer, () -> health(target, answer));
            case "/livez" -> get(answer, () -> probe("livez", HealthChecks.LIVE, target, answer));
            case "/readyz" -> get(answer, () -> probe("readyz", HealthChecks.READY, target, answer));
            // Reads files, if only those of /proc.
            case "/metrics" -> Thread.startVirtualThread(() -> metrics(answer));
            case "/version" -> {
                if (exchange.door() == Door.METRICS) {
                    notFound(answer);
                } else {
                    get(answer, () -> version(answer));
                }
            }
            default -> other(exchange, target, answer);
        }
    }

    private void other(HttpExchange exchange, Target target, Answer answer) {
        String single = target.path.substring(target.path.lastIndexOf('/') + 1);
        if (target.path.equals("/livez/" + single) && HealthChecks.LIVE.contains(single)) {
            get(answer, () -> probe("livez", List.of(single), target, answer));
        } else if (target.path.equals("/readyz/" + single) && HealthChecks.READY.contains(single)) {
            get(answer, () -> probe("readyz", List.of(single), target, answer));
        } else if (exchange.door() != Door.METRICS && http.gateway() && target.path.startsWith(GATEWAY_PREFIX)) {
            gateway.handle(exchange, target.path, answer.headers);
        } else {
            notFound(answer);
        }
    }

    /** Whether the request may go on; else it is answered. Adds what browsers want to see. */
    private boolean admit(HttpExchange exchange, Target target, Answer answer) {
        if (exchange.session().isEmpty()) {
            String host = hostname(exchange);
            if (!http.allowsHost(host)) {
                answer.text(421, "Host " + host + " is not in host-whitelist; add it there, or use https.\n");
                return false;
            }
        } else if (config.tls().map(ServerTls::clientCertAuth).orElse(false)
                && http.gateway()
                && target.path.startsWith(GATEWAY_PREFIX)
                && member.auth().state().enabled()
                && !CommonName.of(exchange.session().get()).isEmpty()) {
            answer.text(
                    400,
                    "A certificate's CommonName is no user for JSON requests; send a token, and a certificate"
                            + " without CommonName.\n");
            return false;
        }
        List<String> origins = exchange.headers("Origin");
        if (http.allowsEveryOrigin()) {
            allow("*", answer);
        } else if (!origins.isEmpty() && http.origins().contains(origins.getFirst())) {
            allow(origins.getFirst(), answer);
        } else if (!origins.isEmpty() && exchange.asksForSocket()) {
            // Browsers leave it to the server.
            answer.text(403, "Origin " + origins.getFirst() + " is not in cors; add it there.\n");
            return false;
        }
        if (exchange.method().equals("OPTIONS")) {
            answer.send(200, new byte[0]);
            return false;
        }
        return true;
    }

    private static void allow(String origin, Answer answer) {
        answer.headers.put("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE");
        answer.headers.put("Access-Control-Allow-Origin", origin);
        answer.headers.put("Access-Control-Allow-Headers", "accept, content-type, authorization");
    }

    private static String hostname(HttpExchange exchange) {
        List<String> hosts = exchange.headers("Host");
        String host = hosts.isEmpty() ? "" : hosts.getFirst();
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? host : host.substring(1, end);
        }
        int colon = host.indexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }

    private static void get(Answer answer, Runnable handler) {
        if (answer.exchange.method().equals("GET")) {
            handler.run();
        } else {
            answer.headers.put("Allow", "GET");
            answer.text(405, "Method Not Allowed\n");
        }
    }

    private void health(Target target, Answer answer) {
        boolean local = target.values("serializable").contains("true");
        health.reason(local, target.values("exclude")).thenAccept(reason -> {
            boolean healthy = reason.isEmpty();
            String body = "{\"health\":\"" + healthy + "\",\"reason\":\"" + JsonDialect.escape(reason) + "\"}";
            answer.text(healthy ? 200 : 503, body);
        });
    }

    private void probe(String kind, List<String> names, Target target, Answer answer) {
        Set<String> unknown = new HashSet<>(target.values("exclude"));
        List<String> asked = new ArrayList<>(names);
        if (names.size() > 1 || target.path.equals("/" + kind)) {
            asked.removeIf(unknown::remove);
        }
        if (!unknown.isEmpty()) {
            LOG.log(Level.WARNING, "/{0}: no such checks to exclude: {1}", kind, unknown);
        }
        health.run(kind, asked).thenAccept(outcomes -> {
            StringBuilder lines = new StringBuilder();
            outcomes.forEach(outcome -> lines.append(outcome.line()));
            if (outcomes.stream().anyMatch(outcome -> !outcome.failure().isEmpty())) {
                answer.text(503, lines.append('\n').toString());
            } else {
                answer.text(200, target.has("verbose") ? lines.append("ok\n").toString() : "ok\n");
            }
        });
    }

    private void metrics(Answer answer) {
        answer.headers.put("Content-Type", MetricsText.CONTENT_TYPE);
        String text = metrics.text(member, config.version(), config.clusterVersion());
        answer.send(200, text.getBytes(StandardCharsets.UTF_8));
    }

    private void version(Answer answer) {
        answer.headers.put("Content-Type", "application/json");
        String cluster = JsonDialect.escape(config.clusterVersion());
        String body = "{\"etcdserver\":\"" + JsonDialect.escape(config.version()) + "\",\"etcdcluster\":\"" + cluster
                + "\",\"storage\":\"" + cluster + "\",\"tholepin\":\"" + JsonDialect.escape(http.product()) + "\"}";
        answer.send(200, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void notFound(Answer answer) {
        answer.headers.put("X-Content-Type-Options", "nosniff");
        answer.text(404, "404 page not found\n");
    }

    /** Stops to take requests as JSON; those under way are cancelled. */
    @Override
    public void close() {
        gateway.close();
    }

    /** An exchange and the headers of its answer so far. */
    private record Answer(HttpExchange exchange, Map<String, String> headers) {
        void text(int status, String body) {
            headers.put("Content-Type", TEXT);
            send(status, body.getBytes(StandardCharsets.UTF_8));
        }

        void send(int status, byte[] body) {
            exchange.respond(status, headers, body);
        }
    }

    /** Path and query of a request, decoded; the old spelling of the gateway's paths replaced. */
    private record Target(String path, Map<String, Set<String>> query) {
        static Target of(String target) {
            int mark = target.indexOf('?');
            String path = mark < 0 ? target : target.substring(0, mark);
            Map<String, Set<String>> query = new HashMap<>();
            if (mark >= 0) {
                for (String part : target.substring(mark + 1).split("&")) {
                    int equals = part.indexOf('=');
                    String name = equals < 0 ? part : part.substring(0, equals);
                    String value = equals < 0 ? "" : part.substring(equals + 1);
                    query.computeIfAbsent(decode(name), _ -> new HashSet<>()).add(decode(value));
                }
            }
            String current = path.startsWith(GATEWAY_PREFIX_OLD)
                    ? GATEWAY_PREFIX + path.substring(GATEWAY_PREFIX_OLD.length())
                    : path;
            return new Target(current, query);
        }

        boolean has(String name) {
            return query.containsKey(name);
        }

        Set<String> values(String name) {
            return query.getOrDefault(name, Set.of());
        }

        private static String decode(String text) {
            try {
                return URLDecoder.decode(text, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException malformed) {
                return text;
            }
        }
    }
}
