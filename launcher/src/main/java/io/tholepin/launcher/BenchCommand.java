package io.tholepin.launcher;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thole bench}: experiments that start servers of their own, load them, and leave a report. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Run an experiment: start servers, put load on them, leave a report.",
        subcommands = {BenchConsistentReads.class})
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    BenchCommand() {}

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "name an experiment, for example: thole bench consistent-reads --out DIR");
    }
}
