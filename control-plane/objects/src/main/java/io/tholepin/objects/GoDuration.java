package io.tholepin.objects;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Durations as Go writes them: {@code 1h30m0s}, {@code 15ms}. Range about 292 years either way, resolution 1 ns. */
public final class GoDuration {
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    private GoDuration() {}

    /** Reads a duration, null when it is none. */
    public static @Nullable Duration parse(String text) {
        boolean negative = text.startsWith("-");
        int at = negative || text.startsWith("+") ? 1 : 0;
        if (text.substring(at).equals("0")) {
            return Duration.ZERO;
        }
        BigDecimal nanos = BigDecimal.ZERO;
        boolean any = false;
        while (at < text.length()) {
            int numberEnd = skip(text, at, true);
            int unitEnd = skip(text, numberEnd, false);
            BigDecimal number = number(text.substring(at, numberEnd));
            long unit = unitNanos(text.substring(numberEnd, unitEnd));
            if (number == null || unit == 0) {
                return null;
            }
            nanos = nanos.add(number.multiply(BigDecimal.valueOf(unit)));
            at = unitEnd;
            any = true;
        }
        if (!any || nanos.compareTo(MAX) > 0) {
            return null;
        }
        return Duration.ofNanos(negative ? -nanos.longValue() : nanos.longValue());
    }

    private static int skip(String text, int from, boolean number) {
        int at = from;
        while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.') == number) {
            at++;
        }
        return at;
    }

    private static @Nullable BigDecimal number(String text) {
        return text.matches("[0-9]+\\.?[0-9]*|\\.[0-9]+")
                ? new BigDecimal(text.endsWith(".") ? text + "0" : text)
                : null;
    }

    private static long unitNanos(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "\u00b5s", "\u03bcs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 0;
        };
    }

    /** Writes a duration. */
    public static String format(Duration duration) {
        long nanos = duration.toNanos();
        if (nanos == 0) {
            return "0s";
        }
        String sign = nanos < 0 ? "-" : "";
        BigDecimal size = BigDecimal.valueOf(nanos).abs();
        if (size.compareTo(BigDecimal.valueOf(1_000)) < 0) {
            return sign + size + "ns";
        }
        if (size.compareTo(BigDecimal.valueOf(1_000_000)) < 0) {
            return sign + plain(size.movePointLeft(3)) + "\u00b5s";
        }
        if (size.compareTo(BigDecimal.valueOf(1_000_000_000)) < 0) {
            return sign + plain(size.movePointLeft(6)) + "ms";
        }
        BigDecimal[] minutes = size.movePointLeft(9).divideAndRemainder(BigDecimal.valueOf(60));
        long wholeMinutes = minutes[0].longValue();
        String seconds = plain(minutes[1]) + "s";
        String rest = wholeMinutes == 0 ? seconds : wholeMinutes % 60 + "m" + seconds;
        return sign + (wholeMinutes < 60 ? rest : wholeMinutes / 60 + "h" + rest);
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
