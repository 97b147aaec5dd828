package io.tholepin.objects;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The order in which discovery lists the versions of a custom resource's group: {@code v2, v1, v1beta2, v1beta1,
 * v1alpha1}, then other names by the alphabet. Source: Kubernetes API documentation, "Version priority".
 */
final class VersionOrder {
    private static final Pattern KUBE = Pattern.compile("v([1-9][0-9]*)((alpha|beta)([1-9][0-9]*))?");

    /** Preferred versions first. */
    static final Comparator<String> PREFERRED_FIRST = Comparator.comparing(VersionOrder::rank)
            .thenComparing(VersionOrder::major, Comparator.reverseOrder())
            .thenComparing(VersionOrder::minor, Comparator.reverseOrder())
            .thenComparing(Comparator.naturalOrder());

    private VersionOrder() {}

    private static int rank(String version) {
        Matcher kube = KUBE.matcher(version);
        if (!kube.matches()) {
            return 3;
        }
        return kube.group(2) == null ? 0 : "beta".equals(kube.group(3)) ? 1 : 2;
    }

    private static BigInteger major(String version) {
        return number(version, 1);
    }

    private static BigInteger minor(String version) {
        return number(version, 4);
    }

    private static BigInteger number(String version, int group) {
        Matcher kube = KUBE.matcher(version);
        String digits = kube.matches() ? kube.group(group) : null;
        return digits == null ? BigInteger.ZERO : new BigInteger(digits);
    }
}
