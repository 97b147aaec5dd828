package io.tholepin.etcdprotocol;

import io.tholepin.kv.AuthState;
import io.tholepin.kv.StoreMember;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that say nothing themselves: 16 random letters, a dot, and the index of the log entry that made them known to
 * every member. The letters alone are the secret; the index tells a member that is behind what to wait for.
 *
 * <p>A token is forgotten when it was not used on this member for the time to live, when its user is deleted or gets
 * another password, and when auth is turned off. The last three are seen by comparing with the auth state, at each use
 * and once a second. Source: contract 2.11.
 */
final class SimpleTokens implements Tokens {
    /** Most tokens kept; beyond that the one that would run out first is forgotten. */
    static final int TOKENS_MAX = 100_000;

    /** Most tokens waited for at a time; beyond that an unknown token is simply unknown. */
    static final int AWAITED_MAX = 1024;

    private static final int LETTERS = 16;
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    /** How long a token is waited for whose log entry is not here yet. */
    private static final Duration ARRIVAL_MAX = Duration.ofSeconds(5);

    /** A member shows an entry as applied a moment before it tells of the token in it; at most this long. */
    private static final Duration RECENT_MAX = Duration.ofMillis(500);

    private static final long RECENT_ENTRIES = 256;

    private final StoreMember member;
    private final long ttlNanos;
    private final LongSupplier clock;
    private final SecureRandom chance = new SecureRandom();
    private final Map<String, Holder> holders = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Void>> awaited = new ConcurrentHashMap<>();
    private final AtomicInteger awaitedCount = new AtomicInteger();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("token-sweeper").factory());

    /**
     * Begins to hear of tokens.
     *
     * @param clock nanoseconds, as {@link System#nanoTime}
     */
    SimpleTokens(StoreMember member, Duration ttl, LongSupplier clock) {
        this.member = member;
        this.ttlNanos = ttl.toNanos();
        this.clock = clock;
        member.auth().onToken(this::assigned);
        var _ = sweeper.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public CompletableFuture<String> issue(String user, long authRevision) {
        StringBuilder letters = new StringBuilder(LETTERS);
        for (int i = 0; i < LETTERS; i++) {
            letters.append(ALPHABET.charAt(chance.nextInt(ALPHABET.length())));
        }
        String secret = letters.toString();
        return member.auth()
                .assign(user, secret + "." + authRevision, authRevision)
                .thenApply(index -> secret + "." + index);
    }

    @Override
    public @Nullable Identity holder(String token) {
        Holder holder = holders.get(secret(token));
        if (holder == null) {
            return null;
        }
        long now = clock.getAsLong();
        if (!holder.holds(member.auth().state(), now)) {
            holders.remove(secret(token), holder);
            return null;
        }
        holder.endNanos = now + ttlNanos;
        return holder.identity;
    }

    @Override
    public CompletableFuture<Void> arrival(String token) {
        String secret = secret(token);
        if (holders.containsKey(secret)) {
            return CompletableFuture.completedFuture(null);
        }
        long behind = index(token) - member.status().appliedIndex();
        if (index(token) == 0 || behind <= -RECENT_ENTRIES) {
            return CompletableFuture.completedFuture(null);
        }
        if (awaitedCount.incrementAndGet() > AWAITED_MAX) {
            awaitedCount.decrementAndGet();
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> arrival = awaited.computeIfAbsent(
                secret,
                _ -> new CompletableFuture<Void>()
                        .completeOnTimeout(
                                null, (behind > 0 ? ARRIVAL_MAX : RECENT_MAX).toMillis(), TimeUnit.MILLISECONDS));
        arrival.whenComplete((_, _) -> {
            awaitedCount.decrementAndGet();
            awaited.remove(secret, arrival);
        });
        if (holders.containsKey(secret)) {
            arrival.complete(null);
        }
        return arrival;
    }

    /** Hears of a token as {@link #issue} put it into the log: the secret, and the auth revision it was made at. */
    private void assigned(String user, String logged) {
        if (holders.size() >= TOKENS_MAX) {
            forgetOne();
        }
        String secret = secret(logged);
        long authRevision = Long.parseLong(logged.substring(secret.length() + 1));
        Holder holder = new Holder(user, authRevision, clock.getAsLong() + ttlNanos);
        if (holder.holds(member.auth().state(), clock.getAsLong())) {
            holders.put(secret, holder);
        }
        CompletableFuture<Void> waiting = awaited.get(secret);
        if (waiting != null) {
            waiting.completeAsync(() -> null);
        }
    }

    private void forgetOne() {
        long now = clock.getAsLong();
        holders.entrySet().stream()
                .min(Comparator.comparingLong(entry -> entry.getValue().endNanos - now))
                .ifPresent(first -> holders.remove(first.getKey(), first.getValue()));
    }

    /** Forgets what no longer holds. */
    void sweep() {
        AuthState state = member.auth().state();
        long now = clock.getAsLong();
        holders.values().removeIf(holder -> !holder.holds(state, now));
    }

    /** Number of tokens known here. */
    int size() {
        return holders.size();
    }

    private static String secret(String token) {
        int dot = token.indexOf('.');
        return dot < 0 ? token : token.substring(0, dot);
    }

    /** The log index in {@code token}; 0, which is never waited for, when there is none. */
    private static long index(String token) {
        int dot = token.indexOf('.');
        String digits = dot < 0 ? "" : token.substring(dot + 1);
        return dot == LETTERS && digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
    }

    /** Who holds a token, and until when. */
    private static final class Holder {
        private final Identity identity;
        private final long authRevision;

        /** What the user's password was when the token was made; its salt makes every change show. */
        private volatile @Nullable String passwordHash;

        private volatile long endNanos;

        Holder(String user, long authRevision, long endNanos) {
            this.identity = new Identity(user, 0);
            this.authRevision = authRevision;
            this.endNanos = endNanos;
        }

        boolean holds(AuthState state, long now) {
            AuthState.User user = state.users().get(identity.user());
            return state.enabled() && user != null && now - endNanos < 0 && isSamePassword(state, user);
        }

        /**
         * Whether the password is still the one that was shown. If the state has moved on before it was looked at,
         * nobody can tell any more, and the user has to show it again.
         */
        private boolean isSamePassword(AuthState state, AuthState.User user) {
            String shown = passwordHash;
            if (shown != null) {
                return user.passwordHash().equals(shown);
            }
            if (state.revision() == authRevision) {
                passwordHash = user.passwordHash();
            }
            return state.revision() <= authRevision;
        }
    }
}
