package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.etcdwire.etcdserverpb.PutRequest;
import io.tholepin.etcdwire.etcdserverpb.RangeRequest;

/**
 * Calls a server over gRPC as clients do, so that a training run of the JVM sees what every start needs. Of no use to
 * anybody else.
 */
public final class Rehearsal {
    private static final int CALLS = 50;

    private Rehearsal() {}

    /** Puts and reads a key some times at a port of this machine that serves without TLS. Blocks. */
    public static void perform(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            KVGrpc.KVBlockingStub keys = KVGrpc.newBlockingStub(channel);
            ByteString key = ByteString.copyFromUtf8("rehearsal");
            for (int i = 0; i < CALLS; i++) {
                keys.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
                keys.range(RangeRequest.newBuilder().setKey(key).build());
            }
        } finally {
            channel.shutdownNow();
        }
    }
}
