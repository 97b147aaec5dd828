package io.tholepin.keyspace;

import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each change of users and roles makes of them, with etcd's order of checks. Pure functions; any thread. A change
 * that finds everything as it wants it (auth enabled twice, a role granted twice) succeeds and makes no revision.
 * Source: contract 2.11; etcd, {@code server/auth/store.go}.
 */
final class AuthRules {
    private static final Comparator<AuthState.Permission> BY_RANGE = Comparator.comparing(
                    (AuthState.Permission permission) -> permission.range().start())
            .thenComparing(permission -> permission.range().end());

    private AuthRules() {}

    /**
     * The state after {@code change}; the same object when nothing changes.
     *
     * @throws StoreException one of the auth codes, kind REFUSED
     */
    static AuthState after(AuthState now, AuthChange change) {
        return switch (change) {
            case AuthChange.Enable _ -> enable(now);
            case AuthChange.Disable _ -> now.enabled() ? next(now, false, now.users(), now.roles()) : now;
            case AuthChange.UserAdd add -> addUser(now, add);
            case AuthChange.UserDelete delete -> deleteUser(now, delete.name());
            case AuthChange.UserPassword password -> password(now, password);
            case AuthChange.UserGrant grant -> grant(now, grant);
            case AuthChange.UserRevoke revoke -> revoke(now, revoke);
            case AuthChange.RoleAdd add -> addRole(now, add.name());
            case AuthChange.RoleDelete delete -> deleteRole(now, delete.name());
            case AuthChange.RoleGrant grant -> grant(now, grant);
            case AuthChange.RoleRevoke revoke -> revoke(now, revoke);
        };
    }

    private static AuthState enable(AuthState now) {
        if (now.enabled()) {
            return now;
        }
        AuthState.User root = now.users().get(AuthState.ROOT);
        require(root != null, Code.ROOT_USER_MISSING);
        require(root != null && root.roles().contains(AuthState.ROOT), Code.ROOT_ROLE_MISSING);
        return new AuthState(true, now.revision(), now.users(), now.roles());
    }

    private static AuthState addUser(AuthState now, AuthChange.UserAdd add) {
        require(!add.name().isEmpty(), Code.USER_EMPTY);
        require(!now.users().containsKey(add.name()), Code.USER_EXISTS);
        return withUser(
                now,
                new AuthState.User(
                        add.name(), add.noPassword() ? "" : add.passwordHash(), add.noPassword(), List.of()));
    }

    private static AuthState deleteUser(AuthState now, String name) {
        require(!(now.enabled() && name.equals(AuthState.ROOT)), Code.INVALID_AUTH_MANAGEMENT);
        user(now, name);
        Map<String, AuthState.User> users = new HashMap<>(now.users());
        users.remove(name);
        return next(now, now.enabled(), users, now.roles());
    }

    private static AuthState password(AuthState now, AuthChange.UserPassword change) {
        AuthState.User user = user(now, change.name());
        String hash = user.noPassword() ? "" : change.passwordHash();
        return withUser(now, new AuthState.User(user.name(), hash, user.noPassword(), user.roles()));
    }

    private static AuthState grant(AuthState now, AuthChange.UserGrant grant) {
        AuthState.User user = user(now, grant.name());
        if (!grant.role().equals(AuthState.ROOT)) {
            role(now, grant.role());
        }
        if (user.roles().contains(grant.role())) {
            return now;
        }
        List<String> roles = new ArrayList<>(user.roles());
        roles.add(grant.role());
        roles.sort(Comparator.comparing(Bytes::utf8));
        return withUser(now, withRoles(user, roles));
    }

    private static AuthState revoke(AuthState now, AuthChange.UserRevoke revoke) {
        boolean rootOfRoot =
                revoke.name().equals(AuthState.ROOT) && revoke.role().equals(AuthState.ROOT);
        require(!(now.enabled() && rootOfRoot), Code.INVALID_AUTH_MANAGEMENT);
        AuthState.User user = user(now, revoke.name());
        require(user.roles().contains(revoke.role()), Code.ROLE_NOT_GRANTED);
        return withUser(now, without(user, revoke.role()));
    }

    private static AuthState addRole(AuthState now, String name) {
        require(!name.isEmpty(), Code.ROLE_EMPTY);
        require(!now.roles().containsKey(name), Code.ROLE_EXISTS);
        return withRole(now, new AuthState.Role(name, List.of()));
    }

    private static AuthState deleteRole(AuthState now, String name) {
        require(!(now.enabled() && name.equals(AuthState.ROOT)), Code.INVALID_AUTH_MANAGEMENT);
        role(now, name);
        Map<String, AuthState.Role> roles = new HashMap<>(now.roles());
        roles.remove(name);
        Map<String, AuthState.User> users = new HashMap<>(now.users());
        users.replaceAll((_, user) -> user.roles().contains(name) ? without(user, name) : user);
        return next(now, now.enabled(), users, roles);
    }

    private static AuthState grant(AuthState now, AuthChange.RoleGrant grant) {
        KeyRange range = grant.permission().range();
        boolean forwards =
                range.isSingleKey() || range.isOpenEnded() || range.start().compareTo(range.end()) < 0;
        require(!range.start().isEmpty() && forwards, Code.INVALID_AUTH_MANAGEMENT);
        AuthState.Role role = role(now, grant.name());
        List<AuthState.Permission> permissions = without(role, range);
        permissions.add(grant.permission());
        permissions.sort(BY_RANGE);
        return withRole(now, new AuthState.Role(role.name(), permissions));
    }

    private static AuthState revoke(AuthState now, AuthChange.RoleRevoke revoke) {
        AuthState.Role role = role(now, revoke.name());
        List<AuthState.Permission> permissions = without(role, revoke.range());
        require(permissions.size() < role.permissions().size(), Code.PERMISSION_NOT_GRANTED);
        return withRole(now, new AuthState.Role(role.name(), permissions));
    }

    private static AuthState.User user(AuthState now, String name) {
        return found(now.users().get(name), Code.USER_NOT_FOUND);
    }

    private static AuthState.Role role(AuthState now, String name) {
        return found(now.roles().get(name), Code.ROLE_NOT_FOUND);
    }

    private static AuthState.User without(AuthState.User user, String role) {
        return withRoles(
                user, user.roles().stream().filter(had -> !had.equals(role)).toList());
    }

    private static List<AuthState.Permission> without(AuthState.Role role, KeyRange range) {
        List<AuthState.Permission> rest = new ArrayList<>(role.permissions());
        rest.removeIf(permission -> permission.range().equals(range));
        return rest;
    }

    private static AuthState.User withRoles(AuthState.User user, List<String> roles) {
        return new AuthState.User(user.name(), user.passwordHash(), user.noPassword(), roles);
    }

    private static AuthState withUser(AuthState now, AuthState.User user) {
        Map<String, AuthState.User> users = new HashMap<>(now.users());
        users.put(user.name(), user);
        return next(now, now.enabled(), users, now.roles());
    }

    private static AuthState withRole(AuthState now, AuthState.Role role) {
        Map<String, AuthState.Role> roles = new HashMap<>(now.roles());
        roles.put(role.name(), role);
        return next(now, now.enabled(), now.users(), roles);
    }

    private static AuthState next(
            AuthState now, boolean enabled, Map<String, AuthState.User> users, Map<String, AuthState.Role> roles) {
        return new AuthState(enabled, now.revision() + 1, users, roles);
    }

    private static <T> T found(@Nullable T value, Code otherwise) {
        if (value == null) {
            throw StoreException.of(otherwise);
        }
        return value;
    }

    private static void require(boolean holds, Code otherwise) {
        if (!holds) {
            throw StoreException.of(otherwise);
        }
    }
}
