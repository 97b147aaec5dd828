package io.tholepin.keyspace;

import io.tholepin.kv.Auth;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Users and roles of a {@link LocalStore}. */
final class LocalAuth implements Auth {
    private final LocalStore store;
    private final Keyspace keyspace;
    private volatile TokenListener listener = (_, _) -> {};

    LocalAuth(LocalStore store, Keyspace keyspace) {
        this.store = store;
        this.keyspace = keyspace;
    }

    @Override
    public AuthState state() {
        return keyspace.auth();
    }

    @Override
    public CompletableFuture<Long> change(AuthChange change) {
        return store.submit(new Command.AuthUpdate(change), LocalStore::revision);
    }

    @Override
    public CompletableFuture<Long> assign(String user, String token, long authRevision) {
        return store.submit(
                new Command.Guarded(authRevision, new Command.AssignToken(user, token)),
                outcome -> ((Outcome.Assigned) outcome).index());
    }

    @Override
    public void onToken(TokenListener told) {
        listener = told;
    }

    /** On the owner's thread, once the tokens are committed and before anybody is answered. */
    void tell(List<Command.AssignToken> tokens) {
        for (Command.AssignToken token : tokens) {
            listener.assigned(token.user(), token.token());
        }
    }
}
