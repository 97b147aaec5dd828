package io.tholepin.interop;

import com.google.protobuf.ByteString;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeResponse;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A client of all members that does what Go's clientv3 does by itself: it takes the members in turn, waits for one that
 * is connected, repeats reads that no member could serve, and writes only when they reached no member. Thread-safe.
 * Source: contract 1.3.
 */
final class ManyMembersClient implements AutoCloseable {
    private static final int ATTEMPTS_MAX = 100;
    private static final long BACKOFF_MILLIS = 25;
    private static final long PATIENCE_SECONDS = 20;
    private static final String SCHEME = "members";
    private static final Set<String> NEVER_SENT =
            Set.of("there is no address available", "there is no connection available");

    private static final Members MEMBERS = new Members();

    private final ManagedChannel channel;

    /** @param addresses host:port of each member */
    ManyMembersClient(List<String> addresses) {
        NameResolverRegistry.getDefaultRegistry().register(MEMBERS); // the same again changes nothing
        channel = NettyChannelBuilder.forTarget(SCHEME + ":///" + String.join(",", addresses))
                .defaultLoadBalancingPolicy("round_robin")
                .usePlaintext()
                .build();
    }

    /** @throws StatusRuntimeException what clientv3 would give to its caller */
    long put(String key, String value) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
        return attempt(stub -> stub.put(request), status -> NEVER_SENT.contains(status.getDescription()))
                .getHeader()
                .getRevision();
    }

    /** @throws StatusRuntimeException what clientv3 would give to its caller */
    RangeResponse get(String key) {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
        return attempt(stub -> stub.range(request), _ -> true);
    }

    private <T> T attempt(Function<KVGrpc.KVBlockingStub, T> call, Predicate<Status> again) {
        for (int attempt = 1; ; attempt++) {
            try {
                return call.apply(KVGrpc.newBlockingStub(channel)
                        .withWaitForReady()
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS));
            } catch (StatusRuntimeException e) {
                boolean unavailable = e.getStatus().getCode() == Status.Code.UNAVAILABLE;
                if (!unavailable || !again.test(e.getStatus()) || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
                EtcdCluster.pause(BACKOFF_MILLIS);
            }
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Finds the addresses in the target itself. */
    private static final class Members extends NameResolverProvider {
        @Override
        public NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
            List<EquivalentAddressGroup> members = Stream.of(
                            target.getPath().substring(1).split(","))
                    .map(Members::address)
                    .toList();
            return new NameResolver() {
                @Override
                public String getServiceAuthority() {
                    return SCHEME;
                }

                @Override
                public void start(Listener2 listener) {
                    listener.onResult(ResolutionResult.newBuilder()
                            .setAddressesOrError(StatusOr.fromValue(members))
                            .build());
                }

                @Override
                public void shutdown() {}
            };
        }

        private static EquivalentAddressGroup address(String text) {
            int colon = text.lastIndexOf(':');
            return new EquivalentAddressGroup(
                    new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1))));
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 5;
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }

        @Override
        public Set<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
            return Set.of(InetSocketAddress.class);
        }
    }
}
