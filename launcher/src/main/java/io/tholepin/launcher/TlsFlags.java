package io.tholepin.launcher;

import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * Versions and cipher suites of TLS, towards clients and between members alike, in JSSE's spelling. Source: contract 4,
 * tls-min-version, tls-max-version, cipher-suites.
 */
record TlsFlags(List<String> protocols, List<String> cipherSuites) {
    private static final String TLS_1_3 = "TLSv1.3";
    private static final String TLS_1_2 = "TLSv1.2";

    /** Suites of TLS 1.3, which are always there as they are in etcd: its flag chooses among those of TLS 1.2. */
    private static final List<String> OF_TLS_1_3 =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

    /** Names that Go has beside the registered ones. */
    private static final Map<String, String> NAMES_OF_GO = Map.of(
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256");

    /**
     * What the flags say.
     *
     * @throws Refusal when the bounds leave no version, or a suite is unknown
     */
    static TlsFlags of(FlagValues flags) {
        boolean newestOnly = isTls13(flags, "tls-min-version", false);
        boolean oldestOnly = !isTls13(flags, "tls-max-version", true);
        if (newestOnly && oldestOnly) {
            throw new Refusal("--tls-min-version: TLS1.3 (expected: at most --tls-max-version)", null);
        }
        List<String> protocols =
                newestOnly ? List.of(TLS_1_3) : oldestOnly ? List.of(TLS_1_2) : List.of(TLS_1_3, TLS_1_2);
        return new TlsFlags(protocols, suites(flags.texts("cipher-suites"), protocols));
    }

    private static boolean isTls13(FlagValues flags, String flag, boolean whenEmpty) {
        return switch (flags.text(flag)) {
            case "" -> whenEmpty;
            case "TLS1.2" -> false;
            case "TLS1.3" -> true;
            default -> throw new Refusal("--" + flag + ": " + flags.text(flag) + " (expected: TLS1.2 or TLS1.3)", null);
        };
    }

    private static List<String> suites(List<String> given, List<String> protocols) {
        if (given.isEmpty()) {
            return List.of();
        }
        Set<String> known = known();
        List<String> suites = new ArrayList<>();
        for (String name : given) {
            String suite = NAMES_OF_GO.getOrDefault(name, name);
            if (!known.contains(suite)) {
                throw new Refusal(
                        "--cipher-suites: " + name
                                + " (expected: suites such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256)",
                        null);
            }
            suites.add(suite);
        }
        if (protocols.contains(TLS_1_3)) {
            OF_TLS_1_3.stream().filter(suite -> !suites.contains(suite)).forEach(suites::add);
        }
        return List.copyOf(suites);
    }

    private static Set<String> known() {
        try {
            return Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
        } catch (NoSuchAlgorithmException e) {
            throw new Refusal("this JDK has no TLS: " + e.getMessage(), e);
        }
    }
}
