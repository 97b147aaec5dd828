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
            Map.of("client-transport-security", "", "peer-transport-security", "peer-", "socket-options", "socket-");

    /** Keys in sections that have other names than their flags. */
    private static final Map<String, String> OTHER_KEYS = Map.of(
            "allowed-hostname", "client-cert-allowed-hostname",
            "peer-allowed-cn", "peer-cert-allowed-cn",
            "peer-allowed-hostname", "peer-cert-allowed-hostname");

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
        known.forEach(flag -> flag.names().forEach(name -> flags.put(name, flag)));
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
        unused.removeIf(name -> flag(flags, name).use() != Use.WITHOUT_EFFECT);
        if (!unused.isEmpty()) {
            log.log(Level.INFO, "these flags have no effect here: {0}", String.join(", ", unused));
        }
    }

    private static Map<String, String> merged(
            List<EtcdFlag> known, Map<String, String> commandLine, Map<String, String> environment) {
        Map<String, String> given = new HashMap<>(commandLine);
        for (EtcdFlag flag : known) {
            for (String variable : flag.variables()) {
                String value = environment.get(variable);
                // One that is set to nothing is as one that is not set, as in etcd.
                boolean isSet = value != null && !value.isEmpty();
                if (isSet && given.putIfAbsent(flag.name(), value) != null) {
                    throw new Refusal(
                            "--" + flag.name() + " and " + variable
                                    + " are both set: remove one of them (expected: one)",
                            null);
                }
            }
        }
        return given;
    }

    private static Set<String> unknown(List<EtcdFlag> known, Map<String, String> environment) {
        Set<String> unknown = new TreeSet<>(environment.keySet());
        unknown.removeIf(name -> !name.startsWith(PREFIX) || name.startsWith(CLIENT_PREFIX));
        known.forEach(flag -> flag.variables().forEach(unknown::remove));
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
                if (value != null) {
                    collect(file, value, section, flags, given);
                }
                return;
            }
            EtcdFlag flag = flags.get(OTHER_KEYS.getOrDefault(name, name));
            if (flag == null) {
                throw new Refusal("--config-file " + file + ": unknown key " + name, null);
            }
            // A key without a value is one left out.
            if (value != null) {
                given.put(flag.name(), text(flag, value));
            }
        });
    }

    private static String text(EtcdFlag flag, Object value) {
        if (value instanceof List<?> several) {
            return String.join(",", several.stream().map(String::valueOf).toList());
        }
        // etcd's file gives durations as nanoseconds.
        return value + (flag.kind() == Kind.DURATION && value instanceof Number ? "ns" : "");
    }

    private void check(String name) {
        EtcdFlag checked = flag(flags, name);
        boolean asWithout = text(name).equals(checked.fallback()) || text(name).isEmpty();
        if (checked.use() == Use.ABSENT && !asWithout) {
            throw new Refusal("--" + name + " " + text(name) + " is not there: " + checked.help(), null);
        }
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
