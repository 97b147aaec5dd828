package io.tholepin.objects;

import java.nio.charset.StandardCharsets;

/**
 * A point in time as Kubernetes writes it: RFC 3339 in UTC, to the second ({@code Time}) or the microsecond ({@code
 * MicroTime}).
 *
 * @param seconds since 1970
 * @param nanos of the second, 0 to 999,999,999
 */
record Timestamp(long seconds, int nanos) {
    /** Go's zero time, 0001-01-01T00:00:00Z, which JSON shows as null and protobuf as an empty message. */
    static final Timestamp ZERO = new Timestamp(-62_135_596_800L, 0);

    /** Bytes of the longest text. */
    static final int LENGTH_MAX = 27;

    private static final int DAY_SECONDS = 86_400;

    boolean isZero() {
        return equals(ZERO);
    }

    /** To the second. */
    String text() {
        byte[] out = new byte[LENGTH_MAX];
        return new String(out, 0, write(out), StandardCharsets.ISO_8859_1);
    }

    /** To the microsecond. */
    String microText() {
        byte[] out = new byte[LENGTH_MAX];
        return new String(out, 0, writeMicro(out), StandardCharsets.ISO_8859_1);
    }

    /** Writes {@link #text} and returns its length. */
    int write(byte[] out) {
        date(out);
        out[19] = 'Z';
        return 20;
    }

    /** Writes {@link #microText} and returns its length. */
    int writeMicro(byte[] out) {
        date(out);
        out[19] = '.';
        digits(out, 20, 6, nanos / 1000);
        out[26] = 'Z';
        return 27;
    }

    /** Proleptic Gregorian calendar from a count of days, over 400-year eras that begin on 1 March. */
    private void date(byte[] out) {
        long days = Math.floorDiv(seconds, DAY_SECONDS) + 719_468;
        int ofDay = Math.floorMod(seconds, DAY_SECONDS);
        long era = Math.floorDiv(days, 146_097);
        int dayOfEra = (int) Math.floorMod(days, 146_097L);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int monthFromMarch = (5 * dayOfYear + 2) / 153;
        int day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        digits(out, 0, 4, (int) year);
        out[4] = '-';
        digits(out, 5, 2, month);
        out[7] = '-';
        digits(out, 8, 2, day);
        out[10] = 'T';
        digits(out, 11, 2, ofDay / 3600);
        out[13] = ':';
        digits(out, 14, 2, ofDay / 60 % 60);
        out[16] = ':';
        digits(out, 17, 2, ofDay % 60);
    }

    private static void digits(byte[] out, int from, int count, int value) {
        int rest = value;
        for (int i = from + count - 1; i >= from; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /**
     * Reads RFC 3339 with any zone and any fraction.
     *
     * @throws IllegalArgumentException with Go's message when it is none
     */
    static Timestamp parse(String text) {
        return new TimestampParser(text, false).parse();
    }

    /**
     * Reads RFC 3339 with exactly six digits of fraction.
     *
     * @throws IllegalArgumentException with Go's message when it is none
     */
    static Timestamp parseMicro(String text) {
        return new TimestampParser(text, true).parse();
    }
}
