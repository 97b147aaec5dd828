package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.KeyValue;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final int WRITERS = 8;
    private static final int WRITES_EACH = 25;

    private final TestCluster cluster = TestCluster.withDefaultNamespace();

    @AfterEach
    void close() {
        cluster.close();
    }

    private static void together(int count, java.util.function.IntConsumer work) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    work.accept(number);
                } catch (RuntimeException failure) {
                    failures.add(failure);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void patchesOfOneObjectByManyWritersAreNeverLost() throws InterruptedException {
        cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{}}");
        together(WRITERS, writer -> {
            for (int i = 0; i < WRITES_EACH; i++) {
                cluster.merge(MAPS + "/c", "{'data':{'w" + writer + "-" + i + "':'x'}}");
            }
        });
        Map<String, Object> after = cluster.read("", "configmaps", "default", "c");
        assertThat(Json.strings(after, "data")).hasSize(WRITERS * WRITES_EACH);
    }

    @Test
    void readModifyWriteNeverLosesACount() throws InterruptedException {
        cluster.create(MAPS, "{'metadata':{'name':'c'},'data':{'n':'0'}}");
        Registry registry = new Registry(cluster);
        ResourceType type = cluster.type("", "configmaps");
        together(WRITERS, writer -> {
            for (int i = 0; i < WRITES_EACH; i++) {
                registry.change(type, "default", "c", false, view -> {
                    Map<String, Object> object = Json.copyObject(
                            Objects.requireNonNull(view.current()).object());
                    long n = Long.parseLong(Json.string(object, "data", "n"));
                    Json.child(object, "data").put("n", Long.toString(n + 1));
                    return new Next.Put(object, Next.Riders.NONE);
                });
            }
        });
        Map<String, Object> after = cluster.read("", "configmaps", "default", "c");
        assertThat(Json.string(after, "data", "n")).isEqualTo(Integer.toString(WRITERS * WRITES_EACH));
    }

    @Test
    void ofManyCreatesOfOneNameExactlyOneSucceeds() throws InterruptedException {
        AtomicInteger created = new AtomicInteger();
        together(WRITERS, writer -> {
            try {
                cluster.create(MAPS, "{'metadata':{'name':'one'}}");
                created.incrementAndGet();
            } catch (io.tholepin.objects.StatusException taken) {
                assertThat(taken.reason()).isEqualTo("AlreadyExists");
            }
        });
        assertThat(created).hasValue(1);
    }

    @Test
    void generatedNamesOfManyWritersAreAllDifferent() throws InterruptedException {
        ConcurrentLinkedQueue<String> names = new ConcurrentLinkedQueue<>();
        together(WRITERS, writer -> {
            for (int i = 0; i < WRITES_EACH; i++) {
                names.add(Json.string(cluster.create(MAPS, "{'metadata':{'generateName':'g-'}}"), "metadata", "name"));
            }
        });
        assertThat(names).hasSize(WRITERS * WRITES_EACH).doesNotHaveDuplicates();
    }

    @Test
    void nothingSlipsIntoANamespaceThatIsDeletedAtTheSameTime() throws InterruptedException {
        for (int round = 0; round < 10; round++) {
            String namespace = "n" + round;
            cluster.create("/api/v1/namespaces", "{'metadata':{'name':'" + namespace + "'}}");
            ConcurrentLinkedQueue<Long> created = new ConcurrentLinkedQueue<>();
            together(4, writer -> {
                if (writer == 0) {
                    cluster.delete("/api/v1/namespaces/" + namespace);
                    return;
                }
                try {
                    String path = "/api/v1/namespaces/" + namespace + "/configmaps";
                    created.add(Long.parseLong(Json.string(
                            cluster.create(path, "{'metadata':{'generateName':'c-'}}"),
                            "metadata",
                            "resourceVersion")));
                } catch (io.tholepin.objects.StatusException terminating) {
                    assertThat(terminating.code()).isEqualTo(403);
                }
            });
            KeyValue terminated = Objects.requireNonNull(cluster.stored("/registry/namespaces/" + namespace));
            assertThat(created).allMatch(revision -> revision < terminated.modRevision());
        }
    }

    @Test
    void aRefusalOnAnOldCopyIsCheckedAgainstTheStore() {
        Registry registry = new Registry(cluster);
        ResourceType type = cluster.type("", "configmaps");
        for (int i = 0; i < 50; i++) {
            cluster.create(MAPS, "{'metadata':{'name':'c" + i + "'}}");
            // The cache may not have the object yet; the answer must not depend on it.
            String name = "c" + i;
            Registry.Outcome outcome = registry.change(type, "default", name, false, view -> {
                Stored current = view.current();
                if (current == null) {
                    throw io.tholepin.objects.StatusException.notFound(type, name);
                }
                return new Next.Keep(current.object());
            });
            assertThat(outcome.kind()).isEqualTo(Registry.Outcome.Kind.UNCHANGED);
        }
    }

    @Test
    void eventsAreAttachedToASharedLease() {
        String events = "/api/v1/namespaces/default/events";
        for (int i = 0; i < 3; i++) {
            cluster.create(
                    events,
                    "{'kind':'Event','apiVersion':'v1','metadata':{'name':'e" + i
                            + "'},'involvedObject':{'namespace':'default','name':'p','kind':'Pod'},'reason':'r'}");
        }
        long first = lease("e0");
        assertThat(first).isNotZero();
        assertThat(lease("e1")).isEqualTo(first);
        cluster.advance(61);
        cluster.create(
                "/apis/events.k8s.io/v1/namespaces/default/events",
                "{'kind':'Event','apiVersion':'events.k8s.io/v1','metadata':{'name':'late'},'regarding':{'namespace':"
                        + "'default','name':'p','kind':'Pod'},'reason':'r','action':'a','type':'Normal',"
                        + "'reportingController':"
                        + "'example.com/c','reportingInstance':'i','eventTime':'2026-01-02T03:04:05.000000Z'}");
        assertThat(lease("late")).isNotZero().isNotEqualTo(first);
        assertThat(cluster.store().leaseTimeToLive(first, true).join().grantedTtlSeconds())
                .isEqualTo(3_660);
        assertThat(Json.string(cluster.read("", "events", "default", "late"), "involvedObject", "name"))
                .isEqualTo("p");
    }

    private long lease(String event) {
        return Objects.requireNonNull(cluster.stored("/registry/events/default/" + event))
                .lease();
    }
}
