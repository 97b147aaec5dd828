package io.tholepin.etcdprotocol;

import com.google.protobuf.Message;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.tholepin.etcdprotocol.HttpExchange.HttpStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One request that came as JSON, on its way through a service. A stream of answers becomes lines of
 * {@code {"result":...}}; the next answer is asked for when the client has taken the one before. When the client goes,
 * the call is cancelled.
 */
final class GatewayCall extends ClientCall.Listener<Message> {
    private final HttpExchange exchange;
    private final Map<String, String> headers;
    private final boolean streams;
    private final boolean keepsOpen;
    private final AtomicBoolean wantsMore = new AtomicBoolean();
    private @Nullable ClientCall<Message, Message> call;
    private @Nullable HttpStream stream;
    private @Nullable Message answer;
    private @Nullable Status early;
    private boolean started;

    /**
     * Prepares an answer.
     *
     * @param headers go with it
     * @param moreComes whether {@link #send} will be called
     */
    GatewayCall(HttpExchange exchange, Map<String, String> headers, MethodDescriptor<?, ?> method, boolean moreComes) {
        this.exchange = exchange;
        this.headers = headers;
        this.streams = !method.getType().serverSendsOneMessage();
        // A watch goes on after its last request, until the client leaves.
        this.keepsOpen = moreComes
                || method.getType() == MethodType.BIDI_STREAMING
                        && method.getFullMethodName().equals("etcdserverpb.Watch/Watch");
    }

    /** Sends everything there is to send. A call that is refused at once is answered with the status of that. */
    void start(ClientCall<Message, Message> opened, Metadata metadata, Message... requests) {
        call = opened;
        exchange.onClosed(() -> opened.cancel("the client has gone", null));
        opened.start(this, metadata);
        for (Message request : requests) {
            opened.sendMessage(request);
        }
        if (!keepsOpen) {
            opened.halfClose();
        }
        Status refused;
        synchronized (this) {
            started = true;
            refused = early;
            if (streams && refused == null) {
                HttpStream opening = exchange.stream(200, headers);
                opening.onReady(this::more);
                stream = opening;
            }
        }
        if (refused != null) {
            finish(refused);
        } else {
            opened.request(streams ? 1 : 2);
        }
    }

    /** Sends one more; the client's next messages wait while the service is behind. */
    void send(Message request) {
        ClientCall<Message, Message> open = call;
        if (open == null) {
            return;
        }
        open.sendMessage(request);
        if (!open.isReady()) {
            exchange.takeMessages(false);
            if (open.isReady()) {
                exchange.takeMessages(true); // it became so in between, and will not tell again
            }
        }
    }

    @Override
    public void onReady() {
        exchange.takeMessages(true);
    }

    @Override
    public void onMessage(Message message) {
        HttpStream open = stream;
        if (open == null) {
            answer = message;
            return;
        }
        write(open, "{\"result\":" + JsonDialect.write(message) + "}\n");
        wantsMore.set(true);
        if (open.isReady()) {
            more();
        }
    }

    private void more() {
        ClientCall<Message, Message> open = call;
        if (open != null && wantsMore.compareAndSet(true, false)) {
            open.request(1);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        synchronized (this) {
            if (!started) {
                early = status;
                return;
            }
        }
        finish(status);
    }

    private void finish(Status status) {
        HttpStream open = stream;
        if (open != null) {
            if (!status.isOk()) {
                write(open, streamError(status));
            }
            open.close();
            return;
        }
        Message last = answer;
        if (status.isOk() && (last != null || streams)) {
            respond(200, last == null ? "" : JsonDialect.write(last));
        } else {
            respond(httpStatus(status.getCode()), streams ? streamError(status) : error(status));
        }
    }

    private void respond(int status, String body) {
        exchange.respond(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(HttpStream stream, String line) {
        stream.write(line.getBytes(StandardCharsets.UTF_8));
    }

    private static String streamError(Status status) {
        return "{\"error\":" + error(status) + "}\n";
    }

    /** A failure as clients of both generations of the gateway read it. */
    static String error(Status status) {
        String text = JsonDialect.escape(String.valueOf(status.getDescription()));
        return "{\"error\":\"" + text + "\",\"code\":" + status.getCode().value() + ",\"message\":\"" + text + "\"}";
    }

    /** Source: contract 1.12. */
    static int httpStatus(Status.Code code) {
        return switch (code) {
            case OK -> 200;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS, ABORTED -> 409;
            case RESOURCE_EXHAUSTED -> 429;
            case CANCELLED -> 499;
            case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case DEADLINE_EXCEEDED -> 504;
        };
    }
}
