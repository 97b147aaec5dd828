package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members restarted one after another under load, as for an upgrade: clients notice nothing but a delay. */
class RollingRestartTest {
    private static final int ROUNDS = Boolean.getBoolean("tholepin.long") ? 10 : 1;
    private static final int CLIENTS = 6;

    @TempDir
    Path folder;

    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void noRequestFailsThatAnOrdinaryClientRepeats() {
        EtcdLike kind = EtcdLike.underTest();
        kind.assumePresent();
        try (EtcdCluster cluster = EtcdCluster.start(kind, 3, folder)) {
            List<String> addresses =
                    cluster.members().stream().map(EtcdMember::client).toList();
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int c = 0; c < CLIENTS; c++) {
                    int client = c;
                    clients.submit(() -> use(addresses, client));
                }
                for (int i = 0; i < ROUNDS * cluster.size(); i++) {
                    int before = answered.get();
                    EtcdMember member = cluster.member(i % cluster.size());
                    member.stop();
                    member.start();
                    cluster.awaitHealthy();
                    int now = answered.get();
                    FaultRound.await("clients to go on", () -> answered.get() > now + 2 * CLIENTS);
                    System.out.println(member.name() + " restarted: " + (answered.get() - before)
                            + " requests answered, failed so far: " + failures.size());
                }
                over.set(true);
            }
            assertThat(failures).isEmpty();
            try (ManyMembersClient client = new ManyMembersClient(addresses)) {
                acknowledged.forEach((key, value) -> assertThat(
                                client.get(key).getKvs(0).getValue().toStringUtf8())
                        .as(key)
                        .isEqualTo(value));
            }
        }
    }

    private void use(List<String> addresses, int client) {
        try (ManyMembersClient members = new ManyMembersClient(addresses)) {
            for (int n = 0; !over.get(); n++) {
                String key = "c" + client + "/" + n % 50;
                String value = Integer.toString(n);
                try {
                    members.put(key, value);
                    acknowledged.put(key, value);
                    answered.incrementAndGet();
                } catch (StatusRuntimeException e) {
                    acknowledged.remove(key); // unknown
                    failures.add("put " + key + ": " + e.getStatus());
                }
                try {
                    String seen = members.get(key).getKvsList().isEmpty()
                            ? ""
                            : members.get(key).getKvs(0).getValue().toStringUtf8();
                    if (acknowledged.containsKey(key) && !seen.equals(value)) {
                        failures.add("get " + key + ": " + seen + " (expected: " + value + ")");
                    }
                    answered.incrementAndGet();
                } catch (StatusRuntimeException e) {
                    failures.add("get " + key + ": " + e.getStatus());
                }
                EtcdCluster.pause(2);
            }
        }
    }
}
