package io.tholepin.etcdprotocol;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.tholepin.etcdwire.etcdserverpb.AuthGrpc;
import io.tholepin.etcdwire.etcdserverpb.ClusterGrpc;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.LeaseGrpc;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.WatchGrpc;
import io.tholepin.etcdwire.v3electionpb.ElectionGrpc;
import io.tholepin.etcdwire.v3lockpb.LockGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests as JSON and gives them to the same services as gRPC does, through a channel within the process: what
 * is counted, refused or permitted there is so here. A certificate's name never counts here. Over a WebSocket each
 * message is a request, and each answer a message. Thread-safe; nothing blocks. Source: contract 1.4 and 1.12.
 */
final class Gateway implements AutoCloseable {
    /** Paths below /v3, and the method of each. */
    private static final String ROUTES = """
            kv/range etcdserverpb.KV/Range
            kv/put etcdserverpb.KV/Put
            kv/deleterange etcdserverpb.KV/DeleteRange
            kv/txn etcdserverpb.KV/Txn
            kv/compaction etcdserverpb.KV/Compact
            watch etcdserverpb.Watch/Watch
            lease/grant etcdserverpb.Lease/LeaseGrant
            lease/revoke etcdserverpb.Lease/LeaseRevoke
            kv/lease/revoke etcdserverpb.Lease/LeaseRevoke
            lease/keepalive etcdserverpb.Lease/LeaseKeepAlive
            lease/timetolive etcdserverpb.Lease/LeaseTimeToLive
            kv/lease/timetolive etcdserverpb.Lease/LeaseTimeToLive
            lease/leases etcdserverpb.Lease/LeaseLeases
            kv/lease/leases etcdserverpb.Lease/LeaseLeases
            cluster/member/add etcdserverpb.Cluster/MemberAdd
            cluster/member/remove etcdserverpb.Cluster/MemberRemove
            cluster/member/update etcdserverpb.Cluster/MemberUpdate
            cluster/member/list etcdserverpb.Cluster/MemberList
            cluster/member/promote etcdserverpb.Cluster/MemberPromote
            maintenance/alarm etcdserverpb.Maintenance/Alarm
            maintenance/status etcdserverpb.Maintenance/Status
            maintenance/defragment etcdserverpb.Maintenance/Defragment
            maintenance/hash etcdserverpb.Maintenance/Hash
            maintenance/hashkv etcdserverpb.Maintenance/HashKV
            maintenance/snapshot etcdserverpb.Maintenance/Snapshot
            maintenance/transfer-leadership etcdserverpb.Maintenance/MoveLeader
            maintenance/downgrade etcdserverpb.Maintenance/Downgrade
            auth/enable etcdserverpb.Auth/AuthEnable
            auth/disable etcdserverpb.Auth/AuthDisable
            auth/status etcdserverpb.Auth/AuthStatus
            auth/authenticate etcdserverpb.Auth/Authenticate
            auth/user/add etcdserverpb.Auth/UserAdd
            auth/user/get etcdserverpb.Auth/UserGet
            auth/user/list etcdserverpb.Auth/UserList
            auth/user/delete etcdserverpb.Auth/UserDelete
            auth/user/changepw etcdserverpb.Auth/UserChangePassword
            auth/user/grant etcdserverpb.Auth/UserGrantRole
            auth/user/revoke etcdserverpb.Auth/UserRevokeRole
            auth/role/add etcdserverpb.Auth/RoleAdd
            auth/role/get etcdserverpb.Auth/RoleGet
            auth/role/list etcdserverpb.Auth/RoleList
            auth/role/delete etcdserverpb.Auth/RoleDelete
            auth/role/grant etcdserverpb.Auth/RoleGrantPermission
            auth/role/revoke etcdserverpb.Auth/RoleRevokePermission
            lock/lock v3lockpb.Lock/Lock
            lock/unlock v3lockpb.Lock/Unlock
            election/campaign v3electionpb.Election/Campaign
            election/proclaim v3electionpb.Election/Proclaim
            election/leader v3electionpb.Election/Leader
            election/observe v3electionpb.Election/Observe
            election/resign v3electionpb.Election/Resign
            """;

    private static final List<ServiceDescriptor> SERVICES = List.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor());

    private static final String METADATA_PREFIX = "grpc-metadata-";
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String JSON = "application/json";
    private static final String BEARER = "Bearer";

    private final Map<String, MethodDescriptor<Message, Message>> routes;
    private final Server server;
    private final ManagedChannel channel;

    /** Opens a channel to {@code services}, which stay their owner's to close. */
    Gateway(EtcdServices services) {
        String name = InProcessServerBuilder.generateName();
        InProcessServerBuilder builder = InProcessServerBuilder.forName(name)
                .directExecutor()
                .addStreamTracerFactory(services.meter())
                .intercept(services.gate());
        services.definitions().forEach(builder::addService);
        routes = routes();
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    }

    /** Answers a request for a path below {@code /v3/}; {@code headers} go with the answer. */
    void handle(HttpExchange exchange, String path, Map<String, String> headers) {
        headers.put("Content-Type", JSON);
        MethodDescriptor<Message, Message> method = routes.get(path);
        if (method == null) {
            fail(exchange, headers, 404, Status.NOT_FOUND.withDescription("Not Found"));
            return;
        }
        if (exchange.asksForSocket()) {
            socket(exchange, method, headers);
            return;
        }
        if (!exchange.method().equals("POST")) {
            fail(exchange, headers, 501, Status.UNIMPLEMENTED.withDescription("Method Not Allowed"));
            return;
        }
        String body = new String(exchange.body(), StandardCharsets.UTF_8);
        try {
            Message prototype = prototype(method);
            boolean row = !method.getType().clientSendsOneMessage();
            List<String> texts = row ? JsonDialect.split(body) : List.of(body);
            Message[] requests = new Message[texts.size()];
            for (int i = 0; i < requests.length; i++) {
                requests[i] = JsonDialect.read(texts.get(i), prototype);
            }
            GatewayCall call = new GatewayCall(exchange, headers, method, false);
            call.start(channel.newCall(method, CallOptions.DEFAULT), metadata(exchange), requests);
        } catch (InvalidProtocolBufferException malformed) {
            refuse(exchange, headers, malformed);
        }
    }

    private void socket(HttpExchange exchange, MethodDescriptor<Message, Message> method, Map<String, String> headers) {
        String protocol = bearer(exchange).isEmpty() ? "" : BEARER;
        exchange.openSocket(protocol, new Socket(exchange, method, headers));
    }

    /** One WebSocket: its first message opens the call; a stream takes those that follow. */
    private final class Socket implements Consumer<String> {
        private final HttpExchange exchange;
        private final MethodDescriptor<Message, Message> method;
        private final Map<String, String> headers;
        private @Nullable GatewayCall call;
        private boolean enough;

        Socket(HttpExchange exchange, MethodDescriptor<Message, Message> method, Map<String, String> headers) {
            this.exchange = exchange;
            this.method = method;
            this.headers = headers;
        }

        @Override
        public void accept(String text) {
            if (enough) {
                return;
            }
            Message request;
            try {
                request = JsonDialect.read(text, prototype(method));
            } catch (InvalidProtocolBufferException malformed) {
                enough = true;
                if (call == null) {
                    refuse(exchange, headers, malformed);
                }
                return;
            }
            GatewayCall open = call;
            if (open != null) {
                open.send(request);
                return;
            }
            enough = method.getType().clientSendsOneMessage();
            open = new GatewayCall(exchange, headers, method, !enough);
            call = open;
            open.start(channel.newCall(method, CallOptions.DEFAULT), metadata(exchange), request);
        }
    }

    /** The token that a browser sends for want of other headers; empty for none. */
    private static String bearer(HttpExchange exchange) {
        List<String> protocols = exchange.headers("Sec-WebSocket-Protocol");
        String[] words =
                protocols.isEmpty() ? new String[0] : protocols.getFirst().split(",", 2);
        return words.length == 2 && words[0].trim().equals(BEARER) ? words[1].trim() : "";
    }

    private static void refuse(
            HttpExchange exchange, Map<String, String> headers, InvalidProtocolBufferException malformed) {
        fail(exchange, headers, 400, Status.INVALID_ARGUMENT.withDescription(malformed.getMessage()));
    }

    private static void fail(HttpExchange exchange, Map<String, String> headers, int http, Status status) {
        exchange.respond(http, headers, GatewayCall.error(status).getBytes(StandardCharsets.UTF_8));
    }

    private static Message prototype(MethodDescriptor<Message, Message> method) {
        MethodDescriptor.PrototypeMarshaller<Message> marshaller =
                (MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller();
        Message prototype = marshaller.getMessagePrototype();
        if (prototype == null) {
            throw new AssertionError(method.getFullMethodName());
        }
        return prototype;
    }

    /** What a request's headers say to the service. */
    private static Metadata metadata(HttpExchange exchange) {
        Metadata metadata = new Metadata();
        List<String> accept = exchange.headers("Accept");
        metadata.put(Access.GATEWAY, accept.isEmpty() ? "*/*" : accept.getFirst());
        List<String> authorization = exchange.headers("Authorization");
        String bearer = bearer(exchange);
        if (!authorization.isEmpty()) {
            metadata.put(AUTHORIZATION, authorization.getFirst());
        } else if (!bearer.isEmpty()) {
            metadata.put(AUTHORIZATION, BEARER + " " + bearer);
        }
        for (Map.Entry<String, String> header : exchange.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.matches(METADATA_PREFIX + "[0-9a-z_.-]+") && !name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                String key = name.substring(METADATA_PREFIX.length());
                metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), header.getValue());
            }
        }
        return metadata;
    }

    private static Map<String, MethodDescriptor<Message, Message>> routes() {
        Map<String, MethodDescriptor<Message, Message>> methods = methods();
        Map<String, MethodDescriptor<Message, Message>> routes = new HashMap<>();
        ROUTES.lines().forEach(line -> {
            String[] pair = line.split(" ");
            MethodDescriptor<Message, Message> method = methods.get(pair[1]);
            if (method == null) {
                throw new AssertionError("no method " + pair[1]);
            }
            routes.put("/v3/" + pair[0], method);
        });
        return Map.copyOf(routes);
    }

    /** Every method as its clients see it, by full name; a service may have its answers in other forms. */
    static Map<String, MethodDescriptor<Message, Message>> methods() {
        Map<String, MethodDescriptor<Message, Message>> methods = new HashMap<>();
        for (ServiceDescriptor service : SERVICES) {
            for (MethodDescriptor<?, ?> method : service.getMethods()) {
                // Every service here speaks protobuf.
                @SuppressWarnings("unchecked")
                var descriptor = (MethodDescriptor<Message, Message>) method;
                methods.put(descriptor.getFullMethodName(), descriptor);
            }
        }
        return methods;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }
}
