package io.tholepin.launcher;

import io.tholepin.etcdprotocol.GoDuration;
import io.tholepin.launcher.EtcdFlag.Kind;
import io.tholepin.launcher.EtcdFlag.Use;
import io.tholepin.objects.Yaml;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What etcd's flags say, once command line, environment and defaults are put together: a flag on the command line, else
 * its {@code ETCD_} variable, else the default; a variable beside a flag is refused, because one of the two would be
 * ignored. A configuration file replaces both. Source: contract 4.
 */
final class FlagValues {
    private static final String PREFIX = "ETCD_";

    /** etcdctl's own variables, which may be set beside. */
    private static final String CLIENT_PREFIX = "ETCDCTL_";

    /** Sections of a configuration file, and what their keys' flags begin with. */
    private static final Map<String, String> SECTIONS =
            Map.of("client-transport-security", "", "peer-transport-security", "peer-");

    private final Map<String, String> given;
    private final Map<String, EtcdFlag> flags;
    private final Set<String> unknown;

    private FlagValues(Map<String, String> given, Map<String, EtcdFlag> flags, Set<String> unknown) {
        this.given = given;
        this.flags = flags;
        this.unknown = unknown;
    }

    /**
     * Puts them together.
     *
     * @param commandLine values by flag name
     * @param environment the process's
     * @throws Refusal when a value is malformed, or given twice
     */
    static FlagValues of(List<EtcdFlag> known, Map<String, String> commandLine, Map<String, String> environment) {
        Map<String, EtcdFlag> flags = new HashMap<>();
        known.forEach(flag -> flags.put(flag.name(), flag));
        String file = commandLine.getOrDefault("config-file", environment.getOrDefault("ETCD_CONFIG_FILE", ""));
        Map<String, String> given =
                file.isEmpty() ? merged(known, commandLine, environment) : fromFile(Path.of(file), flags);
        FlagValues values = new FlagValues(given, flags, file.isEmpty() ? unknown(known, environment) : Set.of());
        given.keySet().forEach(values::check);
        return values;
    }

    /** Tells the log what was given and does nothing. */
    void logWhatHasNoEffect() {
        System.Logger log = System.getLogger(FlagValues.class.getName());
        unknown.forEach(name -> log.log(Level.WARNING, "unrecognized environment variable {0}", name));
        Set<String> unused = new TreeSet<>(given.keySet());
        unused.removeIf(name -> flag(flags, name).use() == Use.USED);
        if (!unused.isEmpty()) {
            log.log(Level.INFO, "these flags have no effect here: {0}", String.join(", ", unused));
        }
    }

    private static Map<String, String> merged(
            List<EtcdFlag> known, Map<String, String> commandLine, Map<String, String> environment) {
        Map<String, String> given = new HashMap<>(commandLine);
        for (EtcdFlag flag : known) {
            String value = environment.get(flag.variable());
            if (value == null) {
                continue;
            }
            if (commandLine.containsKey(flag.name())) {
                throw new Refusal(
                        "--" + flag.name() + " and " + flag.variable()
                                + " are both set: remove one of them (expected: one)",
                        null);
            }
            given.put(flag.name(), value);
        }
        return given;
    }

    private static Set<String> unknown(List<EtcdFlag> known, Map<String, String> environment) {
        Set<String> unknown = new TreeSet<>(environment.keySet());
        unknown.removeIf(name -> !name.startsWith(PREFIX) || name.startsWith(CLIENT_PREFIX));
        known.forEach(flag -> unknown.remove(flag.variable()));
        return unknown;
    }

    private static Map<String, String> fromFile(Path file, Map<String, EtcdFlag> flags) {
        Map<String, String> given = new HashMap<>();
        try {
            byte[] bytes = Files.readAllBytes(file);
            Object tree = Yaml.parse(bytes, 0, bytes.length, key -> {
                throw new Refusal("--config-file " + file + ": " + key + " is there twice", null);
            });
            collect(file, tree, "", flags, given);
            return given;
        } catch (IOException e) {
            throw new Refusal("--config-file " + file + " cannot be read: " + e.getMessage(), e);
        } catch (Yaml.Malformed e) {
            throw new Refusal("--config-file " + file + " is not YAML: " + e.getMessage(), e);
        }
    }

    private static void collect(
            Path file, @Nullable Object tree, String prefix, Map<String, EtcdFlag> flags, Map<String, String> given) {
        if (!(tree instanceof Map<?, ?> map)) {
            throw new Refusal("--config-file " + file + " holds no keys (expected: flag names)", null);
        }
        map.forEach((key, value) -> {
            String name = prefix + key;
            String section = prefix.isEmpty() ? SECTIONS.get(name) : null;
            if (section != null) {
                collect(file, value, section, flags, given);
                return;
            }
            EtcdFlag flag = flags.get(name);
            if (flag == null) {
                throw new Refusal("--config-file " + file + ": unknown key " + name, null);
            }
            // etcd's file gives durations as nanoseconds.
            boolean nanoseconds = flag.kind() == Kind.DURATION && value instanceof Number;
            given.put(name, value == null ? "" : value + (nanoseconds ? "ns" : ""));
        });
    }

    private void check(String name) {
        switch (flag(flags, name).kind()) {
            case TEXT -> {}
            case SWITCH -> isOn(name);
            case NUMBER -> number(name);
            case DURATION -> duration(name);
        }
    }

    /** Whether the flag was given anywhere. */
    boolean isGiven(String name) {
        return given.containsKey(name);
    }

    /** A flag's value as it was given, or its default. */
    String text(String name) {
        return given.getOrDefault(name, flag(flags, name).fallback());
    }

    /** The parts of a value between commas; none of an empty one. */
    List<String> texts(String name) {
        String text = text(name);
        return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
    }

    /** A file, null when none is named. */
    @Nullable
    Path file(String name) {
        String text = text(name);
        return text.isEmpty() ? null : Path.of(text);
    }

    /** Whether a switch is on. */
    boolean isOn(String name) {
        return switch (text(name)) {
            case "true", "TRUE", "True", "t", "T", "1", "" -> true;
            case "false", "FALSE", "False", "f", "F", "0" -> false;
            default -> throw malformed(name, "true or false");
        };
    }

    /** A whole number. */
    long number(String name) {
        try {
            return Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            throw malformed(name, "a whole number");
        }
    }

    /** A whole number within bounds, both inclusive. */
    int number(String name, int least, int most) {
        long number = number(name);
        if (number < least || number > most) {
            throw malformed(name, least + " to " + most);
        }
        return (int) number;
    }

    /** Whether the command has such a flag at all: a control plane has fewer than a store. */
    boolean knows(String name) {
        return flags.containsKey(name);
    }

    /** A duration. */
    Duration duration(String name) {
        Duration duration = GoDuration.parse(text(name));
        if (duration == null) {
            throw malformed(name, "a duration like 1h30m or 500ms");
        }
        return duration;
    }

    private Refusal malformed(String name, String expected) {
        return new Refusal("--" + name + ": " + text(name) + " (expected: " + expected + ")", null);
    }

    private static EtcdFlag flag(Map<String, EtcdFlag> flags, String name) {
        EtcdFlag flag = flags.get(name);
        if (flag == null) {
            throw new IllegalArgumentException("no such flag: " + name);
        }
        return flag;
    }
}
