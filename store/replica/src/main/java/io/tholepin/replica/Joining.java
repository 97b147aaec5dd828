package io.tholepin.replica;

import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreObserver;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what cluster there is to join, by asking the peers that are named, before this member has an identity.
 * Blocks. Source: contract 2.16.
 */
final class Joining {
    /** Longest search for somebody who answers. */
    private static final long SEARCH_MILLIS_MAX = 10_000;

    private static final long PAUSE_MILLIS = 100;
    private static final long ANSWER_MILLIS_MAX = 2_000;

    /** What the others say. */
    record Found(long clusterId, List<ClusterMember> members, ClusterMember own) {}

    private Joining() {}

    /** Lets {@code transport} answer those who ask. */
    static void serve(PeerTransport transport, Supplier<List<ClusterMember>> members) {
        transport.handle(
                PeerMessages.MEMBERS,
                (_, _, answer) -> answer.send(PeerCodec.body(out -> {
                    out.writeLong(transport.clusterId());
                    PeerCodec.putMembers(out, members.get());
                })));
    }

    /**
     * Asks the others in the configuration.
     *
     * @throws IOException when nobody answers, or what they say is not what the configuration says; the message is one
     *     line
     */
    static Found find(ReplicaConfig config, ReplicaConfig.Peers peers) throws IOException {
        Set<String> own = Set.copyOf(peers.advertiseUrls());
        List<String> others = peers.initialCluster().values().stream()
                .flatMap(List::stream)
                .filter(url -> !own.contains(url))
                .toList();
        if (others.isEmpty()) {
            throw new IOException("nobody to join: the initial cluster names no other member");
        }
        try (PeerTransport transport = new PeerTransport(0, 0, peers.tls(), config.timing(), StoreObserver.NONE)) {
            Found found = ask(transport, others, own);
            check(found, peers);
            return found;
        }
    }

    private static Found ask(PeerTransport transport, List<String> urls, Set<String> own) throws IOException {
        // Nobody has a number yet: one for each URL.
        Map<Long, List<String>> byNumber = new HashMap<>();
        urls.forEach(url -> byNumber.put((long) byNumber.size() + 1, List.of(url)));
        parse(urls);
        transport.peers(byNumber);
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SEARCH_MILLIS_MAX);
        String trouble = "nobody answers at " + String.join(", ", urls);
        while (System.nanoTime() < until) {
            for (long number : byNumber.keySet()) {
                Found found = ask(transport, number, own);
                if (found != null) {
                    return found;
                }
            }
            pause();
        }
        throw new IOException("cannot join: " + trouble);
    }

    private static @Nullable Found ask(PeerTransport transport, long number, Set<String> own) throws IOException {
        CompletableFuture<DataInputStream> answer = new CompletableFuture<>();
        PeerFailure failure =
                transport.call(number, PeerMessages.MEMBERS, PeerBody.EMPTY, ANSWER_MILLIS_MAX, (body, why) -> {
                    if (body != null) {
                        answer.complete(PeerCodec.reader(body));
                    } else {
                        answer.completeExceptionally(new IOException(String.valueOf(why)));
                    }
                });
        if (failure != null) {
            return null;
        }
        try {
            DataInputStream in = answer.get(2 * ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS);
            long cluster = in.readLong();
            List<ClusterMember> members = PeerCodec.takeMembers(in);
            if (members.isEmpty()) {
                return null;
            }
            ClusterMember self = members.stream()
                    .filter(member -> own.equals(new HashSet<>(member.peerUrls())))
                    .findFirst()
                    .orElseThrow(() -> new IOException("cannot join: the cluster has no member with the peer URLs "
                            + String.join(", ", own) + "; add it first"));
            return new Found(cluster, members, self);
        } catch (ExecutionException | TimeoutException silent) {
            return null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    /** What the configuration says must be what the cluster says: else this member would join another cluster. */
    private static void check(Found found, ReplicaConfig.Peers peers) throws IOException {
        List<Set<String>> said = new ArrayList<>();
        found.members().forEach(member -> said.add(new HashSet<>(member.peerUrls())));
        List<Set<String>> configured = new ArrayList<>();
        peers.initialCluster().values().forEach(urls -> configured.add(new HashSet<>(urls)));
        if (said.size() != configured.size() || !new HashSet<>(said).equals(new HashSet<>(configured))) {
            throw new IOException("cannot join: the initial cluster is " + configured + ", but the members of cluster "
                    + MemberIds.text(found.clusterId()) + " are at " + said);
        }
    }

    private static void parse(List<String> urls) throws IOException {
        try {
            PeerUrl.check(urls.stream().distinct().toList());
        } catch (StoreException invalid) {
            throw new IOException("cannot join: " + invalid.getMessage(), invalid);
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}
