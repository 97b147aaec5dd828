package io.tholepin.interop;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How to start a server that speaks etcd: a real etcd or ours. Everything that proves our store takes one of these, so
 * that the proof itself is proved on etcd first.
 *
 * @param name what reports call it
 * @param command the program, before its flags
 * @param extra flags that this kind wants besides those every member gets
 */
record EtcdLike(String name, List<String> command, List<String> extra) {
    /** Where {@code install-clients} puts real programs. */
    static final Path CLIENTS = Thole.ROOT.resolve("testing/interop/target/clients");

    EtcdLike {
        command = List.copyOf(command);
        extra = List.copyOf(extra);
    }

    /** The newest 3.5 that Debian has: the oracle. */
    static EtcdLike etcd35() {
        return real("etcd-3.5", List.of("--log-level", "warn", "--unsafe-no-fsync=true", "--enable-v2=false"));
    }

    /** 3.4, for what clients of its time expect. */
    static EtcdLike etcd34() {
        return real("etcd-3.4", List.of("--log-level", "warn", "--logger", "zap"));
    }

    /** Our own store, from this tree. */
    static EtcdLike thole() {
        return new EtcdLike("thole", List.of(Thole.ROOT.resolve("thole").toString(), "store"), List.of());
    }

    /**
     * The server under test: the system property {@code tholepin.etcd} ({@code thole}, {@code etcd-3.5} or
     * {@code etcd-3.4}), else ours.
     */
    static EtcdLike underTest() {
        return named(System.getProperty("tholepin.etcd", "thole"));
    }

    /** The kind of that name. */
    static EtcdLike named(String name) {
        return switch (name) {
            case "thole" -> thole();
            case "etcd-3.5" -> etcd35();
            case "etcd-3.4" -> etcd34();
            default ->
                throw new IllegalArgumentException("tholepin.etcd: " + name + " (expected: thole, etcd-3.5, etcd-3.4)");
        };
    }

    private static EtcdLike real(String program, List<String> extra) {
        return new EtcdLike(program, List.of(CLIENTS.resolve(program).toString()), extra);
    }

    /** The same with more flags. */
    EtcdLike with(String... flags) {
        List<String> all = new ArrayList<>(extra);
        all.addAll(List.of(flags));
        return new EtcdLike(name, command, all);
    }

    /** Whether it is ours, and what is ours alone may be asked of it. */
    boolean isThole() {
        return name.equals("thole");
    }

    /** Whether it is there to be started. */
    boolean isPresent() {
        return Files.isExecutable(Path.of(command.getFirst()));
    }

    /** Skips the test, by name, when the program is not there. */
    void assumePresent() {
        assumeThat(isPresent())
                .as("%s is not there: testing/interop/install-clients fetches it from Debian", command.getFirst())
                .isTrue();
    }

    /** A fetched program's path; skips the test when it is not there. */
    static String client(String program) {
        Path path = CLIENTS.resolve(program);
        assumeThat(Files.isExecutable(path))
                .as("%s is not there: testing/interop/install-clients fetches it from Debian", path)
                .isTrue();
        return path.toString();
    }

    /**
     * Compacts up to the newest revision.
     *
     * @param etcdctl the program and the flags that say where
     */
    static void compact(List<String> etcdctl) {
        String revision =
                etcdctl(etcdctl, "get", "nothing", "-w", "json").replaceAll("(?s).*\"revision\":(\\d+).*", "$1");
        etcdctl(etcdctl, "compact", revision);
    }

    /** Runs {@code etcdctl}, a program and flags, and returns what it printed. */
    static String etcdctl(List<String> etcdctl, String... arguments) {
        return shell(Stream.concat(etcdctl.stream(), Stream.of(arguments)).toArray(String[]::new));
    }

    /** Runs a short command of the system and returns its output. */
    static String shell(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
