package io.tholepin.etcdprotocol;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.tholepin.etcdprotocol.ServerObserver.CallType;
import io.tholepin.etcdprotocol.ServerObserver.Method;
import java.util.HashMap;
import java.util.Map;

/** Tells an observer of every call on a server. */
final class CallMeter extends ServerStreamTracer.Factory {
    private final ServerObserver observer;

    /** By full method name; complete before the first call. */
    private final Map<String, Method> methods = new HashMap<>();

    CallMeter(ServerObserver observer) {
        this.observer = observer;
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
        return new Tracer(observer, method);
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
        private final Method method;
        private final long began = System.nanoTime();

        Tracer(ServerObserver observer, Method method) {
            this.observer = observer;
            this.method = method;
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
            observer.bytesReceived(bytes);
        }

        @Override
        public void outboundWireSize(long bytes) {
            observer.bytesSent(bytes);
        }

        @Override
        public void streamClosed(Status status) {
            observer.callEnded(method, StatusMapping.goName(status.getCode()), System.nanoTime() - began);
        }
    }
}
