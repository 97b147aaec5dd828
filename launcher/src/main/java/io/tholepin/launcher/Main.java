package io.tholepin.launcher;

import java.util.Objects;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code thole}. Exit codes: 0 done, 1 failed, 2 used wrongly. Errors are one line on stderr. */
@Command(
        name = "thole",
        description = "A Kubernetes control plane for the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            Up.class,
            ApiServerCommand.class,
            StoreCommand.class,
            BenchCommand.class,
            Train.class,
            AutoComplete.GenerateCompletion.class,
            CommandLine.HelpCommand.class
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    private Main() {}

    /** Runs the command named by {@code args} and exits with its code. */
    public static void main(String[] args) {
        int code = commandLine().execute(args);
        System.out.flush();
        System.exit(code);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                System.getenv("NO_COLOR") != null || System.console() == null ? Ansi.OFF : Ansi.AUTO));
        StoreFlags.addTo(subcommand(line, "store"), EtcdFlags.ALL);
        StoreFlags.addTo(subcommand(line, "up"), EtcdFlags.OF_UP);
        StoreFlags.addTo(
                Objects.requireNonNull(subcommand(line, "store").subcommands().get("restore"))
                        .getCommandSpec(),
                StoreRestore.FLAGS);
        subcommand(line, "generate-completion")
                .usageMessage()
                .description("Print a completion script for bash and zsh: source <(thole generate-completion)");
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof Refusal) {
                command.getErr().println("thole: " + failure.getMessage());
            } else {
                command.getErr().println("thole: " + command.getCommandName() + " failed: " + failure);
                System.getLogger(Main.class.getName()).log(System.Logger.Level.ERROR, "unexpected", failure);
            }
            return 1;
        });
        return line;
    }

    private static CommandSpec subcommand(CommandLine line, String name) {
        return Objects.requireNonNull(line.getSubcommands().get(name)).getCommandSpec();
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "name a command, for example: thole up");
    }
}
