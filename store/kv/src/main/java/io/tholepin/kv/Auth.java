package io.tholepin.kv;

import java.util.concurrent.CompletableFuture;

/**
 * Users, roles and tokens of a cluster. It keeps them; whoever serves clients checks them. Thread-safe; nothing blocks;
 * futures fail with {@link StoreException} as {@link Store}'s do. Source: contract 2.11.
 */
public interface Auth {
    /** Users and roles as of this member's last commit. */
    AuthState state();

    /** Carries out a change; returns the store's revision. Refused with the auth codes of {@link StoreException}. */
    CompletableFuture<Long> change(AuthChange change);

    /**
     * Tells every member, through the log, that {@code token} stands for {@code user}. Refused with
     * AUTH_OLD_REVISION when the auth state is no longer that of {@code authRevision}.
     *
     * @return index of the log entry
     */
    CompletableFuture<Long> assign(String user, String token, long authRevision);

    /** Tells {@code listener} of each token assigned on any member from now on; one listener at most. */
    void onToken(TokenListener listener);

    /** Hears of tokens, in the order of the log, on the store's thread: must not block. */
    @FunctionalInterface
    interface TokenListener {
        /** {@code token} stands for {@code user} from now on. */
        void assigned(String user, String token);
    }
}
