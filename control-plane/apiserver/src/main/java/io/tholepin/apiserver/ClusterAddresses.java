package io.tholepin.apiserver;

import java.net.InetAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The range that cluster IPs come from: IPv4, first address for the API itself, a static band at the bottom for those
 * who ask for a number. Immutable. Source: contract 6.4.
 *
 * @param network first address as a number
 * @param prefixLength bits of the network
 */
record ClusterAddresses(long network, int prefixLength) {
    private static final int STATIC_BAND_MIN = 16;
    private static final int STATIC_BAND_MAX = 256;

    /** Parses {@code 10.96.0.0/16}. */
    static ClusterAddresses parse(String cidr) {
        int slash = cidr.indexOf('/');
        Long address = number(cidr.substring(0, Math.max(slash, 0)));
        if (address == null) {
            throw new IllegalArgumentException(
                    "service range: " + cidr + " (expected: an IPv4 CIDR such as 10.96.0.0/16)");
        }
        int bits = Integer.parseInt(cidr.substring(slash + 1));
        if (bits < 8 || bits > 30) {
            throw new IllegalArgumentException("service range: " + cidr + " (expected: /8 to /30)");
        }
        return new ClusterAddresses(address & -1L << 32 - bits, bits);
    }

    /** The address as a number, null when the text is no IPv4 address. */
    static @Nullable Long number(String text) {
        try {
            byte[] bytes = InetAddress.ofLiteral(text).getAddress();
            if (bytes.length != 4 || text.chars().filter(c -> c == '.').count() != 3) {
                return null;
            }
            long number = 0;
            for (byte one : bytes) {
                number = number << 8 | one & 0xFF;
            }
            return number;
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }

    static String text(long address) {
        return (address >> 24 & 0xFF) + "." + (address >> 16 & 0xFF) + "." + (address >> 8 & 0xFF) + "."
                + (address & 0xFF);
    }

    /** Number of addresses, the network's own and the last one included. */
    long size() {
        return 1L << 32 - prefixLength;
    }

    /** The first one that can be used, which is that of the service {@code kubernetes}. */
    String first() {
        return text(network + 1);
    }

    /** Whether an address can be given to a service. */
    boolean contains(long address) {
        return address > network && address < network + size() - 1;
    }

    /**
     * A free address: from a random place in the upper band on, then from the static band.
     *
     * @return null when all are taken
     */
    @Nullable
    String free(SystemFields chance, Predicate<String> taken) {
        long staticBand = Math.min(Math.max(STATIC_BAND_MIN, size() / 16), STATIC_BAND_MAX);
        long usable = size() - 2;
        long lower = Math.min(staticBand, usable / 2);
        long upper = usable - lower;
        long start = chance.below((int) upper);
        for (long i = 0; i < usable; i++) {
            long offset = i < upper ? lower + (start + i) % upper : i - upper;
            String candidate = text(network + 1 + offset);
            if (!taken.test(candidate)) {
                return candidate;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return text(network) + "/" + prefixLength;
    }
}
