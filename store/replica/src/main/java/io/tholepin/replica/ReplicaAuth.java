package io.tholepin.replica;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.keyspace.Outcome;
import io.tholepin.kv.Auth;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import java.util.concurrent.CompletableFuture;

/** Users, roles and tokens in the replicated state. Thread-safe. */
record ReplicaAuth(Keyspace keyspace, Proposals proposals, ReplicaMachine machine) implements Auth {
    @Override
    public AuthState state() {
        return keyspace.auth();
    }

    @Override
    public CompletableFuture<Long> change(AuthChange change) {
        return proposals.submit(new Command.AuthUpdate(change), outcome -> ((Outcome.Done) outcome).revision());
    }

    @Override
    public CompletableFuture<Long> assign(String user, String token, long authRevision) {
        Command assign = new Command.Guarded(authRevision, new Command.AssignToken(user, token));
        return proposals.submitIndexed(assign, (index, _) -> index);
    }

    @Override
    public void onToken(TokenListener listener) {
        machine.onToken(listener);
    }
}
