package io.tholepin.objects;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/** What a YAML scalar means in JSON, by the rules of YAML 1.1 as Go's decoder applies them. */
final class YamlScalars {
    private static final String TAG_PREFIX = "tag:yaml.org,2002:";
    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger UNSIGNED_LONG_MAX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final double INTEGRAL_MAX = 1e21;

    private YamlScalars() {}

    static @Nullable Object value(ScalarEvent scalar) {
        String tag = scalar.getTag().orElse("");
        String text = scalar.getValue();
        return switch (tag) {
            case TAG_PREFIX + "str", "!" -> text;
            case TAG_PREFIX + "binary" -> binary(text);
            case TAG_PREFIX + "int", TAG_PREFIX + "float", TAG_PREFIX + "bool", TAG_PREFIX + "null" ->
                tagged(tag, text);
            default -> scalar.isPlain() ? plain(text) : text;
        };
    }

    private static @Nullable Object tagged(String tag, String text) {
        Object value = plain(text);
        String name = tag.substring(TAG_PREFIX.length());
        boolean fits = switch (name) {
            case "int" -> value instanceof Long || value instanceof BigInteger;
            case "float" -> value instanceof Number;
            case "bool" -> value instanceof Boolean;
            default -> value == null;
        };
        if (!fits) {
            throw new Yaml.Malformed("cannot decode !!str `" + text + "` as a !!" + name);
        }
        return value;
    }

    private static String binary(String text) {
        try {
            return new String(Base64.getMimeDecoder().decode(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            throw new Yaml.Malformed("!!binary value contains invalid base64 data");
        }
    }

    /** The meaning of an unquoted scalar: null, Boolean, Long, BigInteger, Double or the text itself. */
    static @Nullable Object plain(String text) {
        if (text.isEmpty()) {
            return null;
        }
        char first = text.charAt(0);
        if (first >= '0' && first <= '9' || first == '-' || first == '+' || first == '.') {
            Object number = number(text);
            return number == null ? text : number;
        }
        return word(text);
    }

    private static @Nullable Object word(String text) {
        return switch (text) {
            case "~", "null", "Null", "NULL" -> null;
            case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" -> Boolean.TRUE;
            case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF" -> Boolean.FALSE;
            default -> text;
        };
    }

    private static @Nullable Object number(String text) {
        String digits = text.replace("_", "");
        Object integer = integer(digits);
        if (integer != null) {
            return integer;
        }
        if (FLOAT.matcher(digits).matches()) {
            return decimal(new BigDecimal(digits));
        }
        return switch (text) {
            case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF" ->
                throw new Yaml.Malformed("json: unsupported value: " + text);
            default -> null;
        };
    }

    /** A float as JSON writes it: one without a fraction is an integer. */
    private static Object decimal(BigDecimal number) {
        double value = number.doubleValue();
        if (Double.isInfinite(value)) {
            throw new Yaml.Malformed("json: unsupported value: " + number);
        }
        if (value == Math.rint(value) && Math.abs(value) < INTEGRAL_MAX) {
            BigInteger integral = new BigDecimal(value).toBigInteger();
            return integral.bitLength() < Long.SIZE ? (Object) integral.longValue() : integral;
        }
        return value;
    }

    private static @Nullable Object integer(String text) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        int radix = 10;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            char mark = Character.toLowerCase(digits.charAt(1));
            radix = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
            digits = digits.substring(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
        }
        if (digits.isEmpty() || !digits.chars().allMatch(isDigitOf(radix))) {
            return null;
        }
        BigInteger value = new BigInteger(negative ? "-" + digits : digits, radix);
        if (value.bitLength() < Long.SIZE) {
            return value.longValue();
        }
        return value.compareTo(LONG_MIN) >= 0 && value.compareTo(UNSIGNED_LONG_MAX) <= 0 ? value : null;
    }

    private static java.util.function.IntPredicate isDigitOf(int radix) {
        return c -> c < 128 && Character.digit(c, radix) >= 0;
    }
}
