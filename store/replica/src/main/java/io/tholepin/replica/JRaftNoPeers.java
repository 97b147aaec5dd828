package io.tholepin.replica;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import org.jspecify.annotations.Nullable;

/**
 * JRaft's transport for a group of one: there is nobody to talk to, so no socket is opened and every call fails. It
 * takes the place of JRaft's own, whose libraries (Bolt, Hessian) are left out. Public only because JRaft creates it by
 * name (META-INF/services).
 */
@SPI(priority = 10)
public final class JRaftNoPeers implements RaftRpcFactory {
    /** For JRaft's service loader. */
    public JRaftNoPeers() {}

    @Override
    public void registerProtobufSerializer(String className, Object... args) {
        // Nothing is sent.
    }

    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
        return new NoClient();
    }

    @Override
    public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> helper) {
        throw new UnsupportedOperationException("a group of one serves no peers");
    }

    private static final class NoClient implements RpcClient {
        @Override
        public boolean init(RpcOptions options) {
            return true;
        }

        @Override
        public void shutdown() {
            // Nothing was opened.
        }

        @Override
        public boolean checkConnection(Endpoint endpoint) {
            return false;
        }

        @Override
        public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
            return false;
        }

        @Override
        public void closeConnection(Endpoint endpoint) {
            // Nothing was opened.
        }

        @Override
        public void registerConnectEventListener(ReplicatorGroup replicatorGroup) {
            // Nobody connects.
        }

        @Override
        public Object invokeSync(Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMs)
                throws RemotingException {
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
            throw new RemotingException("no peer at " + endpoint);
        }
    }
}
