package io.tholepin.objects;

import java.time.LocalDate;
import java.time.YearMonth;

/** Reads one RFC 3339 text the way Go's {@code time.Parse} does, with its messages. */
final class TimestampParser {
    private final String text;
    private final boolean micro;
    private int at;

    TimestampParser(String text, boolean micro) {
        this.text = text;
        this.micro = micro;
    }

    Timestamp parse() {
        int year = number(4, "2006");
        sign('-');
        int month = number(2, "01");
        within(month, 1, 12, "month");
        sign('-');
        int day = number(2, "02");
        sign('T');
        int hour = number(2, "15");
        within(hour, 0, 23, "hour");
        sign(':');
        int minute = number(2, "04");
        within(minute, 0, 59, "minute");
        sign(':');
        int second = number(2, "05");
        within(second, 0, 59, "second");
        int nanos = micro ? sixDigits() : fraction();
        int offset = zone();
        if (at < text.length()) {
            throw refused(": extra text: " + Json.text(text.substring(at)));
        }
        within(day, 1, YearMonth.of(year, month).lengthOfMonth(), "day");
        long days = LocalDate.of(year, month, day).toEpochDay();
        return new Timestamp(days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanos);
    }

    private IllegalArgumentException refused(String why) {
        return new IllegalArgumentException("parsing time " + Json.text(text) + why);
    }

    private IllegalArgumentException unexpected(String element) {
        String layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00";
        return refused(" as " + Json.text(layout) + ": cannot parse " + Json.text(text.substring(at)) + " as "
                + Json.text(element));
    }

    private void within(int value, int min, int max, String what) {
        if (value < min || value > max) {
            throw refused(": " + what + " out of range");
        }
    }

    private boolean digitAt(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private int number(int count, String element) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            if (!digitAt(at + i)) {
                throw unexpected(element);
            }
            value = value * 10 + text.charAt(at + i) - '0';
        }
        at += count;
        return value;
    }

    private void sign(char c) {
        if (at >= text.length() || text.charAt(at) != c) {
            throw unexpected(Character.toString(c));
        }
        at++;
    }

    private int sixDigits() {
        if (at >= text.length() || text.charAt(at) != '.') {
            throw unexpected(".000000");
        }
        at++;
        return number(6, ".000000") * 1000;
    }

    /** A fraction of any length; digits beyond the nanosecond are dropped. */
    private int fraction() {
        boolean there = at < text.length() && (text.charAt(at) == '.' || text.charAt(at) == ',') && digitAt(at + 1);
        if (!there) {
            return 0;
        }
        at++;
        int nanos = 0;
        for (int unit = 100_000_000; digitAt(at); at++, unit /= 10) {
            nanos += (text.charAt(at) - '0') * unit;
        }
        return nanos;
    }

    private int zone() {
        if (at < text.length() && text.charAt(at) == 'Z') {
            at++;
            return 0;
        }
        boolean shaped = text.length() - at >= 6
                && (text.charAt(at) == '+' || text.charAt(at) == '-')
                && digitAt(at + 1)
                && digitAt(at + 2)
                && text.charAt(at + 3) == ':'
                && digitAt(at + 4)
                && digitAt(at + 5);
        if (!shaped) {
            throw unexpected("Z07:00");
        }
        int sign = text.charAt(at) == '-' ? -1 : 1;
        int hours = Integer.parseInt(text, at + 1, at + 3, 10);
        int minutes = Integer.parseInt(text, at + 4, at + 6, 10);
        within(hours, 0, 24, "time zone offset hour");
        within(minutes, 0, 59, "time zone offset minute");
        at += 6;
        return sign * (hours * 3600 + minutes * 60);
    }
}
