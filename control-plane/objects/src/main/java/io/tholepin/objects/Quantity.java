package io.tholepin.objects;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A resource quantity such as {@code 1500m}, {@code 2Gi} or {@code 1e3}: an exact number and the family of suffixes
 * it is
 * written in. {@link #toString} gives the canonical form that Kubernetes stores: no precision lost, no fraction, the
 * largest
 * suffix that allows both. Values finer than a nano round up (away from zero); beyond 2^63-1 they are capped, as
 * Kubernetes
 * does. Equality is by value and family; {@link #compareTo} by value.
 *
 * <p>Source: Kubernetes API documentation of Quantity.
 */
public final class Quantity implements Comparable<Quantity> {
    private static final BigDecimal CAP = new BigDecimal(Long.MAX_VALUE);
    private static final BigDecimal STEP = BigDecimal.valueOf(1024);
    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)");
    private static final Pattern SUFFIX = Pattern.compile("[eEinumkKMGTP]*[-+]?[0-9]*");
    /** Longer numbers are refused rather than computed with. */
    private static final int DIGITS_MAX = 256;

    private static final String BINARY = "KMGTPE";
    private static final String DECIMAL = "numkMGTPE";

    private final BigDecimal value;
    private final Format format;

    private enum Format {
        DECIMAL_SI,
        BINARY_SI,
        DECIMAL_EXPONENT
    }

    private Quantity(BigDecimal value, Format format) {
        this.value = value;
        this.format = format;
    }

    /**
     * Reads a quantity.
     *
     * @throws NumberFormatException with Kubernetes' message when it is none
     */
    public static Quantity parse(String text) {
        int end = numberEnd(text);
        String number = text.substring(0, end);
        String suffix = text.substring(end);
        if (text.isEmpty() || !SUFFIX.matcher(suffix).matches()) {
            throw new NumberFormatException(
                    "quantities must match the regular expression" + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        }
        if (number.length() > DIGITS_MAX || !NUMBER.matcher(number).matches()) {
            throw new NumberFormatException("unable to parse numeric part of quantity");
        }
        Scale scale = Scale.of(suffix);
        if (scale == null) {
            throw new NumberFormatException("unable to parse quantity's suffix");
        }
        return of(scale.apply(new BigDecimal(number)), scale.format);
    }

    /** Reads a quantity, null when it is none. */
    public static @Nullable Quantity tryParse(String text) {
        try {
            return parse(text);
        } catch (NumberFormatException none) {
            return null;
        }
    }

    private static Quantity of(BigDecimal exact, Format format) {
        BigDecimal value = exact.setScale(Math.min(9, Math.max(0, exact.scale())), RoundingMode.UP);
        if (value.abs().compareTo(CAP) > 0) {
            value = value.signum() > 0 ? CAP : CAP.negate();
        }
        // What is below the first binary suffix reads as decimal; above it binary suffixes cannot write fractions.
        Format kept = value.abs().compareTo(STEP) < 0 && format == Format.BINARY_SI ? Format.DECIMAL_SI : format;
        return new Quantity(kept == Format.BINARY_SI ? value.setScale(0, RoundingMode.UP) : value, kept);
    }

    private static int numberEnd(String text) {
        int at = !text.isEmpty() && (text.charAt(0) == '+' || text.charAt(0) == '-') ? 1 : 0;
        while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Power of ten or of 1024 and the family it belongs to. */
    private record Scale(int base, int exponent, Format format) {
        static @Nullable Scale of(String suffix) {
            if (suffix.isEmpty()) {
                return new Scale(10, 0, Format.DECIMAL_SI);
            }
            if (suffix.length() == 1 && DECIMAL.contains(suffix)) {
                int at = DECIMAL.indexOf(suffix);
                return new Scale(10, at < 3 ? 3 * (at - 3) : 3 * (at - 2), Format.DECIMAL_SI);
            }
            if (suffix.length() == 2 && suffix.charAt(1) == 'i' && BINARY.indexOf(suffix.charAt(0)) >= 0) {
                return new Scale(1024, BINARY.indexOf(suffix.charAt(0)) + 1, Format.BINARY_SI);
            }
            boolean exponent = suffix.length() > 1 && (suffix.charAt(0) == 'e' || suffix.charAt(0) == 'E');
            if (!exponent || !suffix.substring(1).matches("[-+]?[0-9]{1,9}")) {
                return null;
            }
            // Far beyond both ends of the range everything rounds alike.
            int power = Math.clamp(Integer.parseInt(suffix.substring(1)), -1000, 1000);
            return new Scale(10, power, Format.DECIMAL_EXPONENT);
        }

        BigDecimal apply(BigDecimal value) {
            return base == 10
                    ? value.scaleByPowerOfTen(exponent)
                    : value.multiply(new BigDecimal(BigInteger.valueOf(1024).pow(exponent)));
        }
    }

    /** The canonical form of a quantity, the text itself when it is none. */
    public static String canonical(String text) {
        Quantity quantity = tryParse(text);
        return quantity == null ? text : quantity.toString();
    }

    /** The value of whole units. */
    public static Quantity of(long units) {
        return new Quantity(BigDecimal.valueOf(units), Format.DECIMAL_SI);
    }

    /** Exact value. */
    public BigDecimal value() {
        return value;
    }

    /** -1, 0 or 1. */
    public int signum() {
        return value.signum();
    }

    /** Whole units, rounded up. */
    public long units() {
        return value.setScale(0, RoundingMode.CEILING).min(CAP).longValue();
    }

    /** Thousandths of a unit, rounded up, capped at 2^63-1. */
    public long milliUnits() {
        return value.movePointRight(3)
                .setScale(0, RoundingMode.CEILING)
                .min(CAP)
                .longValue();
    }

    /** The same, rounded up (away from zero) to thousandths. */
    Quantity roundedToMilli() {
        return value.scale() <= 3 ? this : of(value.setScale(3, RoundingMode.UP), format);
    }

    /** The sum, written in this one's family. */
    public Quantity plus(Quantity other) {
        Format family = value.signum() == 0 ? other.format : format;
        return new Quantity(value.add(other.value), family);
    }

    /** The difference, written in this one's family. */
    public Quantity minus(Quantity other) {
        return new Quantity(value.subtract(other.value), value.signum() == 0 ? other.format : format);
    }

    @Override
    public int compareTo(Quantity other) {
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Quantity quantity && compareTo(quantity) == 0 && format == quantity.format;
    }

    @Override
    public int hashCode() {
        return Objects.hash(value.stripTrailingZeros(), format);
    }

    @Override
    public String toString() {
        if (value.signum() == 0) {
            return "0";
        }
        return format == Format.BINARY_SI && value.abs().compareTo(STEP) >= 0 ? binaryText() : decimalText();
    }

    private String binaryText() {
        BigInteger units = value.setScale(0, RoundingMode.UP).toBigInteger();
        BigInteger step = BigInteger.valueOf(1024);
        int power = 0;
        while (power < BINARY.length() && units.mod(step).signum() == 0) {
            units = units.divide(step);
            power++;
        }
        return power == 0 ? units.toString() : units.toString() + BINARY.charAt(power - 1) + "i";
    }

    private String decimalText() {
        BigDecimal plain = value.stripTrailingZeros();
        int exponent = -plain.scale();
        // The largest multiple of three that leaves no fraction.
        int power = Math.floorDiv(exponent, 3) * 3;
        if (format != Format.DECIMAL_EXPONENT) {
            power = Math.min(power, 18);
        }
        String digits = plain.movePointLeft(power).toBigIntegerExact().toString();
        if (power == 0) {
            return digits;
        }
        return format == Format.DECIMAL_EXPONENT ? digits + "e" + power : digits + suffix(power);
    }

    private static char suffix(int power) {
        return DECIMAL.charAt(power < 0 ? power / 3 + 3 : power / 3 + 2);
    }
}
