package io.tholepin.launcher;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Puts the table of etcd's flags on a command; picocli's annotations cannot hold a table. */
final class StoreFlags {
    private StoreFlags() {}

    /**
     * Adds {@code flags} to {@code command}; those without effect, and second spellings, are taken
     * and not shown.
     */
    static void addTo(CommandSpec command, List<EtcdFlag> flags) {
        for (EtcdFlag flag : flags) {
            String[] spellings = flag.spellings();
            command.addOption(option(flag, flag.use() != EtcdFlag.Use.USED, spellings[0]));
            command.addOption(option(flag, true, Arrays.copyOfRange(spellings, 1, spellings.length)));
        }
    }

    private static OptionSpec option(EtcdFlag flag, boolean hidden, String... names) {
        boolean isSwitch = flag.kind() == EtcdFlag.Kind.SWITCH;
        String help = flag.fallback().isEmpty() ? flag.help() : flag.help() + " (default: " + flag.fallback() + ")";
        return OptionSpec.builder(names)
                .type(String.class)
                .arity(isSwitch ? "0..1" : "1")
                .fallbackValue(isSwitch ? "true" : "")
                .paramLabel(
                        flag.kind() == EtcdFlag.Kind.TEXT
                                ? "VALUE"
                                : flag.kind().name())
                .hidden(hidden)
                .description(help)
                .build();
    }

    /** What stands on the command line, by flag name. */
    static Map<String, String> given(ParseResult parsed, List<EtcdFlag> flags) {
        Map<String, String> given = new HashMap<>();
        for (EtcdFlag flag : flags) {
            for (String spelling : flag.spellings()) {
                if (parsed.hasMatchedOption(spelling)) {
                    given.put(flag.name(), parsed.matchedOptionValue(spelling, ""));
                }
            }
        }
        return given;
    }
}
