package io.tholepin.etcdprotocol;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import io.grpc.Status;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that say themselves whom they stand for, signed, so that no member has to remember them. One holds until it
 * expires and only for the auth state it was made for. Source: contract 2.11, RFC 7519.
 */
final class JwtTokens implements Tokens {
    /** Longest token looked at, in characters; etcd's metadata allows no more either. */
    static final int LENGTH_MAX = 8192;

    private final JwtKeys keys;
    private final Duration ttl;
    private final InstantSource clock;

    JwtTokens(JwtKeys keys, Duration ttl, InstantSource clock) {
        this.keys = keys;
        this.ttl = ttl;
        this.clock = clock;
    }

    @Override
    public CompletableFuture<String> issue(String user, long authRevision) {
        JWSSigner signer = keys.signer();
        if (signer == null) {
            return CompletableFuture.failedFuture(
                    StatusMapping.refusal(Status.Code.UNKNOWN, "auth: token signing attempted with verify-only key"));
        }
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .claim("username", user)
                .claim("revision", authRevision)
                .expirationTime(Date.from(clock.instant().plus(ttl)))
                .build();
        JWSHeader header = new JWSHeader.Builder(keys.algorithm())
                .type(com.nimbusds.jose.JOSEObjectType.JWT)
                .build();
        JWSObject token = new JWSObject(header, claims.toPayload());
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            return CompletableFuture.failedFuture(e);
        }
        return CompletableFuture.completedFuture(token.serialize());
    }

    @Override
    public @Nullable Identity holder(String token) {
        if (token.length() > LENGTH_MAX) {
            return null;
        }
        try {
            JWSObject object = JWSObject.parse(token);
            boolean signed =
                    object.getHeader().getAlgorithm().equals(keys.algorithm()) && object.verify(keys.verifier());
            Map<String, Object> payload = signed ? object.getPayload().toJSONObject() : null;
            return payload == null ? null : identity(JWTClaimsSet.parse(payload));
        } catch (ParseException | JOSEException | IllegalStateException malformed) {
            return null;
        }
    }

    private @Nullable Identity identity(JWTClaimsSet claims) throws ParseException {
        Instant now = clock.instant();
        Date end = claims.getExpirationTime();
        Date start = claims.getNotBeforeTime();
        String user = claims.getStringClaim("username");
        Long revision = claims.getLongClaim("revision");
        boolean expired = end != null && !now.isBefore(end.toInstant());
        boolean early = start != null && now.isBefore(start.toInstant());
        if (expired || early || user == null || revision == null || revision <= 0) {
            return null;
        }
        return new Identity(user, revision);
    }

    @Override
    public CompletableFuture<Void> arrival(String token) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
