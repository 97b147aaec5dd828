package io.tholepin.keyspace;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands as lines of text, with the hashes that etcd had in between.
 *
 * <pre>
 * put KEY VALUE LEASE     an empty value is -, x*300 is 300 times x, lease 0 is none
 * del KEY END             an END of - deletes just KEY
 * txn OP ; OP ; ...       puts and deletions in one revision
 * grant ID, revoke ID, compact REVISION
 * hashkv REVISION HASH COMPACTED
 * </pre>
 */
final class HashScript {
    private HashScript() {}

    /** The command of a line that is not a hash. */
    static Command command(String line) {
        String[] words = line.split(" ", 2);
        return switch (words[0]) {
            case "grant" -> new Command.LeaseGrant(Long.parseLong(words[1]), 3_600);
            case "revoke" -> new Command.LeaseRevoke(Long.parseLong(words[1]));
            case "compact" -> new Command.Compact(Long.parseLong(words[1]));
            case "txn" -> new Command.Write(new Txn(List.of(), ops(words[1]), List.of()));
            default -> new Command.Write(Txn.of(op(line)));
        };
    }

    static List<Op> ops(String text) {
        List<Op> ops = new ArrayList<>();
        for (String op : text.split(" ; ", -1)) {
            ops.add(op(op));
        }
        return ops;
    }

    private static Op op(String text) {
        String[] words = text.split(" ", -1);
        return switch (words[0]) {
            case "put" ->
                new Op.Put(Bytes.utf8(words[1]), value(words[2]), Long.parseLong(words[3]), false, false, false);
            case "del" -> new Op.Delete(new KeyRange(Bytes.utf8(words[1]), value(words[2])), false);
            default -> throw new IllegalArgumentException("no operation: " + text);
        };
    }

    private static Bytes value(String text) {
        int times = text.indexOf('*');
        if (times > 0) {
            return Bytes.utf8(text.substring(0, times).repeat(Integer.parseInt(text.substring(times + 1))));
        }
        return text.equals("-") ? Bytes.EMPTY : Bytes.utf8(text);
    }
}
