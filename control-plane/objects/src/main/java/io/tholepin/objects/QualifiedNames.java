package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules for label keys and values, with Kubernetes' texts. A key is a name of up to 63 bytes, optionally after a DNS
 * subdomain and a slash; a value is empty or a name. Source: contract 2.8.
 */
final class QualifiedNames {
    private static final int NAME_BYTES_MAX = 63;
    private static final int SUBDOMAIN_BYTES_MAX = 253;
    private static final String NAME_ERROR =
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and"
                    + " end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
                    + " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private static final String VALUE_ERROR = "a valid label must be an empty string or consist of alphanumeric"
            + " characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or"
            + " 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    private static final String SUBDOMAIN_ERROR =
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
                    + " characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex"
                    + " used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private QualifiedNames() {}

    /** What is wrong with a label or annotation key; empty when nothing is. */
    static List<String> keyErrors(String key) {
        List<String> errors = new ArrayList<>();
        int slash = key.indexOf('/');
        if (slash != key.lastIndexOf('/')) {
            errors.add("a qualified name " + NAME_ERROR
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
            return errors;
        }
        if (slash == 0) {
            errors.add("prefix part must be non-empty");
        } else if (slash > 0) {
            for (String error : subdomainErrors(key.substring(0, slash))) {
                errors.add("prefix part " + error);
            }
        }
        String name = key.substring(slash + 1);
        if (name.isEmpty()) {
            errors.add("name part must be non-empty");
        } else if (tooLong(name, NAME_BYTES_MAX)) {
            errors.add("name part " + atMost(NAME_BYTES_MAX));
        }
        if (!isName(name)) {
            errors.add("name part " + NAME_ERROR);
        }
        return errors;
    }

    /** What is wrong with a label value; empty when nothing is. */
    static List<String> valueErrors(String value) {
        List<String> errors = new ArrayList<>();
        if (tooLong(value, NAME_BYTES_MAX)) {
            errors.add(atMost(NAME_BYTES_MAX));
        }
        if (!value.isEmpty() && !isName(value)) {
            errors.add(VALUE_ERROR);
        }
        return errors;
    }

    /** What is wrong with a DNS subdomain; empty when nothing is. */
    static List<String> subdomainErrors(String value) {
        List<String> errors = new ArrayList<>();
        if (tooLong(value, SUBDOMAIN_BYTES_MAX)) {
            errors.add(atMost(SUBDOMAIN_BYTES_MAX));
        }
        for (String label : value.split("\\.", -1)) {
            if (!isDnsLabel(label)) {
                errors.add(SUBDOMAIN_ERROR);
                break;
            }
        }
        return errors;
    }

    private static String atMost(int bytesMax) {
        return "must be no more than " + bytesMax + " bytes";
    }

    private static boolean tooLong(String text, int bytesMax) {
        return text.length() > bytesMax || text.getBytes(StandardCharsets.UTF_8).length > bytesMax;
    }

    private static boolean isName(String text) {
        if (text.isEmpty() || !isAlphanumeric(text.charAt(0)) || !isAlphanumeric(text.charAt(text.length() - 1))) {
            return false;
        }
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isDnsLabel(String text) {
        if (text.isEmpty() || text.startsWith("-") || text.endsWith("-")) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
