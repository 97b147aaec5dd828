package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's etcdctl, unmodified, in the scenarios of {@code src/test/resources/etcdctl}: one folder for each of its
 * versions. The output there was recorded from a real etcd 3.5: {@code -Dtholepin.record=true} does it again.
 */
class EtcdctlTest {
    private static final boolean LONG = Boolean.getBoolean("tholepin.long");
    private static final boolean RECORD = Boolean.getBoolean("tholepin.record");
    private static final Path SCRIPTS = Thole.ROOT.resolve("testing/interop/src/test/resources/etcdctl");

    /** A load whose time is the machine's; not in each build. */
    private static final Set<String> SLOW = Set.of("check-perf.txt", "datascale.txt");

    @TempDir
    static Path folder;

    /** By number of members, for scripts that share them. */
    private static final Map<Integer, EtcdCluster> SHARED = new HashMap<>();

    @AfterAll
    static void stopShared() {
        SHARED.values().forEach(EtcdCluster::close);
        SHARED.clear();
    }

    @TestFactory
    Stream<DynamicTest> etcdctl35() throws IOException {
        return scenarios("3.5", LONG || RECORD);
    }

    @TestFactory
    Stream<DynamicTest> etcdctl34() throws IOException {
        return LONG || RECORD ? scenarios("3.4", true) : Stream.of();
    }

    private Stream<DynamicTest> scenarios(String version, boolean all) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        List<String> only = List.of(System.getProperty("tholepin.scenario", "").split(","));
        try (Stream<Path> files = Files.list(SCRIPTS.resolve(version)).sorted()) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (only.stream().noneMatch(name::startsWith)
                        || SLOW.contains(name) && (!all || RECORD && only.contains(""))) {
                    continue;
                }
                int least = EtcdctlScript.read(file).members();
                for (int members : all && !RECORD && least == 1 ? List.of(1, 3) : List.of(least)) {
                    tests.add(DynamicTest.dynamicTest(
                            version + " " + name + " on " + members, () -> play(version, file, members)));
                }
            }
        }
        return tests.stream();
    }

    private void play(String version, Path file, int members) throws IOException {
        EtcdLike kind = RECORD ? EtcdLike.etcd35() : EtcdLike.underTest();
        kind.assumePresent();
        Path place = Files.createTempDirectory(folder, "script");
        Path bin = Files.createDirectories(place.resolve("bin"));
        program(bin.resolve("etcdctl"), EtcdLike.client("etcdctl-" + version));
        program(bin.resolve("etcdutl"), EtcdLike.client("etcdutl-3.5"));
        EtcdctlScript script = EtcdctlScript.read(file);
        EtcdCluster before = script.sharesServer() ? SHARED.remove(members) : null;
        EtcdCluster cluster = before != null ? before : EtcdCluster.start(kind, members, place.resolve("cluster"));
        boolean reusable = false;
        try {
            cluster.deleteAll();
            String played = script.play(cluster, bin, Files.createDirectories(place.resolve("work")));
            if (RECORD) {
                Files.writeString(file, played);
            } else {
                assertThat(played).isEqualTo(script.text());
            }
            reusable = script.sharesServer();
        } finally {
            if (reusable) {
                SHARED.put(members, cluster);
            } else {
                cluster.close();
            }
        }
    }

    private static void program(Path file, String target) throws IOException {
        Files.writeString(file, """
                #!/bin/sh
                # 3.4 refuses to have its endpoints twice.
                case " $* " in *" --endpoints "*) unset ETCDCTL_ENDPOINTS ;; esac
                exec '%s' "$@"
                """.formatted(target));
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
