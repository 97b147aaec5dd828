package io.tholepin.objects;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The string formats that schemas may name; others say nothing. Source: contract 4.1. */
final class ValueFormats {
    private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-%s[0-9a-f]{3}-%s[0-9a-f]{3}-[0-9a-f]{12}";
    private static final String HOST_LABEL = "[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?";
    private static final Pattern HOSTNAME = Pattern.compile(HOST_LABEL + "(\\." + HOST_LABEL + ")*\\.?");
    private static final Pattern SPOKEN_DURATION = Pattern.compile(
            "\\d+\\s*([nuµm]?s|m|h|d|w|(nano|micro|milli)?(second|sec)s?|min(ute)?s?|h(ou)?rs?|days?|w(ee)?ks?)");
    private static final Map<String, Predicate<String>> FORMATS = Map.ofEntries(
            Map.entry("byte", ValueFormats::base64),
            Map.entry("date", ValueFormats::date),
            Map.entry("date-time", ValueFormats::dateTime),
            Map.entry("datetime", ValueFormats::dateTime),
            Map.entry("duration", text -> GoDuration.parse(text) != null || matches(SPOKEN_DURATION, text)),
            Map.entry("email", pattern("[^@\\s<>]+@[^@\\s<>]+")),
            Map.entry("hostname", text -> text.length() <= 255 && matches(HOSTNAME, text)),
            Map.entry("ipv4", text -> Addresses.isIp(text) && !Addresses.isV6(text)),
            Map.entry("ipv6", text -> Addresses.isIp(text) && Addresses.isV6(text)),
            Map.entry("cidr", text -> Addresses.cidr(text).isEmpty()),
            Map.entry("mac", pattern("[0-9a-fA-F]{2}(([:-])[0-9a-fA-F]{2}){5}(([:-])[0-9a-fA-F]{2}){0,14}")),
            Map.entry("uri", ValueFormats::uri),
            Map.entry("uuid", uuid("[0-9a-f]", "[0-9a-f]")),
            Map.entry("uuid3", uuid("3", "[0-9a-f]")),
            Map.entry("uuid4", uuid("4", "[89ab]")),
            Map.entry("uuid5", uuid("5", "[89ab]")),
            Map.entry("bsonobjectid", pattern("[0-9a-fA-F]{24}")),
            Map.entry("creditcard", ValueFormats::creditCard),
            Map.entry("hexcolor", pattern("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")),
            Map.entry("rgbcolor", pattern("rgb\\(\\s*\\d{1,3}\\s*,\\s*\\d{1,3}\\s*,\\s*\\d{1,3}\\s*\\)")),
            Map.entry("isbn", text -> isbn10(text) || isbn13(text)),
            Map.entry("isbn10", ValueFormats::isbn10),
            Map.entry("isbn13", ValueFormats::isbn13),
            Map.entry("ssn", pattern("\\d{3}[- ]?\\d{2}[- ]?\\d{4}")),
            Map.entry("k8s-short-name", text -> Names.label(text).isEmpty()),
            Map.entry("k8s-long-name", text -> Names.subdomain(text).isEmpty()));

    private ValueFormats() {}

    /** The test of a format, null for one that says nothing. */
    static @Nullable Predicate<String> of(String format) {
        return FORMATS.get(format);
    }

    private static boolean matches(Pattern pattern, String text) {
        return pattern.matcher(text).matches();
    }

    private static Predicate<String> pattern(String regex) {
        return Pattern.compile(regex).asMatchPredicate();
    }

    private static Predicate<String> uuid(String version, String variant) {
        return Pattern.compile(UUID.formatted(version, variant), Pattern.CASE_INSENSITIVE)
                .asMatchPredicate();
    }

    private static boolean base64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return text.length() % 4 == 0;
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    private static boolean date(String text) {
        try {
            LocalDate.parse(text);
            return text.length() == 10;
        } catch (DateTimeException malformed) {
            return false;
        }
    }

    private static boolean dateTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return text.length() >= 20; // seconds are not optional
        } catch (DateTimeException malformed) {
            return false;
        }
    }

    /** Absolute, or a path from the root, as in a request line. */
    private static boolean uri(String text) {
        try {
            return text.startsWith("/") || new URI(text).isAbsolute();
        } catch (URISyntaxException malformed) {
            return false;
        }
    }

    private static boolean creditCard(String text) {
        String digits = text.replaceAll("[ -]", "");
        if (!digits.matches("\\d{12,19}")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int counted = i % 2 == 0 ? digit : 2 * digit;
            sum += counted > 9 ? counted - 9 : counted;
        }
        return sum % 10 == 0;
    }

    private static boolean isbn10(String text) {
        String digits = text.replaceAll("[ -]", "");
        if (!digits.matches("\\d{9}[0-9X]")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 10; i++) {
            int digit = digits.charAt(i) == 'X' ? 10 : digits.charAt(i) - '0';
            sum += (i + 1) * digit;
        }
        return sum % 11 == 0;
    }

    private static boolean isbn13(String text) {
        String digits = text.replaceAll("[ -]", "");
        if (!digits.matches("\\d{13}")) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 13; i++) {
            sum += (i % 2 == 0 ? 1 : 3) * (digits.charAt(i) - '0');
        }
        return sum % 10 == 0;
    }
}
