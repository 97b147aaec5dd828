package io.tholepin.launcher;

import io.tholepin.etcdprotocol.EtcdServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code thole store}: one member of the store, serving etcd's API, until SIGINT or SIGTERM. Takes etcd's flags and
 * variables. Logs as etcd does, one line of which is {@code ready to serve client requests}.
 */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        versionProvider = StoreCommand.Versions.class,
        sortOptions = false,
        description = {
            "Run a member of the store, which speaks etcd's API, until SIGINT or SIGTERM.",
            "Takes etcd's flags, ETCD_* variables and configuration file."
        },
        subcommands = {StoreRestore.class, StoreExport.class, StoreInspect.class})
final class StoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    StoreCommand() {}

    @Override
    public Integer call() {
        FlagValues flags = FlagValues.of(
                EtcdFlags.ALL, StoreFlags.given(spec.commandLine().getParseResult(), EtcdFlags.ALL), System.getenv());
        System.setProperty(LogSetup.FORMAT, flags.text("log-format").equals("console") ? "text" : "etcd");
        System.setProperty(LogSetup.LEVEL, logLevel(flags.text("log-level")));
        System.setProperty(LogSetup.OUTPUTS, String.join(",", logOutputs(flags.texts("log-outputs"))));
        flags.logWhatHasNoEffect();
        MemberProcess member = MemberProcess.start(new MemberFlags(flags));
        Lifetime.stopOnSignal(member, member.broken());
        throw Lifetime.untilBroken(member.broken());
    }

    private static String logLevel(String text) {
        return switch (text) {
            case "debug", "info", "warn", "error" -> text;
            case "panic", "fatal", "dpanic" -> "error";
            default ->
                throw new Refusal(
                        "--log-level: " + text + " (expected: debug, info, warn, error, panic or fatal)", null);
        };
    }

    /** Checked before, because a log that cannot be written has nowhere to say so. */
    private static List<String> logOutputs(List<String> outputs) {
        for (String output : outputs) {
            if (LogSetup.STREAMS.contains(output)) {
                continue;
            }
            try {
                Files.newOutputStream(Path.of(output), StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                        .close();
            } catch (IOException | InvalidPathException e) {
                throw new Refusal(
                        "--log-outputs: " + output + " (expected: stderr, stdout or a file that can be written)", e);
            }
        }
        return outputs;
    }

    /** {@code --version} in the form that etcd's test harnesses read. */
    static final class Versions implements IVersionProvider {
        @Override
        public String[] getVersion() {
            List<String> lines = new ArrayList<>();
            lines.add("etcd Version: " + EtcdServerConfig.VERSION);
            lines.addAll(List.of(new Version().getVersion()));
            lines.add(String.format(
                    Locale.ROOT, "OS/Arch: %s/%s", System.getProperty("os.name"), System.getProperty("os.arch")));
            return lines.toArray(String[]::new);
        }
    }
}
