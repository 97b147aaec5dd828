package io.tholepin.etcdprotocol;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version an etcd reports, as far as it decides what can be relied on.
 *
 * @param text as reported
 */
record EtcdVersion(String text) {
    /** Which versions {@link #progressIsTrustworthy} accepts, in words. */
    static final String EXPECTED = "3.4.31 or later, but not 3.5.0 to 3.5.12";

    private static final Pattern FORM = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})(-.+)?");

    /**
     * Whether the progress that this version answers on request comes after the events before it, and comes at all when
     * there are none. Both were broken once; kube-apiserver draws the same line. Source: contract 5.6, etcd issues
     * 15220 and 17507.
     */
    boolean progressIsTrustworthy() {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            return false;
        }
        int major = Integer.parseInt(parts.group(1));
        int minor = Integer.parseInt(parts.group(2));
        int patch = Integer.parseInt(parts.group(3));
        // A pre-release comes before the release of the same number.
        int reached = parts.group(4) == null ? patch : patch - 1;
        if (major != 3) {
            return major > 3;
        }
        return switch (minor) {
            case 0, 1, 2, 3 -> false;
            case 4 -> reached >= 31;
            case 5 -> reached >= 13;
            default -> true;
        };
    }
}
