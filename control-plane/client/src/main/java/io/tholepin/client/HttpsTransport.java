package io.tholepin.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Predicate;

/**
 * Calls an API server over HTTPS as the user of a client certificate. All calls share one connection where the server
 * speaks HTTP/2; whoever needs more than one opens more transports. Thread-safe.
 */
public final class HttpsTransport implements Transport, AutoCloseable {
    private static final int STREAM_BUFFER_BYTES = 64 << 10;

    private final HttpClient http;
    private final URI server;
    private final Duration timeout;

    /**
     * Connects on the first call.
     *
     * @param timeout longest wait for the head of an answer; a later answer is {@link ApiException} with code 0
     */
    public HttpsTransport(ClusterAccess access, Duration timeout) {
        this.http = HttpClient.newBuilder().sslContext(access.tls()).build();
        this.server = access.server();
        this.timeout = timeout;
    }

    @Override
    public Reply send(Call call) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = http.send(request(call), HttpResponse.BodyHandlers.ofByteArray());
            return new Reply(answer.statusCode(), answer.body());
        } catch (IOException lost) {
            throw unknown(call, lost);
        }
    }

    @Override
    public void stream(Call call, Predicate<byte[]> line) throws InterruptedException {
        try {
            HttpResponse<InputStream> answer = http.send(request(call), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = new BufferedInputStream(answer.body(), STREAM_BUFFER_BYTES)) {
                if (answer.statusCode() != 200) {
                    throw ApiException.of(call, new Reply(answer.statusCode(), body.readAllBytes()));
                }
                lines(body, line);
            }
        } catch (IOException lost) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw unknown(call, lost);
        }
    }

    private static void lines(InputStream body, Predicate<byte[]> line) throws IOException {
        ByteArrayOutputStream taken = new ByteArrayOutputStream(4096);
        for (int next = body.read(); next >= 0; next = body.read()) {
            if (next != '\n') {
                taken.write(next);
            } else if (line.test(taken.toByteArray())) {
                taken.reset();
            } else {
                return;
            }
        }
    }

    private HttpRequest request(Call call) {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(call.path() + query(call.query())))
                .timeout(timeout)
                .header("Accept", call.accept())
                .method(
                        call.method(),
                        call.body().length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(call.body()));
        return call.contentType().isEmpty()
                ? request.build()
                : request.header("Content-Type", call.contentType()).build();
    }

    private static String query(Map<String, String> query) {
        StringJoiner text = new StringJoiner("&", "?", "").setEmptyValue("");
        query.forEach((name, value) -> text.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return text.toString();
    }

    private static ApiException unknown(Call call, IOException lost) {
        return new ApiException(0, "", call.method() + " " + call.path() + ": " + lost, lost);
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
