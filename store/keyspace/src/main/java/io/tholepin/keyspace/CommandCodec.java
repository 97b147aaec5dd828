package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Commands as bytes, as they stand in the log. Every member must read what every other member of the same format wrote,
 * so the first byte names the format and unknown formats are refused.
 *
 * <p>Layout: a command is {@code FORMAT, kind, fields}; an entry of the log is {@code FORMAT, BATCH, origin,
 * sequence, count} followed by {@code length, command} for each. Origin and sequence have eight bytes, lengths and
 * counts are unsigned varints, ids of members have eight bytes, other numbers are zigzag varints.
 *
 * <p>Stateless; any thread.
 */
public final class CommandCodec {
    private static final int FORMAT = 1;
    private static final int ORIGIN_AT = 2;
    private static final int SEQUENCE_AT = ORIGIN_AT + Long.BYTES;
    private static final int HEADER_BYTES = SEQUENCE_AT + Long.BYTES;
    private static final int BATCH = 0;
    private static final int WRITE = 1;
    private static final int COMPACT = 2;
    private static final int LEASE_GRANT = 3;
    private static final int LEASE_REVOKE = 4;
    private static final int LEASE_CHECKPOINT = 5;

    private static final int ALARM_RAISE = 6;
    private static final int ALARM_DISARM = 7;
    private static final int AUTH_UPDATE = 8;
    private static final int ASSIGN_TOKEN = 9;
    private static final int MEMBERS_INIT = 10;
    private static final int MEMBER_ADD = 11;
    private static final int MEMBER_REMOVE = 12;
    private static final int MEMBER_UPDATE = 13;
    private static final int MEMBER_PROMOTE = 14;
    private static final int MEMBER_PUBLISH = 15;
    private static final int DOWNGRADE_TARGET = 16;
    private static final int GUARDED = 17;

    private static final int PUT = 1;
    private static final int DELETE = 2;
    private static final int GET = 3;
    private static final int NESTED = 4;

    private static final int PREVIOUS = 1;
    private static final int IGNORE_VALUE = 2;
    private static final int IGNORE_LEASE = 4;

    private static final int COUNT_ONLY = 1;
    private static final int KEYS_ONLY = 2;
    private static final int SERIALIZABLE = 4;

    private static final List<Compare.Target> TARGETS = List.of(Compare.Target.values());
    private static final List<Compare.Result> RESULTS = List.of(Compare.Result.values());
    private static final List<RangeRequest.SortOrder> ORDERS = List.of(RangeRequest.SortOrder.values());
    private static final List<RangeRequest.SortTarget> SORT_TARGETS = List.of(RangeRequest.SortTarget.values());

    private CommandCodec() {}

    /** One command as bytes. */
    public static byte[] encode(Command command) {
        Encoder out = new Encoder(64 + sizeHint(command));
        out.putByte(FORMAT);
        encodeFields(out, command);
        return out.toBytes();
    }

    /**
     * Reads one command back.
     *
     * @throws StoreException {@link StoreException.Code#CORRUPT} when the bytes are not a command of a known format
     */
    public static Command decode(byte[] encoded) {
        return decode(new Decoder(encoded));
    }

    /**
     * An entry of the log.
     *
     * @param origin id of the member that proposed it
     * @param sequence tells its entries apart; with {@code origin} any member recognises its own
     */
    public record Entry(long origin, long sequence, List<Command> commands) {}

    /**
     * An entry of the log.
     *
     * @param origin id of the proposing member
     * @param sequence which of that member's entries this is
     * @param encodedCommands each already encoded with {@link #encode}
     */
    public static byte[] encodeEntry(long origin, long sequence, List<byte[]> encodedCommands) {
        int length = HEADER_BYTES + 5;
        for (byte[] command : encodedCommands) {
            length += command.length + 5;
        }
        Encoder out = new Encoder(length);
        out.putByte(FORMAT);
        out.putByte(BATCH);
        out.putFixedLong(origin);
        out.putFixedLong(sequence);
        out.putLength(encodedCommands.size());
        for (byte[] command : encodedCommands) {
            out.putBytes(command);
        }
        return out.toBytes();
    }

    /**
     * Reads an entry back.
     *
     * @throws StoreException {@link StoreException.Code#CORRUPT} when the bytes are not an entry of a known format
     */
    public static Entry decodeEntry(byte[] entry) {
        Decoder in = new Decoder(entry);
        in.expectByte(FORMAT, "format of an entry");
        in.expectByte(BATCH, "kind of an entry");
        long origin = in.takeFixedLong();
        long sequence = in.takeFixedLong();
        int count = in.takeLength();
        List<Command> commands = new ArrayList<>(Math.min(count, entry.length));
        for (int i = 0; i < count; i++) {
            int length = in.takeLength();
            int end = in.position() + length;
            commands.add(decodeFields(in));
            if (in.position() != end) {
                throw Decoder.corrupt("command " + i + " ends at " + in.position() + " (expected: " + end + ")");
            }
        }
        in.expectEnd();
        return new Entry(origin, sequence, commands);
    }

    /** Who proposed an entry, without reading the rest; the buffer stays as it is. */
    public static long origin(ByteBuffer entry) {
        return header(entry, ORIGIN_AT);
    }

    /** Which of its proposer's entries this is, without reading the rest; the buffer stays as it is. */
    public static long sequence(ByteBuffer entry) {
        return header(entry, SEQUENCE_AT);
    }

    private static long header(ByteBuffer entry, int at) {
        if (entry.remaining() < HEADER_BYTES) {
            throw Decoder.corrupt("bytes of an entry: " + entry.remaining() + " (expected: >= " + HEADER_BYTES + ")");
        }
        return entry.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(entry.position() + at);
    }

    private static Command decode(Decoder in) {
        Command command = decodeFields(in);
        in.expectEnd();
        return command;
    }

    private static Command decodeFields(Decoder in) {
        in.expectByte(FORMAT, "format of a command");
        int kind = in.takeByte();
        if (kind == GUARDED) {
            return new Command.Guarded(in.takeLong(), decodeFields(in.takeByte(), in));
        }
        return decodeFields(kind, in);
    }

    private static Command decodeFields(int kind, Decoder in) {
        return switch (kind) {
            case WRITE -> new Command.Write(decodeTxn(in));
            case COMPACT -> new Command.Compact(in.takeLong());
            case LEASE_GRANT -> new Command.LeaseGrant(in.takeLong(), in.takeLong());
            case LEASE_REVOKE -> new Command.LeaseRevoke(in.takeLong());
            case LEASE_CHECKPOINT -> new Command.LeaseCheckpoint(in.takeLong(), in.takeLong());
            default -> decodeRare(kind, in);
        };
    }

    private static void encodeFields(Encoder out, Command command) {
        switch (command) {
            case Command.Write write -> {
                out.putByte(WRITE);
                encodeTxn(out, write.txn());
            }
            case Command.Compact compact -> {
                out.putByte(COMPACT);
                out.putLong(compact.revision());
            }
            case Command.LeaseGrant grant -> {
                out.putByte(LEASE_GRANT);
                out.putLong(grant.id());
                out.putLong(grant.ttlSeconds());
            }
            case Command.LeaseRevoke revoke -> {
                out.putByte(LEASE_REVOKE);
                out.putLong(revoke.id());
            }
            case Command.LeaseCheckpoint checkpoint -> {
                out.putByte(LEASE_CHECKPOINT);
                out.putLong(checkpoint.id());
                out.putLong(checkpoint.remainingSeconds());
            }
            case Command.Guarded guarded -> {
                out.putByte(GUARDED);
                out.putLong(guarded.authRevision());
                encodeFields(out, guarded.command());
            }
            default -> encodeRare(out, command);
        }
    }

    /** What concerns the cluster and not its keys. */
    private static void encodeRare(Encoder out, Command command) {
        switch (command) {
            case Command.AlarmRaise raise -> {
                out.putByte(ALARM_RAISE);
                RecordCodec.putAlarm(out, raise.alarm());
            }
            case Command.AlarmDisarm disarm -> {
                out.putByte(ALARM_DISARM);
                RecordCodec.putAlarm(out, disarm.alarm());
            }
            case Command.AuthUpdate update -> {
                out.putByte(AUTH_UPDATE);
                RecordCodec.putChange(out, update.change());
            }
            case Command.AssignToken assign -> {
                out.putByte(ASSIGN_TOKEN);
                out.putString(assign.user());
                out.putString(assign.token());
            }
            case Command.MembersInit init -> {
                out.putByte(MEMBERS_INIT);
                RecordCodec.putMembers(out, init.members());
            }
            case Command.MemberAdd add -> {
                out.putByte(MEMBER_ADD);
                RecordCodec.putMember(out, add.member());
                out.putInt(add.learnersMax());
            }
            case Command.MemberRemove remove -> putId(out, MEMBER_REMOVE, remove.id());
            case Command.MemberPromote promote -> putId(out, MEMBER_PROMOTE, promote.id());
            case Command.MemberUpdate update -> {
                putId(out, MEMBER_UPDATE, update.id());
                out.putStrings(update.peerUrls());
            }
            case Command.MemberPublish publish -> {
                putId(out, MEMBER_PUBLISH, publish.id());
                out.putString(publish.name());
                out.putStrings(publish.clientUrls());
            }
            case Command.DowngradeTarget downgrade -> {
                out.putByte(DOWNGRADE_TARGET);
                out.putStrings(downgrade.target().stream().toList());
            }
            default -> throw new IllegalArgumentException("no code for " + command);
        }
    }

    private static void putId(Encoder out, int kind, long id) {
        out.putByte(kind);
        out.putFixedLong(id);
    }

    private static Command decodeRare(int kind, Decoder in) {
        return switch (kind) {
            case ALARM_RAISE -> new Command.AlarmRaise(RecordCodec.takeAlarm(in));
            case ALARM_DISARM -> new Command.AlarmDisarm(RecordCodec.takeAlarm(in));
            case AUTH_UPDATE -> new Command.AuthUpdate(RecordCodec.takeChange(in));
            case ASSIGN_TOKEN -> new Command.AssignToken(in.takeString(), in.takeString());
            case MEMBERS_INIT -> new Command.MembersInit(RecordCodec.takeMembers(in));
            case MEMBER_ADD -> new Command.MemberAdd(RecordCodec.takeMember(in), in.takeInt());
            case MEMBER_REMOVE -> new Command.MemberRemove(in.takeFixedLong());
            case MEMBER_UPDATE -> new Command.MemberUpdate(in.takeFixedLong(), in.takeStrings());
            case MEMBER_PROMOTE -> new Command.MemberPromote(in.takeFixedLong());
            case MEMBER_PUBLISH -> new Command.MemberPublish(in.takeFixedLong(), in.takeString(), in.takeStrings());
            case DOWNGRADE_TARGET -> {
                List<String> target = in.takeStrings();
                yield new Command.DowngradeTarget(target.isEmpty() ? Optional.empty() : Optional.of(target.getFirst()));
            }
            default -> throw Decoder.corrupt("kind of command: " + kind);
        };
    }

    private static int sizeHint(Command command) {
        return switch (command) {
            case Command.Write write -> TxnRules.bytes(write.txn());
            case Command.Guarded guarded -> sizeHint(guarded.command());
            default -> 0;
        };
    }

    private static void encodeTxn(Encoder out, Txn txn) {
        out.putLength(txn.compares().size());
        for (Compare compare : txn.compares()) {
            RecordCodec.putRange(out, compare.range());
            out.putByte(compare.target().ordinal());
            out.putByte(compare.result().ordinal());
            out.putLong(compare.number());
            out.putBytes(compare.value().array());
        }
        encodeOps(out, txn.success());
        encodeOps(out, txn.failure());
    }

    private static Txn decodeTxn(Decoder in) {
        int count = in.takeLength();
        List<Compare> compares = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            KeyRange range = RecordCodec.takeRange(in);
            Compare.Target target = in.takeOneOf(TARGETS);
            Compare.Result result = in.takeOneOf(RESULTS);
            compares.add(new Compare(range, target, result, in.takeLong(), in.takeBytes()));
        }
        return new Txn(compares, decodeOps(in), decodeOps(in));
    }

    private static void encodeOps(Encoder out, List<Op> ops) {
        out.putLength(ops.size());
        for (Op op : ops) {
            switch (op) {
                case Op.Put put -> encodePut(out, put);
                case Op.Delete delete -> {
                    out.putByte(DELETE);
                    RecordCodec.putRange(out, delete.range());
                    out.putByte(delete.previous() ? PREVIOUS : 0);
                }
                case Op.Get get -> {
                    out.putByte(GET);
                    encodeRequest(out, get.request());
                }
                case Op.Nested nested -> {
                    out.putByte(NESTED);
                    encodeTxn(out, nested.txn());
                }
            }
        }
    }

    private static List<Op> decodeOps(Decoder in) {
        int count = in.takeLength();
        List<Op> ops = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            int kind = in.takeByte();
            ops.add(
                    switch (kind) {
                        case PUT -> decodePut(in);
                        case DELETE -> new Op.Delete(RecordCodec.takeRange(in), in.takeByte() == PREVIOUS);
                        case GET -> new Op.Get(decodeRequest(in));
                        case NESTED -> new Op.Nested(decodeTxn(in));
                        default -> throw Decoder.corrupt("kind of operation: " + kind);
                    });
        }
        return ops;
    }

    private static void encodePut(Encoder out, Op.Put put) {
        out.putByte(PUT);
        out.putBytes(put.key().array());
        out.putBytes(put.value().array());
        out.putLong(put.lease());
        out.putByte((put.previous() ? PREVIOUS : 0)
                | (put.ignoreValue() ? IGNORE_VALUE : 0)
                | (put.ignoreLease() ? IGNORE_LEASE : 0));
    }

    private static Op.Put decodePut(Decoder in) {
        Bytes key = in.takeBytes();
        Bytes value = in.takeBytes();
        long lease = in.takeLong();
        int flags = in.takeByte();
        return new Op.Put(
                key, value, lease, (flags & PREVIOUS) != 0, (flags & IGNORE_VALUE) != 0, (flags & IGNORE_LEASE) != 0);
    }

    private static void encodeRequest(Encoder out, RangeRequest request) {
        RecordCodec.putRange(out, request.range());
        out.putByte((request.countOnly() ? COUNT_ONLY : 0)
                | (request.keysOnly() ? KEYS_ONLY : 0)
                | (request.serializable() ? SERIALIZABLE : 0));
        out.putByte(request.order().ordinal());
        out.putByte(request.target().ordinal());
        out.putLong(request.revision());
        out.putLong(request.limit());
        out.putLong(request.minModRevision());
        out.putLong(request.maxModRevision());
        out.putLong(request.minCreateRevision());
        out.putLong(request.maxCreateRevision());
    }

    private static RangeRequest decodeRequest(Decoder in) {
        KeyRange range = RecordCodec.takeRange(in);
        int flags = in.takeByte();
        RangeRequest.SortOrder order = in.takeOneOf(ORDERS);
        RangeRequest.SortTarget target = in.takeOneOf(SORT_TARGETS);
        return new RangeRequest(
                range,
                in.takeLong(),
                in.takeLong(),
                (flags & COUNT_ONLY) != 0,
                (flags & KEYS_ONLY) != 0,
                (flags & SERIALIZABLE) != 0,
                order,
                target,
                in.takeLong(),
                in.takeLong(),
                in.takeLong(),
                in.takeLong());
    }
}
