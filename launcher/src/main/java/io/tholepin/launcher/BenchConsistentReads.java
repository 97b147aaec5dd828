package io.tholepin.launcher;

import io.tholepin.load.ConsistentReads;
import io.tholepin.load.Programs;
import io.tholepin.load.Subject;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thole bench consistent-reads}: the founding experiment. Prints where its report is, or with -o json, all. */
@Command(
        name = "consistent-reads",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure lists by node and by label in a big cluster, with reads from the watch cache off and then on.",
            "Leaves report.html (plots) and report.json in --out. Takes 5,000 nodes and 150,000 pods about 20 minutes."
        })
final class BenchConsistentReads implements Callable<Integer> {
    @Option(
            names = "--nodes",
            split = ",",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Nodes of the cluster; several numbers make one experiment each. Default: ${DEFAULT-VALUE}")
    private List<Integer> nodes;

    @Option(
            names = "--pods",
            paramLabel = "N",
            defaultValue = "0",
            description = "Pods of the cluster. Default: 30 to a node")
    private int pods;

    @Option(
            names = "--worst-case",
            paramLabel = "N",
            defaultValue = "0",
            description = "Also list by a label that none of N objects of 1 KB has (KEP-2340 had 300000)")
    private int worstCase;

    @Option(
            names = "--on",
            split = ",",
            paramLabel = "WHAT",
            defaultValue = "embedded,store,etcd",
            description = "Of embedded, store (thole store below thole apiserver) and etcd. Default: ${DEFAULT-VALUE}")
    private List<Subject> subjects;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "30",
            description = "Length of each phase. Default: ${DEFAULT-VALUE}")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "15",
            description = "Seconds of load before each phase that are not counted. Default: ${DEFAULT-VALUE}")
    private int warmUp;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Folder for the report; the data is written below it and removed")
    private Path out;

    @Option(
            names = "--etcd",
            paramLabel = "FILE",
            defaultValue = "etcd",
            description = "etcd's program. Default: the one on the PATH")
    private String etcd;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "json prints the report on stdout. Default: ${DEFAULT-VALUE}")
    private String output;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    BenchConsistentReads() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        ConsistentReads.Options options = new ConsistentReads.Options(
                nodes, pods, worstCase, subjects, Duration.ofSeconds(seconds), Duration.ofSeconds(warmUp), out);
        Path page;
        try {
            page = new ConsistentReads(options, new Programs(thisProgram(), etcd), System.err).run();
        } catch (IOException failed) {
            throw new Refusal(String.valueOf(failed.getMessage()), failed);
        }
        System.out.println(output.equals("json") ? Files.readString(page.resolveSibling("report.json")) : page);
        return 0;
    }

    private void check() {
        if (nodes.stream().anyMatch(size -> size < 1) || pods < 0 || worstCase < 0 || seconds < 1 || warmUp < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--nodes " + nodes + " --pods " + pods + " --worst-case " + worstCase + " --seconds " + seconds
                            + " --warm-up " + warmUp
                            + " (expected: at least 1 node and 1 second, and nothing below 0)");
        }
        if (!List.of("text", "json").contains(output)) {
            throw new ParameterException(spec.commandLine(), "--output: " + output + " (expected: text or json)");
        }
        if (subjects.contains(Subject.ETCD) && !onPath(etcd)) {
            throw new Refusal(
                    "--etcd: " + etcd + " is not a program (expected: etcd 3.5's; name it, or leave etcd out of --on)",
                    null);
        }
    }

    private static boolean onPath(String program) {
        if (program.contains(File.separator)) {
            return Files.isExecutable(Path.of(program));
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** The JVM of this process with its options and class path: what it starts is what it is. */
    private static List<String> thisProgram() {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.add("-cp");
        words.add(System.getProperty("java.class.path"));
        words.add(Main.class.getName());
        return words;
    }
}
