package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.KeyRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Members, alarms, users, roles and changes of them as bytes, the same in the log and in the engine. No format byte of
 * its own: whoever carries them has one. Stateless; any thread.
 */
final class RecordCodec {
    private static final int ENABLE = 1;
    private static final int DISABLE = 2;
    private static final int USER_ADD = 3;
    private static final int USER_DELETE = 4;
    private static final int USER_PASSWORD = 5;
    private static final int USER_GRANT = 6;
    private static final int USER_REVOKE = 7;
    private static final int ROLE_ADD = 8;
    private static final int ROLE_DELETE = 9;
    private static final int ROLE_GRANT = 10;
    private static final int ROLE_REVOKE = 11;

    private static final List<Alarm.Type> ALARM_TYPES = List.of(Alarm.Type.values());
    private static final List<AuthState.Access> ACCESSES = List.of(AuthState.Access.values());

    private RecordCodec() {}

    static void putMember(Encoder out, ClusterMember member) {
        out.putFixedLong(member.id());
        out.putString(member.name());
        out.putStrings(member.peerUrls());
        out.putStrings(member.clientUrls());
        out.putFlag(member.learner());
    }

    static ClusterMember takeMember(Decoder in) {
        return new ClusterMember(
                in.takeFixedLong(), in.takeString(), in.takeStrings(), in.takeStrings(), in.takeFlag());
    }

    static void putMembers(Encoder out, List<ClusterMember> members) {
        out.putLength(members.size());
        members.forEach(member -> putMember(out, member));
    }

    static List<ClusterMember> takeMembers(Decoder in) {
        int count = in.takeLength();
        List<ClusterMember> members = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            members.add(takeMember(in));
        }
        return members;
    }

    static void putAlarm(Encoder out, Alarm alarm) {
        out.putFixedLong(alarm.memberId());
        out.putByte(alarm.type().ordinal());
    }

    static Alarm takeAlarm(Decoder in) {
        return new Alarm(in.takeFixedLong(), in.takeOneOf(ALARM_TYPES));
    }

    static void putUser(Encoder out, AuthState.User user) {
        out.putString(user.name());
        out.putString(user.passwordHash());
        out.putFlag(user.noPassword());
        out.putStrings(user.roles());
    }

    static AuthState.User takeUser(Decoder in) {
        return new AuthState.User(in.takeString(), in.takeString(), in.takeFlag(), in.takeStrings());
    }

    static void putRole(Encoder out, AuthState.Role role) {
        out.putString(role.name());
        out.putLength(role.permissions().size());
        role.permissions().forEach(permission -> putPermission(out, permission));
    }

    static AuthState.Role takeRole(Decoder in) {
        String name = in.takeString();
        int count = in.takeLength();
        List<AuthState.Permission> permissions = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            permissions.add(takePermission(in));
        }
        return new AuthState.Role(name, permissions);
    }

    static void putChange(Encoder out, AuthChange change) {
        switch (change) {
            case AuthChange.Enable _ -> out.putByte(ENABLE);
            case AuthChange.Disable _ -> out.putByte(DISABLE);
            case AuthChange.UserAdd add -> {
                out.putByte(USER_ADD);
                out.putString(add.name());
                out.putString(add.passwordHash());
                out.putFlag(add.noPassword());
            }
            case AuthChange.UserDelete delete -> putNames(out, USER_DELETE, delete.name());
            case AuthChange.UserPassword password ->
                putNames(out, USER_PASSWORD, password.name(), password.passwordHash());
            case AuthChange.UserGrant grant -> putNames(out, USER_GRANT, grant.name(), grant.role());
            case AuthChange.UserRevoke revoke -> putNames(out, USER_REVOKE, revoke.name(), revoke.role());
            case AuthChange.RoleAdd add -> putNames(out, ROLE_ADD, add.name());
            case AuthChange.RoleDelete delete -> putNames(out, ROLE_DELETE, delete.name());
            case AuthChange.RoleGrant grant -> {
                putNames(out, ROLE_GRANT, grant.name());
                putPermission(out, grant.permission());
            }
            case AuthChange.RoleRevoke revoke -> {
                putNames(out, ROLE_REVOKE, revoke.name());
                putRange(out, revoke.range());
            }
        }
    }

    static AuthChange takeChange(Decoder in) {
        int kind = in.takeByte();
        return switch (kind) {
            case ENABLE -> new AuthChange.Enable();
            case DISABLE -> new AuthChange.Disable();
            case USER_ADD -> new AuthChange.UserAdd(in.takeString(), in.takeString(), in.takeFlag());
            case USER_DELETE -> new AuthChange.UserDelete(in.takeString());
            case USER_PASSWORD -> new AuthChange.UserPassword(in.takeString(), in.takeString());
            case USER_GRANT -> new AuthChange.UserGrant(in.takeString(), in.takeString());
            case USER_REVOKE -> new AuthChange.UserRevoke(in.takeString(), in.takeString());
            case ROLE_ADD -> new AuthChange.RoleAdd(in.takeString());
            case ROLE_DELETE -> new AuthChange.RoleDelete(in.takeString());
            case ROLE_GRANT -> new AuthChange.RoleGrant(in.takeString(), takePermission(in));
            case ROLE_REVOKE -> new AuthChange.RoleRevoke(in.takeString(), takeRange(in));
            default -> throw Decoder.corrupt("kind of auth change: " + kind);
        };
    }

    static void putRange(Encoder out, KeyRange range) {
        out.putBytes(range.start().array());
        out.putBytes(range.end().array());
    }

    static KeyRange takeRange(Decoder in) {
        return new KeyRange(in.takeBytes(), in.takeBytes());
    }

    private static void putNames(Encoder out, int kind, String... names) {
        out.putByte(kind);
        for (String name : names) {
            out.putString(name);
        }
    }

    private static void putPermission(Encoder out, AuthState.Permission permission) {
        out.putByte(permission.access().ordinal());
        putRange(out, permission.range());
    }

    private static AuthState.Permission takePermission(Decoder in) {
        return new AuthState.Permission(in.takeOneOf(ACCESSES), takeRange(in));
    }
}
