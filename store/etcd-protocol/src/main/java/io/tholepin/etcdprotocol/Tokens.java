package io.tholepin.etcdprotocol;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Makes tokens for users who showed their password, and knows who holds one. Thread-safe; nothing blocks. */
interface Tokens extends AutoCloseable {
    /**
     * A new token for {@code user}, whose password was found right in the auth state of {@code authRevision}. Refused
     * with AUTH_OLD_REVISION when that is no longer the state.
     */
    CompletableFuture<String> issue(String user, long authRevision);

    /** Who holds {@code token}; null when it stands for nobody, or no longer. Using a token may prolong it. */
    @Nullable
    Identity holder(String token);

    /**
     * Completes once it is worth asking {@link #holder} for a token that this member may hear of a little later than
     * the one that made it; at once when there is nothing to wait for. Never fails.
     */
    CompletableFuture<Void> arrival(String token);

    @Override
    void close();

    /**
     * A user, as the token says.
     *
     * @param authRevision auth state the token was made for and holds for alone; 0 when it outlives changes
     */
    record Identity(String user, long authRevision) {}
}
