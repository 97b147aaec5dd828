package io.tholepin.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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

    /** Takes a minute of load. */
    private static final String SLOW = "check-perf.txt";

    /** What is printed there still differs from etcd; they run, and fail, with -Plong. The README names them. */
    private static final Set<String> OPEN = Set.of("lease.txt", "lock.txt", "members.txt", "update.txt");

    @TempDir
    Path folder;

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
        String only = System.getProperty("tholepin.scenario", "");
        try (Stream<Path> files = Files.list(SCRIPTS.resolve(version)).sorted()) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (OPEN.contains(name) && !all) {
                    continue;
                }
                if (!name.startsWith(only) || name.equals(SLOW) && (!all || RECORD && only.isEmpty())) {
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
        try (EtcdCluster cluster = EtcdCluster.start(kind, members, place.resolve("cluster"))) {
            String played = script.play(cluster, bin, Files.createDirectories(place.resolve("work")));
            if (RECORD) {
                Files.writeString(file, played);
            } else {
                assertThat(played).isEqualTo(script.text());
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
