package io.tholepin.etcdprotocol;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.tholepin.etcdprotocol.ServerObserver.CallType;
import io.tholepin.etcdprotocol.ServerObserver.Method;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells an observer of every call on a server. */
final class CallMeter extends ServerStreamTracer.Factory {
    private final ServerObserver observer;
    private final SlowCalls slow;

    /** By full method name; complete before the first call. */
    private final Map<String, Method> methods = new HashMap<>();

    CallMeter(ServerObserver observer, SlowCalls slow) {
        this.observer = observer;
        this.slow = slow;
    }

    /** Takes note of a service's methods; before the first call. */
    void learn(ServiceDescriptor service) {
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
            Method served = of(method);
            methods.put(method.getFullMethodName(), served);
            observer.methodServed(served);
        }
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        Method method = methods.get(fullMethodName);
        if (method == null) {
            return new ServerStreamTracer() {};
        }
        String version = headers.get(CallGate.API_VERSION);
        observer.clientRequest(method.type(), version == null || version.isEmpty() ? "unknown" : version);
        observer.callStarted(method);
        return new Tracer(observer, slow, method);
    }

    /** As metrics name it. */
    static Method of(MethodDescriptor<?, ?> method) {
        return new Method(
                String.valueOf(method.getServiceName()),
                String.valueOf(method.getBareMethodName()),
                type(method.getType()));
    }

    private static CallType type(MethodDescriptor.MethodType type) {
        return switch (type) {
            case UNARY, UNKNOWN -> CallType.UNARY;
            case CLIENT_STREAMING -> CallType.CLIENT_STREAM;
            case SERVER_STREAMING -> CallType.SERVER_STREAM;
            case BIDI_STREAMING -> CallType.BIDI_STREAM;
        };
    }

    private static final class Tracer extends ServerStreamTracer {
        private final ServerObserver observer;
        private final SlowCalls slow;
        private final Method method;
        private final long began = System.nanoTime();
        private volatile @Nullable SocketAddress remote;

        // For the log alone: another thread's last addition may be missed there.
        private long bytesIn;
        private long bytesOut;

        Tracer(ServerObserver observer, SlowCalls slow, Method method) {
            this.observer = observer;
            this.slow = slow;
            this.method = method;
        }

        @Override
        public void serverCallStarted(ServerCallInfo<?, ?> call) {
            remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        }

        @Override
        public void inboundMessage(int seqNo) {
            observer.messageReceived(method);
        }

        @Override
        public void outboundMessage(int seqNo) {
            observer.messagesSent(method, 1);
        }

        @Override
        public void inboundWireSize(long bytes) {
            bytesIn += bytes;
            observer.bytesReceived(bytes);
        }

        @Override
        public void outboundWireSize(long bytes) {
            bytesOut += bytes;
            observer.bytesSent(bytes);
        }

        @Override
        public void streamClosed(Status status) {
            String code = StatusMapping.goName(status.getCode());
            long nanos = System.nanoTime() - began;
            observer.callEnded(method, code, nanos);
            slow.ended(method, remote, code, new SlowCalls.Spent(nanos, bytesIn, bytesOut));
        }
    }
}
