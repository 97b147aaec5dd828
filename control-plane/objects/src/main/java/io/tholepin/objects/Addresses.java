package io.tholepin.objects;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;

/** Textual IP addresses and CIDR blocks. Never looks a name up. */
final class Addresses {
    private static final Pattern V4 = Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private Addresses() {}

    /** An IPv4 or IPv6 address. */
    static List<String> ip(String text) {
        return isIp(text) ? List.of() : List.of("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }

    /** A block such as {@code 10.0.0.0/8}. */
    static List<String> cidr(String text) {
        int slash = text.indexOf('/');
        if (slash > 0
                && isIp(text.substring(0, slash))
                && text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
            int bits = Integer.parseInt(text.substring(slash + 1));
            if (bits <= (isV6(text) ? 128 : 32)) {
                return List.of();
            }
        }
        return List.of("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
    }

    static boolean isV6(String text) {
        return text.indexOf(':') >= 0;
    }

    static boolean isIp(String text) {
        if (V4.matcher(text).matches()) {
            return List.of(text.split("\\.")).stream().allMatch(part -> Integer.parseInt(part) <= 255);
        }
        if (!V6.matcher(text).matches()) {
            return false;
        }
        try {
            // Only hexadecimal digits, colons and dots: the JDK parses it as a literal or refuses it.
            InetAddress.getByName("[" + text + "]");
            return true;
        } catch (UnknownHostException none) {
            return false;
        }
    }
}
