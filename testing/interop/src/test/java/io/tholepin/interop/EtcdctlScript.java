package io.tholepin.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One scenario as text: commands and what they print. Lines are
 *
 * <ul>
 *   <li>{@code # ...} for the reader, {@code members: 3} when one member will not do, {@code server: shared} when it
 *       is no matter what happened to the members before, but for keys: there are none;
 *   <li>{@code $ command} run by the shell until it ends, {@code > line} its input, then its output; an exit code other
 *       than 0 is a last line {@code [exit n]};
 *   <li>{@code & name command} started beside the rest, {@code < name n} its next n lines, {@code ! name} its end by
 *       SIGINT;
 *   <li>{@code + join} a peer address for one more member, named NEWPEER, {@code + start} that member's process,
 *       {@code + nospace} an alarm of the first member, which etcdctl cannot raise.
 * </ul>
 *
 * Playing a script gives the same text with the output that came. One thread.
 */
final class EtcdctlScript {
    private static final long COMMAND_SECONDS_MAX = 90;
    private static final long BESIDE_SECONDS_MAX = 10;

    private final List<String> lines;

    private EtcdctlScript(List<String> lines) {
        this.lines = List.copyOf(lines);
    }

    static EtcdctlScript read(Path file) {
        try {
            return new EtcdctlScript(Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fewest members that it needs. */
    int members() {
        return lines.contains("members: 3") ? 3 : 1;
    }

    /** Whether it may be played on members that served other scripts before. */
    boolean sharesServer() {
        return lines.contains("server: shared");
    }

    private int firstCommand() {
        int i = 0;
        while (i < lines.size() && !lines.get(i).matches("[$&+] .*")) {
            i++;
        }
        return i;
    }

    /** What it says that is printed. */
    String text() {
        return String.join("\n", lines) + "\n";
    }

    /** Runs every command against a cluster; {@code bin} holds etcdctl and etcdutl. */
    String play(EtcdCluster cluster, Path bin, Path folder) {
        try (Play play = new Play(cluster, bin, folder)) {
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (line.startsWith("$ ")) {
                    List<String> input = new ArrayList<>();
                    while (i + 1 < lines.size() && lines.get(i + 1).startsWith("> ")) {
                        input.add(lines.get(++i).substring(2));
                    }
                    play.run(line, input);
                } else if (line.matches("[&<!+] .*")) {
                    play.beside(line);
                } else if (i < firstCommand()) {
                    play.out.add(line);
                }
            }
            return String.join("\n", play.out) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Play implements AutoCloseable {
        private final EtcdCluster cluster;
        private final Path bin;
        private final Path folder;
        private final Transcript transcript = new Transcript();
        private final Map<String, Process> beside = new LinkedHashMap<>();
        private final Map<String, BlockingQueue<String>> readers = new LinkedHashMap<>();
        private final List<String> out = new ArrayList<>();
        private String newPeer = "";

        Play(EtcdCluster cluster, Path bin, Path folder) {
            this.cluster = cluster;
            this.bin = bin;
            this.folder = folder;
            for (int i = 0; i < cluster.size(); i++) {
                transcript.name("ENDPOINT" + i, cluster.member(i).client());
                transcript.name("PEER" + i, cluster.member(i).peer());
            }
        }

        private Process start(String command) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(
                            // A build in the background of a shell ignores SIGINT, and so would what it starts.
                            "env", "--default-signal=INT", "sh", "-c", transcript.command(command))
                    .directory(folder.toFile())
                    .redirectErrorStream(true);
            builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
            builder.environment().put("ETCDCTL_API", "3");
            builder.environment().put("ETCDCTL_ENDPOINTS", cluster.endpoints());
            return builder.start();
        }

        void run(String line, List<String> input) throws IOException, InterruptedException {
            out.add(line);
            input.forEach(text -> out.add("> " + text));
            Process process = start(line.substring(2));
            try (Writer writer = process.outputWriter(StandardCharsets.UTF_8)) {
                for (String text : input) {
                    writer.write(transcript.command(text) + "\n");
                }
            } catch (IOException e) {
                // It ended without reading its input, which its output explains.
                out.add("[input not read]");
            }
            CompletableFuture<Void> watchdog = CompletableFuture.runAsync(
                    () -> {
                        out.add("[did not end]");
                        process.descendants().forEach(ProcessHandle::destroyForcibly);
                        process.destroyForcibly();
                    },
                    CompletableFuture.delayedExecutor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS));
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            watchdog.cancel(false);
            output.lines().filter(text -> !isLog(text)).forEach(text -> out.add(transcript.line(text)));
            if (process.exitValue() != 0) {
                out.add("[exit " + process.exitValue() + "]");
            }
        }

        /** A client's own log lines tell of its tries, not of the server's answers. */
        private static boolean isLog(String line) {
            return line.startsWith("{\"level\":") || line.contains("[WARN]");
        }

        void beside(String line) throws IOException, InterruptedException {
            out.add(line);
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "&" -> {
                    Process process = start("exec " + words[2]);
                    beside.put(words[1], process);
                    BlockingQueue<String> lines = new LinkedBlockingQueue<>(1000);
                    readers.put(words[1], lines);
                    Thread.startVirtualThread(() -> {
                        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
                            reader.lines().filter(text -> !isLog(text)).forEach(lines::add);
                            lines.add("[ended]");
                        } catch (IOException | UncheckedIOException e) {
                            lines.add("[ended]");
                        }
                    });
                }
                case "<" -> {
                    for (int i = Integer.parseInt(words[2]); i > 0; i--) {
                        out.add(transcript.line(next(words[1], BESIDE_SECONDS_MAX)));
                    }
                }
                case "!" -> {
                    Process process = Objects.requireNonNull(beside.get(words[1]), words[1]);
                    if (process.isAlive()) {
                        EtcdLike.shell("kill", "-INT", Long.toString(process.pid()));
                    }
                    if (!process.waitFor(BESIDE_SECONDS_MAX, TimeUnit.SECONDS)) {
                        process.destroyForcibly();
                        out.add("[did not end]");
                    }
                    for (String text = next(words[1], 1); !text.startsWith("["); text = next(words[1], 1)) {
                        out.add(transcript.line(text));
                    }
                }
                default -> member(words[1]);
            }
        }

        private String next(String name, long secondsMax) throws InterruptedException {
            String line = Objects.requireNonNull(readers.get(name), name).poll(secondsMax, TimeUnit.SECONDS);
            return line == null ? "[nothing]" : line;
        }

        private void member(String word) {
            switch (word) {
                case "join" -> {
                    newPeer = cluster.network().peerHost(cluster.size()) + ":"
                            + cluster.network().freePort();
                    transcript.name("NEWPEER", newPeer);
                }
                case "start" -> {
                    EtcdMember member = cluster.join(newPeer);
                    transcript.name("NEWENDPOINT", member.client());
                    member.start();
                }
                case "nospace" -> cluster.raiseNoSpace();
                default -> throw new IllegalArgumentException("+ " + word + " (expected: join, start or nospace)");
            }
        }

        @Override
        public void close() {
            beside.values().forEach(Process::destroyForcibly);
        }
    }
}
