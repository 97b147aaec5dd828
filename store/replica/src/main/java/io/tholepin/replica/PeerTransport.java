package io.tholepin.replica;

import io.tholepin.kv.StoreObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The connections between this member and its peers: one in each direction with each, ordered, with TLS when the URLs
 * say https. Each begins with a handshake in which both sides name cluster and member.
 *
 * <p>Thread-safe. Nothing blocks but {@link #listen} and {@link #close}. Handlers are set before {@link #listen}.
 */
final class PeerTransport implements AutoCloseable {
    /** Shortest silence after which a peer is taken for dead. */
    private static final long SILENCE_MILLIS_MIN = 5_000;

    /** What happens to connections; called by their thread. */
    interface Listener {
        /** Calls to {@code peer} can be made from now on. */
        default void connected(long peer) {}

        /** The connection to {@code peer} is gone. */
        default void disconnected(long peer) {}

        /** A peer says that this member was removed for ever. */
        default void removed() {}
    }

    private final long memberId;
    private final long clusterId;
    private final StoreObserver observer;
    private final @Nullable PeerCertificates certificates;
    private final PeerLoop loop = new PeerLoop();
    private final PeerDoor door;
    private final long silenceMillis;
    private final Map<Integer, PeerHandler> handlers = new ConcurrentHashMap<>();
    private final Map<Long, PeerLink> links = new ConcurrentHashMap<>();
    private final Set<Long> cut = ConcurrentHashMap.newKeySet();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile LongPredicate removed = _ -> false;

    /**
     * Opens nothing yet.
     *
     * @throws IOException when the certificates cannot be read; the message is one line
     */
    PeerTransport(
            long clusterId,
            long memberId,
            ReplicaConfig.PeerTls tls,
            ReplicaConfig.Timing timing,
            StoreObserver observer)
            throws IOException {
        this.clusterId = clusterId;
        this.memberId = memberId;
        this.observer = observer;
        this.certificates = tls.certFile().isEmpty() ? null : new PeerCertificates(tls);
        this.silenceMillis = Math.max(SILENCE_MILLIS_MIN, 5L * timing.electionMillis());
        this.door = new PeerDoor(this, silenceMillis);
        handle(PeerMessages.PING, (_, _, answer) -> answer.send(PeerBody.EMPTY));
    }

    /** Serves messages of {@code type} from members. */
    void handle(int type, PeerHandler handler) {
        handlers.put(type, handler);
    }

    /** Tells {@code listener} of connections. */
    void listener(Listener listener) {
        listeners.add(listener);
    }

    /** Who is not let in any more. */
    void removed(LongPredicate isRemoved) {
        removed = isRemoved;
    }

    /**
     * Begins to serve peers.
     *
     * @return the port of each URL, in order
     * @throws IOException when it cannot listen; the message is one line
     */
    List<Integer> listen(List<String> urls) throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (String url : urls) {
            PeerUrl where = PeerUrl.parse(url);
            if (where.tls() && certificates == null) {
                throw new IOException("peer URL " + url + " needs a certificate");
            }
            ports.add(door.listen(where));
        }
        return ports;
    }

    /** The peers there are from now on, with their URLs; connections are opened and closed accordingly. */
    void peers(Map<Long, List<String>> urlsByMember) {
        Map<Long, List<String>> others = new HashMap<>(urlsByMember);
        others.remove(memberId);
        synchronized (links) {
            links.entrySet().removeIf(entry -> {
                boolean gone = !others.containsKey(entry.getKey());
                if (gone) {
                    entry.getValue().close();
                }
                return gone;
            });
            others.forEach((peer, urls) -> {
                List<PeerUrl> parsed = urls.stream().map(PeerUrl::parse).toList();
                PeerLink link = links.get(peer);
                if (link == null) {
                    PeerLink fresh = new PeerLink(peer, parsed, this, silenceMillis);
                    links.put(peer, fresh);
                    fresh.open();
                } else {
                    link.urls(parsed);
                }
            });
        }
        door.review();
    }

    /**
     * Calls {@code peer}.
     *
     * @return why it cannot be sent, and then the callback is not called; null when it is under way
     */
    @Nullable
    PeerFailure call(long peer, int type, PeerBody body, long timeoutMillis, PeerCallback callback) {
        PeerLink link = links.get(peer);
        return link == null
                ? new PeerFailure(PeerFailure.Kind.NOT_SENT, "unknown member " + MemberIds.text(peer))
                : link.call(type, body, timeoutMillis, callback);
    }

    /** Whether there is any peer. */
    boolean hasPeers() {
        return !links.isEmpty();
    }

    /** Whether calls to {@code peer} can be made. */
    boolean isConnected(long peer) {
        PeerLink link = links.get(peer);
        return link != null && link.isConnected();
    }

    /** Every peer to which calls can be made. */
    Set<Long> connected() {
        return links.entrySet().stream()
                .filter(entry -> entry.getValue().isConnected())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** For how long {@code peer} has been connected; -1 when it is not. */
    long connectedMillis(long peer) {
        PeerLink link = links.get(peer);
        return link == null ? -1 : link.connectedMillis();
    }

    /** Closes the connection to {@code peer}, which is then opened again. */
    void reset(long peer) {
        PeerLink link = links.get(peer);
        if (link != null) {
            link.reset("asked for");
        }
    }

    /** For tests: as if the network to and from these peers, and no others, were gone. */
    void cut(Set<Long> peers) {
        cut.clear();
        cut.addAll(peers);
        peers.forEach(this::reset);
        door.clear();
    }

    long clusterId() {
        return clusterId;
    }

    long memberId() {
        return memberId;
    }

    /** Ends every connection. */
    @Override
    public void close() {
        door.close();
        links.values().forEach(PeerLink::close);
        loop.close();
    }

    // ---- For links and the door.

    PeerLoop loop() {
        return loop;
    }

    StoreObserver observer() {
        return observer;
    }

    PeerCertificates certificates() {
        if (certificates == null) {
            throw new IllegalStateException("https between peers needs a certificate");
        }
        return certificates;
    }

    /** What serves {@code type}; who is not a member yet may only ask who is. */
    @Nullable
    PeerHandler handler(int type, long from) {
        return from != 0 || type == PeerMessages.MEMBERS ? handlers.get(type) : null;
    }

    boolean isCut(long peer) {
        return cut.contains(peer);
    }

    boolean isRemoved(long peer) {
        return removed.test(peer);
    }

    void connected(long peer) {
        listeners.forEach(listener -> listener.connected(peer));
    }

    void disconnected(long peer) {
        listeners.forEach(listener -> listener.disconnected(peer));
    }

    void turnedAway(long peer, PeerFrames.Reason reason) {
        if (reason == PeerFrames.Reason.REMOVED) {
            listeners.forEach(Listener::removed);
        }
    }
}
