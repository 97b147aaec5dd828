package io.tholepin.replica;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * JRaft's way to its peers: a {@link PeerTransport} that comes with {@link JRaftOptions}, or nobody in a group of one,
 * where every call fails. It takes the place of JRaft's own, whose libraries (Bolt, Hessian) are left out. Public only
 * because JRaft creates it by name (META-INF/services).
 *
 * <p>JRaft calls with its node's lock held, so nothing here waits: a peer that is not connected at the moment fails the
 * call. Answers to AppendEntries are handled on the connection's thread, all others on JRaft's.
 */
@SPI(priority = 10)
public final class JRaftTransport implements RaftRpcFactory {
    /** For JRaft's service loader. */
    public JRaftTransport() {}

    @Override
    public void registerProtobufSerializer(String className, Object... args) {
        // Messages have numbers; JRaftMessages knows them.
    }

    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
        return new Client();
    }

    @Override
    public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> helper) {
        throw new UnsupportedOperationException("peers come in through PeerTransport");
    }

    private static final class Client implements RpcClient {
        private @Nullable PeerTransport transport;
        private @Nullable ReplicatorGroup replicators;

        @Override
        public boolean init(RpcOptions options) {
            transport = options instanceof JRaftOptions ours ? ours.transport() : null;
            if (options instanceof JRaftOptions ours && replicators != null) {
                ours.replicators(replicators);
            }
            return true;
        }

        @Override
        public void shutdown() {
            // The transport belongs to the member, not to JRaft.
        }

        @Override
        public boolean checkConnection(Endpoint endpoint) {
            return transport != null && transport.isConnected(JRaftPeer.member(endpoint));
        }

        @Override
        public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
            // Every member of the cluster has a connection or one that is being opened.
            return checkConnection(endpoint);
        }

        @Override
        public void closeConnection(Endpoint endpoint) {
            if (transport != null) {
                transport.reset(JRaftPeer.member(endpoint));
            }
        }

        @Override
        public void registerConnectEventListener(ReplicatorGroup replicatorGroup) {
            replicators = replicatorGroup;
        }

        @Override
        public Object invokeSync(Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMs)
                throws RemotingException {
            // JRaft's ping of a peer that is not connected: to wait here would hold the node's lock.
            throw new RemotingException("no peer at " + endpoint);
        }

        @Override
        public void invokeAsync(
                Endpoint endpoint,
                Object request,
                @Nullable InvokeContext context,
                InvokeCallback callback,
                long timeoutMs)
                throws RemotingException {
            int type = JRaftMessages.type(request);
            if (transport == null || type == 0) {
                throw new RemotingException("no peer at " + endpoint);
            }
            PeerFailure failure = transport.call(
                    JRaftPeer.member(endpoint),
                    type,
                    JRaftMessages.request((Message) request),
                    timeoutMs,
                    (answer, lost) -> answered(type, answer, lost, callback));
            if (failure != null) {
                throw new RemotingException(failure.text());
            }
        }

        private static void answered(
                int type, @Nullable ByteBuffer answer, @Nullable PeerFailure failure, InvokeCallback callback) {
            Object message = null;
            Throwable error = null;
            try {
                if (answer != null) {
                    message = JRaftMessages.answer(type, answer);
                } else {
                    error = error(failure);
                }
            } catch (InvalidProtocolBufferException malformed) {
                error = malformed;
            }
            Executor executor = callback.executor();
            if (type == PeerMessages.APPEND_ENTRIES || executor == null) {
                callback.complete(message, error);
                return;
            }
            Object told = message;
            Throwable why = error;
            try {
                executor.execute(() -> callback.complete(told, why));
            } catch (RejectedExecutionException full) {
                callback.complete(told, why);
            }
        }

        private static Throwable error(@Nullable PeerFailure failure) {
            String text = failure == null ? "no answer" : failure.text();
            return failure != null && failure.kind() == PeerFailure.Kind.LOST
                    ? new InvokeTimeoutException(text)
                    : new RemotingException(text);
        }
    }
}
