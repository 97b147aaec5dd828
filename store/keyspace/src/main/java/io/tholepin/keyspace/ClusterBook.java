package io.tholepin.keyspace;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The present {@link ClusterState}, kept in the engine record by record: a change writes what is different. Owned by
 * the keyspace's owner.
 */
final class ClusterBook {
    // Tables of the engine.
    private static final byte ALARMS = 'a';
    private static final byte AUTH = 'e';
    private static final byte USERS = 'u';
    private static final byte ROLES = 'r';
    private static final byte MEMBERS = 'p';
    private static final byte REMOVED = 'x';
    private static final byte DOWNGRADE = 'd';

    /** All of them. */
    static final List<Byte> TABLES = List.of(ALARMS, AUTH, USERS, ROLES, MEMBERS, REMOVED, DOWNGRADE);

    private static final byte[] NO_KEY = {};

    /** What has small tables: an engine, or a snapshot of one. */
    interface Source {
        /** Every record of a table with its key and value. */
        void records(byte table, BiConsumer<byte[], byte[]> each);
    }

    private final Engine engine;
    private ClusterState state = ClusterState.EMPTY;
    private List<Command.AssignToken> tokens = new ArrayList<>();
    private boolean membersChanged;

    ClusterBook(Engine engine) {
        this.engine = engine;
    }

    ClusterState state() {
        return state;
    }

    /** The tokens assigned since the last call. */
    List<Command.AssignToken> takeTokens() {
        if (tokens.isEmpty()) {
            return List.of();
        }
        List<Command.AssignToken> taken = tokens;
        tokens = new ArrayList<>();
        return taken;
    }

    /** Whether the membership changed since the last call. */
    boolean takeMembersChanged() {
        boolean changed = membersChanged;
        membersChanged = false;
        return changed;
    }

    List<Alarm> raise(Alarm alarm) {
        if (!state.alarms().contains(alarm)) {
            List<Alarm> alarms = new ArrayList<>(state.alarms());
            alarms.add(alarm);
            become(state.withAlarms(alarms));
        }
        return state.alarms();
    }

    List<Alarm> disarm(Alarm alarm) {
        if (state.alarms().contains(alarm)) {
            become(state.withAlarms(state.alarms().stream()
                    .filter(raised -> !raised.equals(alarm))
                    .toList()));
        }
        return state.alarms();
    }

    void change(Command.AuthUpdate update) {
        become(state.with(AuthRules.after(state.auth(), update.change())));
    }

    void assign(Command.AssignToken assign) {
        if (!state.auth().enabled()) {
            throw StoreException.of(Code.AUTH_NOT_ENABLED);
        }
        AuthState.User user = state.auth().users().get(assign.user());
        if (user == null || user.noPassword()) {
            throw StoreException.of(Code.AUTH_FAILED);
        }
        tokens.add(assign);
    }

    void downgrade(Optional<String> target) {
        become(state.with(target));
    }

    List<ClusterMember> members(ClusterState changed) {
        membersChanged |= !changed.members().equals(state.members());
        become(changed);
        return state.members();
    }

    /** Replaces everything. */
    void become(ClusterState next) {
        ClusterState before = state;
        state = next;
        if (!next.auth().equals(before.auth())) {
            engine.putRecord(AUTH, NO_KEY, encoded(out -> {
                out.putFlag(next.auth().enabled());
                out.putLong(next.auth().revision());
            }));
            write(USERS, before.auth().users(), next.auth().users(), Encoder::putString, RecordCodec::putUser);
            write(ROLES, before.auth().roles(), next.auth().roles(), Encoder::putString, RecordCodec::putRole);
        }
        write(ALARMS, byAlarm(before), byAlarm(next), RecordCodec::putAlarm, RecordCodec::putAlarm);
        write(MEMBERS, byId(before), byId(next), Encoder::putFixedLong, RecordCodec::putMember);
        write(REMOVED, removed(before), removed(next), Encoder::putFixedLong, Encoder::putInt);
        if (!next.downgradeTarget().equals(before.downgradeTarget())) {
            next.downgradeTarget()
                    .ifPresentOrElse(
                            target -> engine.putRecord(DOWNGRADE, NO_KEY, encoded(out -> out.putString(target))),
                            () -> engine.removeRecord(DOWNGRADE, NO_KEY));
        }
    }

    /** Becomes what the engine has. */
    void load() {
        tokens = new ArrayList<>();
        membersChanged = false;
        state = read(engine::records);
    }

    /** What {@code source} has. */
    static ClusterState read(Source source) {
        AuthState[] auth = {AuthState.NONE};
        Map<String, AuthState.User> users = new HashMap<>();
        Map<String, AuthState.Role> roles = new HashMap<>();
        List<Alarm> alarms = new ArrayList<>();
        Map<Long, ClusterMember> members = new TreeMap<>(Long::compareUnsigned);
        Map<Integer, Long> removed = new TreeMap<>();
        String[] target = {""};
        each(source, USERS, (_, in) -> {
            AuthState.User user = RecordCodec.takeUser(in);
            users.put(user.name(), user);
        });
        each(source, ROLES, (_, in) -> {
            AuthState.Role role = RecordCodec.takeRole(in);
            roles.put(role.name(), role);
        });
        each(source, AUTH, (_, in) -> auth[0] = new AuthState(in.takeFlag(), in.takeLong(), users, roles));
        each(source, ALARMS, (_, in) -> alarms.add(RecordCodec.takeAlarm(in)));
        each(source, MEMBERS, (_, in) -> {
            ClusterMember member = RecordCodec.takeMember(in);
            members.put(member.id(), member);
        });
        each(source, REMOVED, (key, in) -> removed.put(in.takeInt(), key.takeFixedLong()));
        each(source, DOWNGRADE, (_, in) -> target[0] = in.takeString());
        return new ClusterState(
                auth[0],
                alarms,
                List.copyOf(members.values()),
                List.copyOf(removed.values()),
                target[0].isEmpty() ? Optional.empty() : Optional.of(target[0]));
    }

    private static void each(Source source, byte table, BiConsumer<Decoder, Decoder> visitor) {
        source.records(table, (key, value) -> {
            Decoder in = new Decoder(value);
            visitor.accept(new Decoder(key), in);
            in.expectEnd();
        });
    }

    private <K, V> void write(
            byte table, Map<K, V> before, Map<K, V> next, BiConsumer<Encoder, K> key, BiConsumer<Encoder, V> value) {
        before.forEach((had, _) -> {
            if (!next.containsKey(had)) {
                engine.removeRecord(table, encoded(out -> key.accept(out, had)));
            }
        });
        next.forEach((has, now) -> {
            if (!now.equals(before.get(has))) {
                engine.putRecord(table, encoded(out -> key.accept(out, has)), encoded(out -> value.accept(out, now)));
            }
        });
    }

    private static Map<Alarm, Alarm> byAlarm(ClusterState state) {
        Map<Alarm, Alarm> alarms = new HashMap<>();
        state.alarms().forEach(alarm -> alarms.put(alarm, alarm));
        return alarms;
    }

    private static Map<Long, ClusterMember> byId(ClusterState state) {
        Map<Long, ClusterMember> members = new HashMap<>();
        state.members().forEach(member -> members.put(member.id(), member));
        return members;
    }

    /** The removed ids with the position of each. */
    private static Map<Long, Integer> removed(ClusterState state) {
        Map<Long, Integer> removed = new HashMap<>();
        state.removed().forEach(id -> removed.put(id, removed.size()));
        return removed;
    }

    private static byte[] encoded(Consumer<Encoder> fields) {
        Encoder out = new Encoder(64);
        fields.accept(out);
        return out.toBytes();
    }
}
