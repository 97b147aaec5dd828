package io.tholepin.replica;

import static org.awaitility.Awaitility.await;

import io.tholepin.contracts.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Members in this process that talk over loopback sockets, by name "m0", "m1" and so on. */
final class ReplicaCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path folder;
    private final UnaryOperator<ReplicaConfig> settings;
    private final Map<String, List<String>> initial = new TreeMap<>();
    private final Map<String, ReplicaConfig> configs = new HashMap<>();
    private final Map<String, ReplicaStore> running = new TreeMap<>();
    final AtomicLong passedMillis = new AtomicLong();

    /** @param settings changes the configuration of every member */
    ReplicaCluster(Path folder, int size, UnaryOperator<ReplicaConfig> settings) throws IOException {
        this(folder, size, "http", settings);
    }

    ReplicaCluster(Path folder, int size, String scheme, UnaryOperator<ReplicaConfig> settings) throws IOException {
        this.folder = folder;
        this.settings = settings;
        for (int i = 0; i < size; i++) {
            initial.put("m" + i, List.of(scheme + "://127.0.0.1:" + FreePorts.next()));
        }
        initial.forEach((name, urls) -> configs.put(name, config(name, urls, initial, false)));
    }

    /** Three members that have a leader and know each other. */
    static ReplicaCluster ofThree(Path folder) throws IOException {
        return of(folder, 3);
    }

    static ReplicaCluster of(Path folder, int size) throws IOException {
        ReplicaCluster cluster = new ReplicaCluster(folder, size, config -> config);
        cluster.startAll();
        return cluster;
    }

    void startAll() throws IOException {
        startEach();
        awaitSettled();
    }

    /** Starts whoever does not run, and does not wait. */
    void startEach() throws IOException {
        for (String name : configs.keySet()) {
            if (!running.containsKey(name)) {
                start(name);
            }
        }
    }

    ReplicaStore start(String name) throws IOException {
        ReplicaStore store = ReplicaStore.open(
                config(name), () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) + passedMillis.get());
        running.put(name, store);
        return store;
    }

    void stop(String name) {
        Objects.requireNonNull(running.remove(name)).close();
    }

    /** Writes down a member that joins the cluster as it is; it must have been added, with the URLs returned. */
    List<String> prepareJoining(String name) throws IOException {
        List<String> urls = List.of("http://127.0.0.1:" + FreePorts.next());
        initial.put(name, urls);
        configs.put(name, config(name, urls, initial, true));
        return urls;
    }

    /** Gives a member other peer URLs for its next start. */
    List<String> otherUrls(String name) throws IOException {
        List<String> urls = List.of("http://127.0.0.1:" + FreePorts.next());
        configure(
                name,
                config -> config.withPeers(ReplicaConfig.Peers.of(
                        urls, urls, config.peers().orElseThrow().initialCluster())));
        return urls;
    }

    /** Until everybody in the table counts. */
    void awaitVoters() {
        await().atMost(PATIENCE).until(() -> {
            Set<Long> table = leader().cluster().members(false).join().stream()
                    .filter(member -> !member.learner())
                    .map(member -> member.id())
                    .collect(Collectors.toSet());
            return members().stream().allMatch(store -> store.voters().equals(table));
        });
    }

    /** No longer part of what members that join are told. */
    void forget(String name) {
        initial.remove(name);
        configs.remove(name);
        running.remove(name);
    }

    ReplicaStore member(String name) {
        return Objects.requireNonNull(running.get(name));
    }

    List<ReplicaStore> members() {
        return List.copyOf(running.values());
    }

    String name(ReplicaStore store) {
        return running.entrySet().stream()
                .filter(entry -> entry.getValue() == store)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** The member that says it leads, once all that run agree on it. */
    ReplicaStore leader() {
        await().atMost(PATIENCE).until(() -> led(members()).isPresent());
        return led(members()).orElseThrow();
    }

    /** The member that leads as far as {@code among} agree. */
    static Optional<ReplicaStore> led(List<ReplicaStore> among) {
        Set<Long> leaders = among.stream().map(ReplicaStore::leaderId).collect(Collectors.toSet());
        return leaders.size() != 1
                ? Optional.empty()
                : among.stream()
                        .filter(store -> leaders.contains(store.memberId()))
                        .findFirst();
    }

    ReplicaStore follower() {
        return followers().getFirst();
    }

    List<ReplicaStore> followers() {
        ReplicaStore leader = leader();
        List<ReplicaStore> others = new ArrayList<>(members());
        others.remove(leader);
        return others;
    }

    /** Until there is a leader, the table of members is written and every member has said its name. */
    void awaitSettled() {
        leader();
        await().atMost(PATIENCE)
                .until(() -> members().stream().allMatch(store -> {
                    var table = store.cluster().members(false).join();
                    return table.size() >= running.size()
                            && table.stream().noneMatch(member -> member.name().isEmpty());
                }));
    }

    /** The network falls apart: {@code one} on this side, all others on that. */
    void isolate(ReplicaStore one) {
        Set<Long> others = members().stream()
                .filter(store -> store != one)
                .map(ReplicaStore::memberId)
                .collect(Collectors.toSet());
        members().stream().filter(store -> store != one).forEach(store -> store.cut(Set.of(one.memberId())));
        one.cut(others);
    }

    /** The network is whole again. */
    void heal() {
        members().forEach(store -> store.cut(Set.of()));
    }

    /** Everybody has applied what anybody has. */
    void awaitEqual() {
        await().atMost(PATIENCE)
                .until(() -> members().stream()
                                .map(store -> store.status().revision())
                                .distinct()
                                .count()
                        == 1);
    }

    @Override
    public void close() {
        running.values().parallelStream().forEach(ReplicaStore::close);
    }

    ReplicaConfig config(String name) {
        return Objects.requireNonNull(configs.get(name));
    }

    void configure(String name, UnaryOperator<ReplicaConfig> change) {
        configs.put(name, change.apply(config(name)));
    }

    private ReplicaConfig config(String name, List<String> urls, Map<String, List<String>> members, boolean existing) {
        return settings.apply(ReplicaConfig.in(folder.resolve(name))
                .withMember(new ReplicaConfig.Member(name, List.of("http://127.0.0.1:1")))
                .withTiming(new ReplicaConfig.Timing(50, 500))
                .withPeers(
                        ReplicaConfig.Peers.of(urls, urls, Map.copyOf(members)).withExisting(existing)));
    }
}
