package io.tholepin.apiserver;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * {@code /healthz}, {@code /livez}, {@code /readyz}, whole or check by check. Thread-safe. Source: contract 3.1.
 */
final class Health {
    private static final long STORE_SECONDS_MAX = 2;

    private final Backend backend;
    private final Map<String, BooleanSupplier> live = new LinkedHashMap<>();
    private final Map<String, BooleanSupplier> ready = new LinkedHashMap<>();

    Health(Backend backend, BooleanSupplier readiness) {
        this.backend = backend;
        live.put("ping", () -> true);
        live.put("log", () -> true);
        live.put("etcd", () -> answers(backend));
        ready.putAll(live);
        ready.put("etcd-readiness", () -> answers(backend));
        ready.put("informer-sync", readiness);
    }

    /** Whether the store answers a linearizable question. */
    boolean storeAnswers() {
        return answers(backend);
    }

    private static boolean answers(Backend backend) {
        try {
            return backend.store()
                            .currentRevision()
                            .orTimeout(STORE_SECONDS_MAX, TimeUnit.SECONDS)
                            .join()
                    >= 0;
        } catch (CompletionException failed) {
            return false;
        }
    }

    /** Whether a path is one of health. */
    static boolean covers(String path) {
        String root = root(path);
        return root.equals("healthz") || root.equals("livez") || root.equals("readyz");
    }

    private static String root(String path) {
        int slash = path.indexOf('/', 1);
        return path.substring(1, slash < 0 ? path.length() : slash);
    }

    void answer(Call call) {
        String path = call.request().path();
        String root = root(path);
        Map<String, BooleanSupplier> checks = root.equals("readyz") ? ready : live;
        String single = path.length() > root.length() + 2 ? path.substring(root.length() + 2) : "";
        if (!single.isEmpty()) {
            BooleanSupplier check = checks.get(single);
            if (check == null) {
                text(call, 404, "404 page not found\n");
            } else {
                boolean good = check.getAsBoolean();
                text(call, good ? 200 : 500, good ? "ok" : "internal server error: " + single + "\n");
            }
            return;
        }
        all(call, root, checks);
    }

    private void all(Call call, String root, Map<String, BooleanSupplier> checks) {
        List<String> excluded = call.query().all("exclude");
        StringBuilder lines = new StringBuilder();
        boolean good = true;
        for (Map.Entry<String, BooleanSupplier> check : checks.entrySet()) {
            if (excluded.contains(check.getKey())) {
                lines.append("[+]").append(check.getKey()).append(" excluded: ok\n");
            } else if (check.getValue().getAsBoolean()) {
                lines.append("[+]").append(check.getKey()).append(" ok\n");
            } else {
                good = false;
                lines.append("[-]").append(check.getKey()).append(" failed: reason withheld\n");
            }
        }
        TreeSet<String> unknown = new TreeSet<>(excluded);
        unknown.removeAll(checks.keySet());
        if (!unknown.isEmpty()) {
            lines.append("warn: some health checks cannot be excluded: no matches for ");
            lines.append(
                    String.join(", ", unknown.stream().map(n -> "\"" + n + "\"").toList()));
            lines.append('\n');
        }
        String why = backend.cacheReads().why();
        if (root.equals("readyz") && !why.isEmpty()) {
            lines.append("info: lists are read from the store, not from the watch cache: ");
            lines.append(why).append('\n');
        }
        if (!good) {
            text(call, 500, lines + root + " check failed\n");
        } else if (call.query().has("verbose")) {
            text(call, 200, lines + root + " check passed\n");
        } else {
            text(call, 200, "ok");
        }
    }

    private static void text(Call call, int status, String text) {
        call.reply().headers().add("X-Content-Type-Options", "nosniff");
        call.reply().bytes(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }
}
