package io.tholepin.etcdprotocol;

import io.tholepin.kv.StoreMember;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How users prove who they are; meaning and defaults are those of etcd's flags. Whether they have to is not configured
 * but part of the cluster's state. Source: contract 2.11 and 4.
 *
 * @param token {@code simple}, or {@code jwt,pub-key=FILE,priv-key=FILE,sign-method=RS256,ttl=10m}
 * @param simpleTtl how long a simple token lives after its last use
 * @param bcryptCost logarithm of the work of a password's hash; 4 to 31
 */
public record AuthConfig(String token, Duration simpleTtl, int bcryptCost) {
    /** etcd's defaults. */
    public static final AuthConfig DEFAULT = new AuthConfig("simple", Duration.ofSeconds(300), 10);

    private static final Duration JWT_TTL = Duration.ofMinutes(5);
    private static final Set<String> JWT_OPTIONS = Set.of("pub-key", "priv-key", "sign-method", "ttl");

    public AuthConfig {
        if (!token.equals("simple") && !token.startsWith("jwt,")) {
            throw new IllegalArgumentException(
                    "auth-token: " + token + " (expected: simple, or jwt,sign-method=...,pub-key=...,priv-key=...)");
        }
        if (!simpleTtl.isPositive()) {
            throw new IllegalArgumentException("auth-token-ttl: " + simpleTtl + " (expected: more than 0)");
        }
        if (bcryptCost < Passwords.COST_MIN || bcryptCost > Passwords.COST_MAX) {
            throw new IllegalArgumentException("bcrypt-cost: " + bcryptCost + " (expected: 4 to 31)");
        }
        jwtOptions(token);
    }

    /**
     * What makes and knows tokens for {@code member}.
     *
     * @throws IOException when a key file cannot be read or does not fit
     */
    Tokens tokens(StoreMember member) throws IOException {
        if (token.equals("simple")) {
            return new SimpleTokens(member, simpleTtl, System::nanoTime);
        }
        Map<String, String> options = jwtOptions(token);
        String method = options.get("sign-method");
        JwtKeys keys =
                JwtKeys.read(String.valueOf(method), path(options.get("pub-key")), path(options.get("priv-key")));
        String ttl = options.get("ttl");
        return new JwtTokens(keys, ttl == null ? JWT_TTL : duration(ttl), InstantSource.system());
    }

    private static @Nullable Path path(@Nullable String file) {
        return file == null ? null : Path.of(file);
    }

    private static Map<String, String> jwtOptions(String token) {
        Map<String, String> options = new HashMap<>();
        String[] parts = token.split(",");
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
            if (equals < 0 || !JWT_OPTIONS.contains(name)) {
                throw new IllegalArgumentException("auth-token: " + parts[i] + " (expected: one of "
                        + String.join(", ", JWT_OPTIONS.stream().sorted().toList()) + ", then = and a value)");
            }
            options.put(name, parts[i].substring(equals + 1));
        }
        if (parts.length > 1 && !options.containsKey("sign-method")) {
            throw new IllegalArgumentException("auth-token: jwt without a sign-method");
        }
        String ttl = options.get("ttl");
        if (ttl != null && !duration(ttl).isPositive()) {
            throw new IllegalArgumentException("auth-token: ttl=" + ttl + " (expected: more than 0)");
        }
        return options;
    }

    private static Duration duration(String text) {
        Duration duration = GoDuration.parse(text);
        if (duration == null) {
            throw new IllegalArgumentException("auth-token: ttl=" + text + " (expected: a duration such as 10m)");
        }
        return duration;
    }
}
