package io.tholepin.launcher;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Puts the table of etcd's flags on a command; picocli's annotations cannot hold a table. */
final class StoreFlags {
    private StoreFlags() {}

    /** Adds {@code flags} to {@code command}; those without effect are taken and not shown. */
    static void addTo(CommandSpec command, List<EtcdFlag> flags) {
        for (EtcdFlag flag : flags) {
            boolean isSwitch = flag.kind() == EtcdFlag.Kind.SWITCH;
            String help = flag.fallback().isEmpty() ? flag.help() : flag.help() + " (default: " + flag.fallback() + ")";
            command.addOption(OptionSpec.builder(flag.spellings())
                    .type(String.class)
                    .arity(isSwitch ? "0..1" : "1")
                    .fallbackValue(isSwitch ? "true" : "")
                    .paramLabel(flag.kind() == EtcdFlag.Kind.TEXT ? "VALUE" : flag.kind().name())
                    .hidden(flag.use() == EtcdFlag.Use.WITHOUT_EFFECT)
                    .description(help)
                    .build());
        }
    }

    /** What stands on the command line, by flag name. */
    static Map<String, String> given(ParseResult parsed, List<EtcdFlag> flags) {
        Map<String, String> given = new HashMap<>();
        for (EtcdFlag flag : flags) {
            String spelling = "--" + flag.name();
            if (parsed.hasMatchedOption(spelling)) {
                given.put(flag.name(), parsed.matchedOptionValue(spelling, ""));
            }
        }
        return given;
    }
}
