package io.tholepin.launcher;

import io.tholepin.etcdprotocol.EtcdServerConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/**
 * {@code thole store}: one member of the store, serving etcd's API, until SIGINT or SIGTERM. Takes etcd's flags and
 * variables. Logs as etcd does, one line of which is {@code ready to serve client requests}.
 */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        versionProvider = StoreCommand.Versions.class,
        sortOptions = false,
        description = {
            "Run a member of the store, which speaks etcd's API, until SIGINT or SIGTERM.",
            "Takes etcd's flags, ETCD_* variables and configuration file."
        },
        subcommands = {StoreImport.class, StoreExport.class, StoreRestore.class, StoreInspect.class})
final class StoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    StoreCommand() {}

    /** Adds etcd's flags to the command; picocli's annotations cannot hold a table. */
    static void addFlags(CommandSpec store) {
        for (EtcdFlag flag : EtcdFlags.ALL) {
            boolean isSwitch = flag.kind() == EtcdFlag.Kind.SWITCH;
            store.addOption(OptionSpec.builder(flag.spellings())
                    .type(String.class)
                    .arity(isSwitch ? "0..1" : "1")
                    .fallbackValue(isSwitch ? "true" : "")
                    .paramLabel(flag.kind() == EtcdFlag.Kind.TEXT ? "VALUE" : flag.kind().name())
                    .hidden(flag.use() == EtcdFlag.Use.WITHOUT_EFFECT)
                    .description(flag.fallback().isEmpty() ? flag.help() : flag.help() + " (default: " + flag.fallback() + ")")
                    .build());
        }
    }

    @Override
    public Integer call() {
        FlagValues flags = FlagValues.of(EtcdFlags.ALL, commandLine(), System.getenv());
        System.setProperty(LogSetup.FORMAT, flags.text("log-format").equals("console") ? "text" : "etcd");
        System.setProperty(LogSetup.LEVEL, logLevel(flags.text("log-level")));
        flags.logWhatHasNoEffect();
        return new MemberProcess(new MemberFlags(flags)).run();
    }

    /** What stands on the command line, by flag name. */
    private Map<String, String> commandLine() {
        Map<String, String> given = new HashMap<>();
        for (EtcdFlag flag : EtcdFlags.ALL) {
            String spelling = "--" + flag.name();
            if (spec.commandLine().getParseResult().hasMatchedOption(spelling)) {
                given.put(flag.name(), spec.commandLine().getParseResult().matchedOptionValue(spelling, ""));
            }
        }
        return given;
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

    static CommandLine prepared(CommandLine main) {
        addFlags(java.util.Objects.requireNonNull(main.getSubcommands().get("store")).getCommandSpec());
        return main;
    }
}
