package io.tholepin.kv;

/**
 * One change of users and roles. Passwords are already hashed; plain ones never enter the log. Source: contract 2.11.
 */
public sealed interface AuthChange {
    /** Turns auth on; needs the user root with the role root. */
    record Enable() implements AuthChange {}

    /** Turns auth off and forgets every token. */
    record Disable() implements AuthChange {}

    /** Adds a user without roles. */
    record UserAdd(String name, String passwordHash, boolean noPassword) implements AuthChange {}

    /** Deletes a user and its tokens. */
    record UserDelete(String name) implements AuthChange {}

    /** Replaces a password and forgets the user's tokens. */
    record UserPassword(String name, String passwordHash) implements AuthChange {}

    /** Gives a user a role. */
    record UserGrant(String name, String role) implements AuthChange {}

    /** Takes a role from a user. */
    record UserRevoke(String name, String role) implements AuthChange {}

    /** Adds a role without permissions. */
    record RoleAdd(String name) implements AuthChange {}

    /** Deletes a role and takes it from every user. */
    record RoleDelete(String name) implements AuthChange {}

    /** Gives a role a permission; one for the same range is replaced. */
    record RoleGrant(String name, AuthState.Permission permission) implements AuthChange {}

    /** Takes the permission for exactly this range from a role. */
    record RoleRevoke(String name, KeyRange range) implements AuthChange {}
}
