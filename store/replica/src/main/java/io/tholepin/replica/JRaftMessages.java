package io.tholepin.replica;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowResponse;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/** JRaft's messages as bodies of ours. An answer begins with a byte that says whether it is JRaft's error message. */
final class JRaftMessages {
    private static final byte TYPED = 0;
    private static final byte ERROR = 1;

    private JRaftMessages() {}

    /** Number of the message that {@code request} is sent as; 0 when it never leaves this member. */
    static int type(Object request) {
        return switch (request) {
            case AppendEntriesRequest _ -> PeerMessages.APPEND_ENTRIES;
            case RequestVoteRequest _ -> PeerMessages.REQUEST_VOTE;
            case TimeoutNowRequest _ -> PeerMessages.TIMEOUT_NOW;
            case ReadIndexRequest _ -> PeerMessages.READ_INDEX;
            case InstallSnapshotRequest _ -> PeerMessages.INSTALL_SNAPSHOT;
            default -> 0;
        };
    }

    static Message request(int type, ByteBuffer body) throws InvalidProtocolBufferException {
        return switch (type) {
            case PeerMessages.APPEND_ENTRIES -> AppendEntriesRequest.parseFrom(body);
            case PeerMessages.REQUEST_VOTE -> RequestVoteRequest.parseFrom(body);
            case PeerMessages.TIMEOUT_NOW -> TimeoutNowRequest.parseFrom(body);
            case PeerMessages.READ_INDEX -> ReadIndexRequest.parseFrom(body);
            case PeerMessages.INSTALL_SNAPSHOT -> InstallSnapshotRequest.parseFrom(body);
            default -> throw new IllegalArgumentException("type: " + type);
        };
    }

    static Message answer(int type, ByteBuffer body) throws InvalidProtocolBufferException {
        if (body.get() == ERROR) {
            return ErrorResponse.parseFrom(body);
        }
        return switch (type) {
            case PeerMessages.APPEND_ENTRIES -> AppendEntriesResponse.parseFrom(body);
            case PeerMessages.REQUEST_VOTE -> RequestVoteResponse.parseFrom(body);
            case PeerMessages.TIMEOUT_NOW -> TimeoutNowResponse.parseFrom(body);
            case PeerMessages.READ_INDEX -> ReadIndexResponse.parseFrom(body);
            case PeerMessages.INSTALL_SNAPSHOT -> InstallSnapshotResponse.parseFrom(body);
            default -> throw new IllegalArgumentException("type: " + type);
        };
    }

    static PeerBody request(Message request) {
        return new Body(request, 0, TYPED);
    }

    static PeerBody answer(Message answer) {
        return new Body(answer, 1, answer instanceof ErrorResponse ? ERROR : TYPED);
    }

    private record Body(Message message, int prefix, byte kind) implements PeerBody {
        @Override
        public int size() {
            return prefix + message.getSerializedSize();
        }

        @Override
        public void write(ByteBuffer out) {
            if (prefix > 0) {
                out.put(kind);
            }
            try {
                CodedOutputStream coded = CodedOutputStream.newInstance(out);
                message.writeTo(coded);
                coded.flush();
            } catch (IOException full) {
                throw new UncheckedIOException(full);
            }
        }
    }
}
