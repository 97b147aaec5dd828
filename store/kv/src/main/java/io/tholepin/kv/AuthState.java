package io.tholepin.kv;

import java.util.List;
import java.util.Map;

/**
 * Users and roles as of one commit. Immutable.
 *
 * @param revision 1 at first, plus one with each successful change
 * @param users by name
 * @param roles by name; the role {@code root} may everything and needs no record here
 */
public record AuthState(boolean enabled, long revision, Map<String, User> users, Map<String, Role> roles) {
    /** The user and the role that may everything. */
    public static final String ROOT = "root";

    /** No users, no roles, not enabled. */
    public static final AuthState NONE = new AuthState(false, 1, Map.of(), Map.of());

    public AuthState {
        users = Map.copyOf(users);
        roles = Map.copyOf(roles);
    }

    /**
     * Somebody.
     *
     * @param passwordHash bcrypt, in its text form; empty when {@code noPassword}
     * @param noPassword may only come with a certificate
     * @param roles names in ascending order
     */
    public record User(String name, String passwordHash, boolean noPassword, List<String> roles) {
        public User {
            roles = List.copyOf(roles);
        }
    }

    /** What its users may: permissions in ascending order of their ranges. */
    public record Role(String name, List<Permission> permissions) {
        public Role {
            permissions = List.copyOf(permissions);
        }
    }

    /** What may be done to the keys of a range. */
    public record Permission(Access access, KeyRange range) {}

    /** Reading, writing, or both. */
    public enum Access {
        READ,
        WRITE,
        READ_WRITE
    }
}
