package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands as bytes, as they stand in the log. Every member must read what every other member of the same format wrote,
 * so the first byte names the format and unknown formats are refused.
 *
 * <p>Layout: a command is {@code FORMAT, kind, fields}; a batch is {@code FORMAT, BATCH, count} followed by
 * {@code length, command} for each. Lengths and counts are unsigned varints, numbers are zigzag varints.
 *
 * <p>Stateless; any thread.
 */
public final class CommandCodec {
    private static final int FORMAT = 1;
    private static final int BATCH = 0;
    private static final int WRITE = 1;
    private static final int COMPACT = 2;
    private static final int LEASE_GRANT = 3;
    private static final int LEASE_REVOKE = 4;
    private static final int LEASE_CHECKPOINT = 5;

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
        }
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

    /** Several commands, each already encoded with {@link #encode}, as one entry. */
    public static byte[] batch(List<byte[]> encodedCommands) {
        int length = 8;
        for (byte[] command : encodedCommands) {
            length += command.length + 5;
        }
        Encoder out = new Encoder(length);
        out.putByte(FORMAT);
        out.putByte(BATCH);
        out.putLength(encodedCommands.size());
        for (byte[] command : encodedCommands) {
            out.putBytes(command);
        }
        return out.toBytes();
    }

    /**
     * Reads a batch, or a single command as a batch of one.
     *
     * @throws StoreException {@link StoreException.Code#CORRUPT} when the bytes are neither
     */
    public static List<Command> decodeBatch(byte[] entry) {
        if (entry.length < 2 || entry[1] != BATCH) {
            return List.of(decode(entry));
        }
        Decoder in = new Decoder(entry);
        in.expectByte(FORMAT, "format of a batch");
        in.takeByte();
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
        return commands;
    }

    private static Command decode(Decoder in) {
        Command command = decodeFields(in);
        in.expectEnd();
        return command;
    }

    private static Command decodeFields(Decoder in) {
        in.expectByte(FORMAT, "format of a command");
        int kind = in.takeByte();
        return switch (kind) {
            case WRITE -> new Command.Write(decodeTxn(in));
            case COMPACT -> new Command.Compact(in.takeLong());
            case LEASE_GRANT -> new Command.LeaseGrant(in.takeLong(), in.takeLong());
            case LEASE_REVOKE -> new Command.LeaseRevoke(in.takeLong());
            case LEASE_CHECKPOINT -> new Command.LeaseCheckpoint(in.takeLong(), in.takeLong());
            default -> throw Decoder.corrupt("kind of command: " + kind);
        };
    }

    private static int sizeHint(Command command) {
        return command instanceof Command.Write write ? TxnRules.bytes(write.txn()) : 0;
    }

    private static void encodeTxn(Encoder out, Txn txn) {
        out.putLength(txn.compares().size());
        for (Compare compare : txn.compares()) {
            encodeRange(out, compare.range());
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
            KeyRange range = decodeRange(in);
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
                    encodeRange(out, delete.range());
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
                        case DELETE -> new Op.Delete(decodeRange(in), in.takeByte() == PREVIOUS);
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

    private static void encodeRange(Encoder out, KeyRange range) {
        out.putBytes(range.start().array());
        out.putBytes(range.end().array());
    }

    private static KeyRange decodeRange(Decoder in) {
        return new KeyRange(in.takeBytes(), in.takeBytes());
    }

    private static void encodeRequest(Encoder out, RangeRequest request) {
        encodeRange(out, request.range());
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
        KeyRange range = decodeRange(in);
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
