package io.tholepin.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Which module may know which, and which external library has its one door where: the table in docs/ARCHITECTURE.md.
 */
class SeamsTest {
    private static final String OURS = "io.tholepin.";

    /** What each module may know of ours besides itself. */
    private static final Map<String, Set<String>> MAY_KNOW = Map.ofEntries(
            Map.entry("kv", Set.of()),
            Map.entry("objects", Set.of()),
            Map.entry("keyspace", Set.of("kv")),
            Map.entry("replica", Set.of("kv", "keyspace")),
            Map.entry("etcdwire", Set.of()),
            Map.entry("etcdprotocol", Set.of("kv", "etcdwire")),
            Map.entry("etcdsnapshot", Set.of("kv")),
            Map.entry("watchcache", Set.of("kv", "objects")),
            Map.entry("apiserver", Set.of("kv", "objects", "watchcache")),
            Map.entry("client", Set.of("objects")),
            Map.entry("controllers", Set.of("client", "objects")),
            Map.entry("load", Set.of("client", "objects")),
            Map.entry(
                    "launcher",
                    Set.of(
                            "kv",
                            "keyspace",
                            "replica",
                            "etcdprotocol",
                            "etcdsnapshot",
                            "objects",
                            "watchcache",
                            "apiserver",
                            "client",
                            "controllers",
                            "load")));

    /** Where each external library has its one door; whatever is not named here is allowed nowhere. */
    private static final Map<String, Set<String>> DOORS = Map.ofEntries(
            Map.entry("java.", MAY_KNOW.keySet()),
            Map.entry("javax.", MAY_KNOW.keySet()),
            Map.entry("org.jspecify.", MAY_KNOW.keySet()),
            Map.entry("tools.jackson.", Set.of("objects", "etcdsnapshot")),
            Map.entry("org.snakeyaml.", Set.of("objects")),
            Map.entry("com.google.re2j.", Set.of("objects")),
            Map.entry("com.google.protobuf.", Set.of("objects", "replica", "etcdwire", "etcdprotocol")),
            // The generated stubs name a future of it.
            Map.entry("com.google.common.", Set.of("etcdwire")),
            Map.entry("io.grpc.", Set.of("etcdwire", "etcdprotocol")),
            Map.entry("io.prometheus.", Set.of("apiserver", "etcdprotocol")),
            Map.entry("com.nimbusds.", Set.of("etcdprotocol")),
            Map.entry("org.rocksdb.", Set.of("keyspace")),
            Map.entry("com.alipay.", Set.of("replica")),
            Map.entry("io.vertx.", Set.of("apiserver")),
            Map.entry("io.netty.", Set.of("apiserver", "etcdprotocol", "replica")),
            Map.entry("org.bouncycastle.", Set.of("apiserver", "etcdprotocol")),
            Map.entry("org.HdrHistogram.", Set.of("load")),
            Map.entry("picocli.", Set.of("launcher")),
            Map.entry("org.slf4j.", Set.of("launcher")),
            Map.entry("ch.qos.logback.", Set.of("launcher")));

    private static JavaClasses classes;

    @BeforeAll
    static void readEveryClass() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.tholepin");
    }

    @Test
    void theTestSeesEveryModule() {
        Set<String> seen = new TreeSet<>();
        classes.forEach(type -> seen.add(module(type.getPackageName())));
        assertThat(seen).containsExactlyInAnyOrderElementsOf(MAY_KNOW.keySet());
        assertThat(classes).hasSizeGreaterThan(450);
    }

    @Test
    void noModuleKnowsMoreOfOursThanTheTableAllows() {
        assertThat(violations(SeamsTest::crossesASeam)).isEmpty();
    }

    @Test
    void everyExternalLibraryHasItsOneDoor() {
        assertThat(violations(SeamsTest::walksThroughAWall)).isEmpty();
    }

    private static List<String> violations(java.util.function.Predicate<Dependency> rule) {
        return classes.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(rule)
                .map(Dependency::getDescription)
                .distinct()
                .sorted()
                .toList();
    }

    private static boolean crossesASeam(Dependency dependency) {
        String from = module(dependency.getOriginClass().getPackageName());
        String to = target(dependency).getPackageName();
        return to.startsWith(OURS)
                && !module(to).equals(from)
                && !MAY_KNOW.getOrDefault(from, Set.of()).contains(module(to));
    }

    private static boolean walksThroughAWall(Dependency dependency) {
        String from = module(dependency.getOriginClass().getPackageName());
        JavaClass target = target(dependency);
        String to = target.getPackageName() + ".";
        if (to.startsWith(OURS) || target.isPrimitive()) {
            return false;
        }
        return DOORS.entrySet().stream()
                .noneMatch(
                        door -> to.startsWith(door.getKey()) && door.getValue().contains(from));
    }

    private static JavaClass target(Dependency dependency) {
        return dependency.getTargetClass().getBaseComponentType();
    }

    private static String module(String packageName) {
        String rest = packageName.substring(OURS.length());
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
