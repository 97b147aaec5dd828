package io.tholepin.apiserver;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * A request as its metrics name it.
 *
 * @param verb LIST, GET, POST, PUT, PATCH, APPLY, DELETE, DELETECOLLECTION, WATCH or CONNECT
 * @param dryRun {@code All} or empty
 * @param scope {@code resource} for one object, {@code namespace}, {@code cluster}, or empty when it is about none
 */
record RequestLabels(
        String verb, String dryRun, String group, String version, String resource, String subresource, String scope) {
    private static final String COMPONENT = "apiserver";
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

    static RequestLabels of(ApiRequest request, RequestInfo info) {
        String dryRun = request.query().all("dryRun").contains("All") ? "All" : "";
        if (info.type() == null) {
            // What is not served is not named: anybody could fill the registry with names otherwise.
            String method = METHODS.contains(request.method()) ? request.method() : "other";
            return new RequestLabels(method, dryRun, "", "", "", "", "");
        }
        boolean known = info.type().subresources().stream()
                .anyMatch(subresource -> subresource.name().equals(info.subresource()));
        return new RequestLabels(
                verb(request, info),
                dryRun,
                info.group(),
                info.version(),
                info.resource(),
                known ? info.subresource() : "",
                scope(info));
    }

    static String scope(RequestInfo info) {
        return !info.name().isEmpty() || info.verb().equals("create")
                ? "resource"
                : info.namespace().isEmpty() ? "cluster" : "namespace";
    }

    private static String verb(ApiRequest request, RequestInfo info) {
        return switch (info.verb()) {
            case "create" -> "POST";
            case "update" -> "PUT";
            case "patch" ->
                request.headers().value("Content-Type").startsWith("application/apply-patch+") ? "APPLY" : "PATCH";
            case "get", "list", "watch", "delete", "deletecollection" ->
                info.verb().toUpperCase(Locale.ROOT);
            default -> "other";
        };
    }

    boolean longRunning() {
        return verb.equals("WATCH");
    }

    boolean read() {
        return verb.equals("GET") || verb.equals("LIST");
    }

    boolean mutating() {
        return !read() && !longRunning() && !verb.equals("HEAD");
    }

    /** Values of verb, group, version, resource, subresource, scope, component. */
    String[] request() {
        return new String[] {verb, group, version, resource, subresource, scope, COMPONENT};
    }

    /** The same with dry_run in second place. */
    String[] timed() {
        return new String[] {verb, dryRun, group, version, resource, subresource, scope, COMPONENT};
    }

    /** The same with the answer's code at the end. */
    String[] counted(int code) {
        String[] timed = timed();
        String[] counted = Arrays.copyOf(timed, timed.length + 1);
        counted[timed.length] = Integer.toString(code);
        return counted;
    }
}
