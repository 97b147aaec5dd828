package io.tholepin.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One of etcd's flags. Source: contract 4.
 *
 * @param name without dashes
 * @param fallback value when it is given nowhere
 * @param use whether it does anything here
 * @param help one line for {@code --help}
 * @param older other names it goes by in older versions
 */
record EtcdFlag(String name, Kind kind, String fallback, Use use, String help, List<String> older) {
    /** Form of a flag's value. */
    enum Kind {
        TEXT,
        /** {@code true} or {@code false}; the name alone means true. */
        SWITCH,
        NUMBER,
        /** As Go writes durations: {@code 1h30m}, {@code 500ms}. */
        DURATION
    }

    /** What becomes of a flag. */
    enum Use {
        USED,
        /** Taken so that command lines written for etcd work; there is nothing here that it could change. */
        WITHOUT_EFFECT,
        /** Known, and what it asks for is not there: any value but the default is refused. */
        ABSENT
    }

    /** Every name it goes by, the usual one first. */
    List<String> names() {
        List<String> all = new ArrayList<>(List.of(name));
        all.addAll(older);
        return all;
    }

    /** The environment variable that stands for it. */
    String variable() {
        return variable(name);
    }

    /** Every environment variable that stands for it, the usual one first. */
    List<String> variables() {
        return names().stream().map(EtcdFlag::variable).toList();
    }

    private static String variable(String name) {
        return "ETCD_" + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }

    /** Every spelling on the command line, the usual one first: two dashes or one, new name or old. */
    String[] spellings() {
        return names().stream()
                .flatMap(each -> Stream.of("--" + each, "-" + each))
                .toArray(String[]::new);
    }

    static EtcdFlag text(String name, String fallback, String help) {
        return new EtcdFlag(name, Kind.TEXT, fallback, Use.USED, help, List.of());
    }

    static EtcdFlag number(String name, long fallback, String help) {
        return new EtcdFlag(name, Kind.NUMBER, Long.toString(fallback), Use.USED, help, List.of());
    }

    static EtcdFlag duration(String name, String fallback, String help) {
        return new EtcdFlag(name, Kind.DURATION, fallback, Use.USED, help, List.of());
    }

    static EtcdFlag on(String name, String help) {
        return new EtcdFlag(name, Kind.SWITCH, "true", Use.USED, help, List.of());
    }

    static EtcdFlag off(String name, String help) {
        return new EtcdFlag(name, Kind.SWITCH, "false", Use.USED, help, List.of());
    }

    /** The same, which 3.5 called {@code experimental-}. */
    EtcdFlag onceExperimental() {
        return new EtcdFlag(name, kind, fallback, use, help, List.of("experimental-" + name));
    }

    /** The same with another default. */
    EtcdFlag withFallback(String other) {
        return new EtcdFlag(name, kind, other, use, help, older);
    }

    /** The same, taken and not used. */
    EtcdFlag withoutEffect() {
        return new EtcdFlag(name, kind, fallback, Use.WITHOUT_EFFECT, help, older);
    }

    /** The same, known and not there. */
    EtcdFlag absent() {
        return new EtcdFlag(name, kind, fallback, Use.ABSENT, help, older);
    }
}
