package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The grammars of names, labels and keys. Each check answers with what is wrong in Kubernetes' words, an empty list
 * when
 * nothing is. Lengths count UTF-8 bytes. Source: contract 2.8.
 */
public final class Names {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final String DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private static final String KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final String KEY_RULE =
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and"
                    + " end with an alphanumeric character";
    private static final String CONFIG_KEY = "[-._a-zA-Z0-9]+";

    private static final Pattern LABEL_PATTERN = Pattern.compile(LABEL);
    private static final Pattern SUBDOMAIN_PATTERN = Pattern.compile(SUBDOMAIN);
    private static final Pattern DNS_1035_PATTERN = Pattern.compile(DNS_1035);
    private static final Pattern WILDCARD_PATTERN = Pattern.compile("\\*\\." + SUBDOMAIN);
    private static final Pattern KEY_PATTERN = Pattern.compile(KEY);
    private static final Pattern VALUE_PATTERN = Pattern.compile("(" + KEY + ")?");
    private static final Pattern CONFIG_KEY_PATTERN = Pattern.compile(CONFIG_KEY);

    private Names() {}

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static String tooLong(int bytesMax) {
        return "must be no more than " + bytesMax + " bytes";
    }

    static String regex(String rule, String pattern, String... examples) {
        StringBuilder out = new StringBuilder(rule).append(" (e.g. ");
        for (int i = 0; i < examples.length; i++) {
            out.append(i > 0 ? " or " : "").append('\'').append(examples[i]).append("', ");
        }
        return out.append("regex used for validation is '")
                .append(pattern)
                .append("')")
                .toString();
    }

    /** A DNS-1123 subdomain, at most 253 bytes: most objects' names. */
    public static List<String> subdomain(String name) {
        List<String> wrong = lengthOf(name, 253);
        if (!SUBDOMAIN_PATTERN.matcher(name).matches()) {
            wrong.add(regex(
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
                            + " and must start and end with an alphanumeric character",
                    SUBDOMAIN,
                    "example.com"));
        }
        return wrong;
    }

    /** A DNS-1123 label, at most 63 bytes: namespaces, containers. */
    public static List<String> label(String name) {
        List<String> wrong = lengthOf(name, 63);
        if (!LABEL_PATTERN.matcher(name).matches()) {
            wrong.add(
                    SUBDOMAIN_PATTERN.matcher(name).matches()
                            ? "must not contain dots"
                            : regex(
                                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or"
                                            + " '-', and must start and end with an alphanumeric character",
                                    LABEL,
                                    "my-name",
                                    "123-abc"));
        }
        return wrong;
    }

    /** A DNS-1035 label, at most 63 bytes: services. */
    public static List<String> dns1035Label(String name) {
        List<String> wrong = lengthOf(name, 63);
        if (!DNS_1035_PATTERN.matcher(name).matches()) {
            wrong.add(regex(
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an"
                            + " alphabetic character, and end with an alphanumeric character",
                    DNS_1035,
                    "my-name",
                    "abc-123"));
        }
        return wrong;
    }

    /** A host name whose first label is a star. */
    static List<String> wildcardSubdomain(String name) {
        List<String> wrong = lengthOf(name, 253);
        if (!WILDCARD_PATTERN.matcher(name).matches()) {
            wrong.add(regex(
                    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must"
                            + " consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric"
                            + " character",
                    "\\*\\." + SUBDOMAIN,
                    "*.example.com"));
        }
        return wrong;
    }

    /** One segment of a path: RBAC objects. */
    public static List<String> pathSegment(String name) {
        if (name.equals(".") || name.equals("..")) {
            return List.of("may not be '" + name + "'");
        }
        List<String> wrong = new ArrayList<>();
        for (String part : List.of("/", "%")) {
            if (name.contains(part)) {
                wrong.add("may not contain '" + part + "'");
            }
        }
        return wrong;
    }

    /** A qualified name: label keys, finalizers, condition types. */
    public static List<String> labelKey(String key) {
        List<String> wrong = new ArrayList<>();
        String[] parts = key.split("/", -1);
        if (parts.length > 2) {
            wrong.add("a valid label key " + regex(KEY_RULE, KEY, "MyName", "my.name", "123-abc")
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
            return wrong;
        }
        if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                wrong.add("prefix part must be non-empty");
            } else {
                subdomain(parts[0]).forEach(message -> wrong.add("prefix part " + message));
            }
        }
        String name = parts[parts.length - 1];
        if (name.isEmpty()) {
            wrong.add("name part must be non-empty");
        } else if (bytes(name) > 63) {
            wrong.add("name part " + tooLong(63));
        }
        if (!KEY_PATTERN.matcher(name).matches()) {
            wrong.add("name part " + regex(KEY_RULE, KEY, "MyName", "my.name", "123-abc"));
        }
        return wrong;
    }

    /** An annotation's key: a qualified name in any case. */
    public static List<String> annotationKey(String key) {
        return labelKey(key.toLowerCase(Locale.ROOT));
    }

    /** A label's value. */
    public static List<String> labelValue(String value) {
        List<String> wrong = lengthOf(value, 63);
        if (!VALUE_PATTERN.matcher(value).matches()) {
            wrong.add(regex(
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and"
                            + " must start and end with an alphanumeric character",
                    "(" + KEY + ")?",
                    "MyValue",
                    "my_value",
                    "12345"));
        }
        return wrong;
    }

    /** A key of a ConfigMap or Secret. */
    static List<String> configKey(String key) {
        List<String> wrong = lengthOf(key, 253);
        if (!CONFIG_KEY_PATTERN.matcher(key).matches()) {
            wrong.add(regex(
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                    CONFIG_KEY,
                    "key.name",
                    "KEY_NAME",
                    "key-name"));
        }
        if (key.equals(".") || key.equals("..")) {
            wrong.add("must not be '" + key + "'");
        } else if (key.startsWith("..")) {
            wrong.add("must not start with '..'");
        }
        return wrong;
    }

    /** An environment variable: printable ASCII without the equals sign. */
    static List<String> environmentVariable(String name) {
        List<String> wrong = new ArrayList<>();
        if (name.isEmpty()) {
            wrong.add("environment variable name must be non-empty");
        }
        if (!name.chars().allMatch(c -> c >= ' ' && c < 127 && c != '=')) {
            wrong.add(
                    "a valid environment variable name must consist only of printable ASCII characters other than '='");
        }
        return wrong;
    }

    /** A port's name. */
    static List<String> portName(String name) {
        List<String> wrong = new ArrayList<>();
        if (name.length() > 15) {
            wrong.add(tooLong(15));
        }
        if (!name.matches("[-a-z0-9]+")) {
            wrong.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (name.chars().noneMatch(c -> c >= 'a' && c <= 'z')) {
            wrong.add("must contain at least one letter (a-z)");
        }
        if (name.contains("--")) {
            wrong.add("must not contain consecutive hyphens");
        }
        if (name.startsWith("-") || name.endsWith("-")) {
            wrong.add("must not begin or end with a hyphen");
        }
        return wrong;
    }

    private static List<String> lengthOf(String name, int bytesMax) {
        List<String> wrong = new ArrayList<>();
        if (bytes(name) > bytesMax) {
            wrong.add(tooLong(bytesMax));
        }
        return wrong;
    }
}
