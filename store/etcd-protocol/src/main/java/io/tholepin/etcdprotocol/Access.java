package io.tholepin.etcdprotocol;

import io.grpc.Metadata;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.Txn;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may do what; every service asks it before it touches the store, and uses the store it gets. While auth is
 * off everybody may everything, and asking costs one read of a field. Each method looks at {@link Caller#current} and
 * throws a {@link StoreException} when the caller may not. Thread-safe.
 *
 * <p>A caller is who its token says; without a token, and when client certificates are asked for, it is the common name
 * of its certificate, but never so for requests that come as JSON. What a user may is compiled once per auth state.
 * Source: contract 1.2 and 2.11.
 */
final class Access {
    /** What tells a call that came through the JSON gateway; the rest of the value is what the client accepts. */
    static final Metadata.Key<String> GATEWAY = Metadata.Key.of("grpcgateway-accept", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final CompletableFuture<Void> ARRIVED = CompletableFuture.completedFuture(null);
    private static final String BEARER = "Bearer ";

    private final StoreMember member;
    private final Tokens tokens;
    private final boolean certificates;
    private volatile Compiled compiled = new Compiled(AuthState.NONE);

    /**
     * Decides for calls to {@code member}.
     *
     * @param certificates whether the common name of a client certificate is a user
     */
    Access(StoreMember member, Tokens tokens, boolean certificates) {
        this.member = member;
        this.tokens = tokens;
        this.certificates = certificates;
    }

    /** For a transaction: every compare, read, write and previous pair in both branches, nested ones included. */
    Store forTxn(Txn txn) {
        return permitted(grant -> grant.permissions().may(txn));
    }

    /** For reading {@code range}. */
    Store forRange(KeyRange range) {
        return permitted(grant -> grant.permissions().mayRead(range));
    }

    /** For watching {@code range}. */
    Store forWatch(KeyRange range) {
        return permitted(grant -> grant.permissions().mayRead(range));
    }

    /** For granting a lease. */
    Store forLeaseGrant() {
        return permitted(grant -> grant.permissions().isKnown());
    }

    /** For revoking a lease: its keys will be deleted. */
    Store forLeaseRevoke(long id) {
        return permitted(grant -> grant.permissions().isKnown());
    }

    /** For looking at a lease and, when {@code keys}, at the names of its keys. */
    Store forLeaseTimeToLive(long id, boolean keys) {
        return permitted(grant -> grant.permissions().isKnown());
    }

    /** For the list of all leases, whose keys the caller must all be allowed to read. */
    Store forLeases() {
        return permitted(grant -> grant.permissions().isKnown());
    }

    /** For what every authenticated caller may. */
    StoreMember requireUser() {
        return require(grant -> grant.permissions().isKnown());
    }

    /** For what only an administrator may. */
    StoreMember requireAdmin() {
        return require(grant -> grant.permissions().isRoot());
    }

    /** For what an administrator may, and everybody about itself. */
    StoreMember requireAdminOrUser(String user) {
        return require(grant -> grant.permissions().isRoot() || grant.user().equals(user));
    }

    /** For what an administrator may, and everybody about its own roles. */
    StoreMember requireAdminOrRole(String role) {
        return require(grant -> {
            AuthState.User user = member.auth().state().users().get(grant.user());
            return grant.permissions().isRoot() || user != null && user.roles().contains(role);
        });
    }

    /** Completes once it is worth deciding about a call with this metadata; never fails. See {@link Tokens#arrival}. */
    CompletableFuture<Void> arrival(Metadata metadata) {
        String token = member.auth().state().enabled() ? token(metadata) : null;
        return token == null ? ARRIVED : tokens.arrival(token);
    }

    private Store permitted(Predicate<Grant> rule) {
        if (!member.auth().state().enabled()) {
            return member;
        }
        Caller caller = Caller.current();
        Grant grant = grant(caller, rule);
        return new CheckedStore(
                member,
                grant,
                () -> grant(caller, rule),
                before -> rule.test(grant(member.auth().state(), before.user())));
    }

    private StoreMember require(Predicate<Grant> rule) {
        if (member.auth().state().enabled()) {
            grant(Caller.current(), rule);
        }
        return member;
    }

    private Grant grant(Caller caller, Predicate<Grant> rule) {
        AuthState state = member.auth().state();
        if (!state.enabled()) {
            return new Grant("", Permissions.EVERYTHING, state.revision());
        }
        Tokens.Identity identity = identity(caller);
        if (identity == null) {
            throw StoreException.of(Code.USER_EMPTY);
        }
        if (identity.authRevision() != 0 && identity.authRevision() < state.revision()) {
            throw StoreException.of(Code.AUTH_OLD_REVISION);
        }
        Grant grant = grant(state, identity.user());
        if (!rule.test(grant)) {
            throw StoreException.of(Code.PERMISSION_DENIED);
        }
        return grant;
    }

    private Grant grant(AuthState state, String user) {
        if (!state.enabled()) {
            return new Grant("", Permissions.EVERYTHING, state.revision());
        }
        Compiled current = compiled;
        if (current.state.revision() != state.revision()) {
            current = new Compiled(state);
            compiled = current;
        }
        return new Grant(user, current.of(user), state.revision());
    }

    private Tokens.@Nullable Identity identity(Caller caller) {
        String token = token(caller.metadata());
        if (token != null) {
            Tokens.Identity holder = tokens.holder(token);
            if (holder == null) {
                throw StoreException.of(Code.INVALID_AUTH_TOKEN);
            }
            return holder;
        }
        if (!certificates || caller.session() == null || caller.metadata().containsKey(GATEWAY)) {
            return null;
        }
        String name = CommonName.of(caller.session());
        return name.isEmpty() ? null : new Tokens.Identity(name, 0);
    }

    private static @Nullable String token(Metadata metadata) {
        String token = metadata.get(TOKEN);
        if (token != null) {
            return token;
        }
        String authorization = metadata.get(AUTHORIZATION);
        return authorization != null && authorization.startsWith(BEARER)
                ? authorization.substring(BEARER.length())
                : authorization;
    }

    /** What {@code user} may in the auth state of {@code revision}. */
    record Grant(String user, Permissions permissions, long revision) {}

    /** What the users of one auth state may, as far as they were asked about. */
    private static final class Compiled {
        private final AuthState state;
        private final Map<String, Permissions> users = new ConcurrentHashMap<>();

        Compiled(AuthState state) {
            this.state = state;
        }

        /** Names that are no users are not kept, so there are never more entries than users. */
        Permissions of(String user) {
            return state.users().containsKey(user)
                    ? users.computeIfAbsent(user, name -> Permissions.of(state, name))
                    : Permissions.NOTHING;
        }
    }
}
