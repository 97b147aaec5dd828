package io.tholepin.etcdsnapshot;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.KeyValue;
import io.tholepin.kv.StoreImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** etcd's protobuf messages as they stand in its buckets. Source: mvccpb, leasepb, authpb, etcdserverpb.AlarmMember. */
final class EtcdRecords {
    private EtcdRecords() {}

    /** A version: mvccpb.KeyValue, of which a deletion has only the key. */
    static byte[] encode(StoreImage.Change change) {
        KeyValue kv = change.kv();
        ProtoWriter out = new ProtoWriter(kv.key().length() + kv.value().length() + 64);
        out.bytes(1, kv.key().array());
        if (change.tombstone()) {
            return out.toBytes();
        }
        return out.number(2, kv.createRevision())
                .number(3, kv.modRevision())
                .number(4, kv.version())
                .bytes(5, kv.value().array())
                .number(6, kv.lease())
                .toBytes();
    }

    static StoreImage.Change change(String where, RevisionKey revision, MemorySegment value) throws IOException {
        ProtoReader in = new ProtoReader(where, value);
        Bytes key = Bytes.EMPTY;
        Bytes content = Bytes.EMPTY;
        long created = 0;
        long modified = 0;
        long version = 0;
        long lease = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> key = Bytes.wrap(in.bytes());
                case 2 -> created = in.number();
                case 3 -> modified = in.number();
                case 4 -> version = in.number();
                case 5 -> content = Bytes.wrap(in.bytes());
                case 6 -> lease = in.number();
                default -> {}
            }
        }
        if (key.isEmpty()) {
            throw BoltFormat.corrupt(where, "key", "empty", "not empty");
        }
        if (revision.tombstone()) {
            return new StoreImage.Change(
                    new KeyValue(key, Bytes.EMPTY, 0, revision.main(), 0, 0), revision.sub(), true);
        }
        if (modified != revision.main()) {
            throw BoltFormat.corrupt(where, "mod_revision", modified, revision.main());
        }
        if (created < 1 || created > modified || version < 1) {
            throw BoltFormat.corrupt(
                    where, "create_revision and version", created + ", " + version, "1.." + modified + ", at least 1");
        }
        return new StoreImage.Change(
                new KeyValue(key, content, created, modified, version, lease), revision.sub(), false);
    }

    static byte[] encode(StoreImage.LeaseRecord lease) {
        return new ProtoWriter(32)
                .number(1, lease.id())
                .number(2, lease.ttlSeconds())
                .number(3, lease.remainingSeconds())
                .toBytes();
    }

    static StoreImage.LeaseRecord lease(String where, MemorySegment value) throws IOException {
        ProtoReader in = new ProtoReader(where, value);
        long id = 0;
        long ttl = 0;
        long remaining = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> id = in.number();
                case 2 -> ttl = in.number();
                case 3 -> remaining = in.number();
                default -> {}
            }
        }
        return new StoreImage.LeaseRecord(id, ttl, remaining);
    }

    static byte[] encode(Alarm alarm) {
        int type = switch (alarm.type()) {
            case NO_SPACE -> 1;
            case CORRUPT -> 2;
        };
        return new ProtoWriter(16).number(1, alarm.memberId()).number(2, type).toBytes();
    }

    static Alarm alarm(String where, MemorySegment key) throws IOException {
        ProtoReader in = new ProtoReader(where, key);
        long member = 0;
        long type = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> member = in.number();
                case 2 -> type = in.number();
                default -> {}
            }
        }
        if (type != 1 && type != 2) {
            throw BoltFormat.corrupt(where, "type of an alarm", type, "1 (no space) or 2 (corrupt)");
        }
        return new Alarm(member, type == 1 ? Alarm.Type.NO_SPACE : Alarm.Type.CORRUPT);
    }

    /** Options are there even when nothing is chosen, as etcd has it since 3.4. */
    static byte[] encode(AuthState.User user) {
        ProtoWriter out = new ProtoWriter(128).bytes(1, utf8(user.name())).bytes(2, utf8(user.passwordHash()));
        for (String role : user.roles()) {
            out.element(3, utf8(role));
        }
        return out.element(
                        4,
                        new ProtoWriter(2).number(1, user.noPassword() ? 1 : 0).toBytes())
                .toBytes();
    }

    static AuthState.User user(String where, MemorySegment value) throws IOException {
        ProtoReader in = new ProtoReader(where, value);
        String name = "";
        String hash = "";
        List<String> roles = new ArrayList<>();
        boolean noPassword = false;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name = in.text();
                case 2 -> hash = in.text();
                case 3 -> roles.add(in.text());
                case 4 -> {
                    ProtoReader options = in.message();
                    while (options.next()) {
                        noPassword |= options.field() == 1 && options.number() != 0;
                    }
                }
                default -> {}
            }
        }
        return new AuthState.User(name, hash, noPassword, roles);
    }

    static byte[] encode(AuthState.Role role) {
        ProtoWriter out = new ProtoWriter(128).bytes(1, utf8(role.name()));
        for (AuthState.Permission permission : role.permissions()) {
            int access = switch (permission.access()) {
                case READ -> 0;
                case WRITE -> 1;
                case READ_WRITE -> 2;
            };
            out.element(
                    2,
                    new ProtoWriter(64)
                            .number(1, access)
                            .bytes(2, permission.range().start().array())
                            .bytes(3, permission.range().end().array())
                            .toBytes());
        }
        return out.toBytes();
    }

    static AuthState.Role role(String where, MemorySegment value) throws IOException {
        ProtoReader in = new ProtoReader(where, value);
        String name = "";
        List<AuthState.Permission> permissions = new ArrayList<>();
        while (in.next()) {
            switch (in.field()) {
                case 1 -> name = in.text();
                case 2 -> permissions.add(permission(where, in.message()));
                default -> {}
            }
        }
        return new AuthState.Role(name, permissions);
    }

    private static AuthState.Permission permission(String where, ProtoReader in) throws IOException {
        long access = 0;
        Bytes start = Bytes.EMPTY;
        Bytes end = Bytes.EMPTY;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> access = in.number();
                case 2 -> start = Bytes.wrap(in.bytes());
                case 3 -> end = Bytes.wrap(in.bytes());
                default -> {}
            }
        }
        AuthState.Access[] all = {AuthState.Access.READ, AuthState.Access.WRITE, AuthState.Access.READ_WRITE};
        if (access < 0 || access >= all.length) {
            throw BoltFormat.corrupt(where, "type of a permission", access, "0..2");
        }
        return new AuthState.Permission(all[(int) access], new KeyRange(start, end));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
