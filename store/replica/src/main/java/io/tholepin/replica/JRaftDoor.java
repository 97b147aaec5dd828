package io.tholepin.replica;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.RpcResponseClosureAdapter;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What peers ask of JRaft. AppendEntries is handed over on the connection's thread, which keeps the order; votes and
 * reads have a thread, and an installation, which may take minutes, has another.
 */
final class JRaftDoor implements AutoCloseable {
    /** Most votes and reads that wait. */
    private static final int WAITING_MAX = 1_024;

    /** Installations at a time: one that runs, and one that JRaft sends after it. */
    private static final int INSTALLATIONS_MAX = 2;

    private static final int IDLE_SECONDS = 10;

    private final NodeImpl node;
    private final JRaftOptions options;
    private final ThreadPoolExecutor votes = pool("replica-votes", 1, WAITING_MAX);
    private final ThreadPoolExecutor installations = pool("replica-install-", INSTALLATIONS_MAX, 1);
    private volatile boolean closed;

    JRaftDoor(NodeImpl node, JRaftOptions options) {
        this.node = node;
        this.options = options;
    }

    /** Takes calls from now on; those before the node has started are refused by it. */
    void open(PeerTransport transport) {
        transport.handle(PeerMessages.APPEND_ENTRIES, (from, body, answer) -> {
            Message request = parse(PeerMessages.APPEND_ENTRIES, body);
            if (request instanceof AppendEntriesRequest append && isFrom(append.getServerId(), from, answer)) {
                respond(answer, node.handleAppendEntriesRequest(append, closure(answer)));
            }
        });
        transport.handle(PeerMessages.REQUEST_VOTE, (from, body, answer) -> {
            Message request = parse(PeerMessages.REQUEST_VOTE, body);
            if (request instanceof RequestVoteRequest vote && isFrom(vote.getServerId(), from, answer)) {
                run(
                        votes,
                        answer,
                        () -> respond(
                                answer,
                                vote.getPreVote()
                                        ? node.handlePreVoteRequest(vote)
                                        : node.handleRequestVoteRequest(vote)));
            }
        });
        transport.handle(PeerMessages.TIMEOUT_NOW, (from, body, answer) -> {
            Message request = parse(PeerMessages.TIMEOUT_NOW, body);
            if (request instanceof TimeoutNowRequest now && isFrom(now.getServerId(), from, answer)) {
                run(votes, answer, () -> respond(answer, node.handleTimeoutNowRequest(now, closure(answer))));
            }
        });
        transport.handle(PeerMessages.READ_INDEX, (from, body, answer) -> {
            Message request = parse(PeerMessages.READ_INDEX, body);
            if (request instanceof ReadIndexRequest read && isFrom(read.getServerId(), from, answer)) {
                run(votes, answer, () -> node.handleReadIndexRequest(read, new ReadAnswer(answer)));
            }
        });
        transport.handle(PeerMessages.INSTALL_SNAPSHOT, (from, body, answer) -> {
            Message request = parse(PeerMessages.INSTALL_SNAPSHOT, body);
            if (request instanceof InstallSnapshotRequest install && isFrom(install.getServerId(), from, answer)) {
                run(installations, answer, () -> respond(answer, node.handleInstallSnapshot(install, closure(answer))));
            }
        });
        transport.listener(new PeerTransport.Listener() {
            @Override
            public void connected(long peer) {
                // A replicator that could not start begins anew at once; it takes the node's lock.
                ReplicatorGroup replicators = options.replicators();
                if (replicators != null && !closed) {
                    votes.execute(() -> replicators.checkReplicator(JRaftPeer.of(peer), true));
                }
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        votes.shutdown();
        installations.shutdown();
    }

    private static @Nullable Message parse(int type, ByteBuffer body) {
        try {
            return JRaftMessages.request(type, body);
        } catch (InvalidProtocolBufferException malformed) {
            throw new IllegalArgumentException("malformed message " + type, malformed);
        }
    }

    /** A peer speaks for itself alone. */
    private boolean isFrom(String name, long from, PeerHandler.Answer answer) {
        if (closed || !JRaftPeer.is(name, from)) {
            answer.refuse(closed ? "stopping" : "a message of " + name + " from " + MemberIds.text(from));
            return false;
        }
        return true;
    }

    private static void run(ThreadPoolExecutor pool, PeerHandler.Answer answer, Runnable task) {
        try {
            pool.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException failure) {
                    answer.refuse("failed: " + failure.getMessage());
                }
            });
        } catch (RejectedExecutionException full) {
            answer.refuse("too many requests");
        }
    }

    private static void respond(PeerHandler.Answer answer, @Nullable Message response) {
        if (response != null) {
            answer.send(JRaftMessages.answer(response));
        }
    }

    private static RpcRequestClosure closure(PeerHandler.Answer answer) {
        return new RpcRequestClosure(new Context(answer));
    }

    private static ThreadPoolExecutor pool(String name, int threads, int waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waiting),
                Thread.ofPlatform().daemon().name(name).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private record Context(PeerHandler.Answer answer) implements RpcContext {
        @Override
        public void sendResponse(Object response) {
            answer.send(JRaftMessages.answer((Message) response));
        }

        @Override
        public @Nullable Connection getConnection() {
            return null;
        }

        @Override
        public String getRemoteAddress() {
            return "";
        }
    }

    private static final class ReadAnswer extends RpcResponseClosureAdapter<ReadIndexResponse> {
        private final PeerHandler.Answer answer;

        ReadAnswer(PeerHandler.Answer answer) {
            this.answer = answer;
        }

        @Override
        public void run(Status status) {
            ReadIndexResponse response = getResponse();
            if (status.isOk() && response != null) {
                answer.send(JRaftMessages.answer(response));
            } else {
                answer.refuse(String.valueOf(status.getErrorMsg()));
            }
        }
    }
}
