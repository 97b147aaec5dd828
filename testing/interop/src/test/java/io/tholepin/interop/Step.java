package io.tholepin.interop;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.MethodDescriptor;
import io.tholepin.etcdwire.etcdserverpb.LeaseKeepAliveRequest;
import io.tholepin.etcdwire.etcdserverpb.WatchCreateRequest;
import org.jspecify.annotations.Nullable;

/** One thing that a differential run does to both servers. Its text is enough to do it by hand. */
sealed interface Step {
    /**
     * One unary request.
     *
     * @param user whose token goes with it; null for none
     */
    record Call(
            MethodDescriptor<?, ?> method,
            Message request,
            @Nullable String user) implements Step {
        @Override
        public String toString() {
            return method.getBareMethodName() + "{" + text(request) + "}" + (user == null ? "" : " as " + user);
        }
    }

    /** One keep-alive on a stream of its own. */
    record KeepAlive(
            LeaseKeepAliveRequest request, @Nullable String user) implements Step {
        @Override
        public String toString() {
            return "LeaseKeepAlive{" + text(request) + "}";
        }
    }

    /** A watch on one of the run's streams. */
    record OpenWatch(int stream, WatchCreateRequest request) implements Step {
        @Override
        public String toString() {
            return "watch stream " + stream + " {" + text(request) + "}";
        }
    }

    /** The end of a watch, or of none. */
    record CancelWatch(int stream, long id) implements Step {
        @Override
        public String toString() {
            return "cancel stream " + stream + " watch " + id;
        }
    }

    /** Waits until every watch has heard what it is owed, and compares what all heard, and the hash of everything. */
    record Settle() implements Step {
        @Override
        public String toString() {
            return "settle";
        }
    }

    private static String text(Message message) {
        String text = TextFormat.printer().shortDebugString(message);
        return text.length() > 600 ? text.substring(0, 600) + "... (" + text.length() + ")" : text;
    }
}
