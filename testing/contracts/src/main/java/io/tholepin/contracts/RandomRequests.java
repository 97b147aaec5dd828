package io.tholepin.contracts;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Requests drawn by chance, over few keys and leases so that they meet. One in a while breaks a rule. The same source
 * of chance gives the same requests.
 *
 * @param leases ids that may be granted
 */
public record RandomRequests(RandomGenerator random, List<Bytes> keys, List<Long> leases) {
    /** A dozen keys, some the prefix of others, and three leases. */
    public static RandomRequests few(RandomGenerator random) {
        List<Bytes> keys = new ArrayList<>();
        for (String key : List.of("a", "a/", "a/b", "a/c", "a/d/e", "b", "b/a", "b/b", "c", "d", "z")) {
            keys.add(Bytes.utf8(key));
        }
        keys.add(Bytes.wrap(new byte[] {(byte) 0xFF, 1}));
        return new RandomRequests(random, keys, List.of(7L, 8L, -9L));
    }

    /** A key. */
    public Bytes key() {
        return keys.get(random.nextInt(keys.size()));
    }

    /** A lease id. */
    public long lease() {
        return leases.get(random.nextInt(leases.size()));
    }

    /** A range of any shape. */
    public KeyRange range() {
        return switch (random.nextInt(6)) {
            case 0, 1 -> KeyRange.key(key());
            case 2 -> KeyRange.prefix(key());
            case 3 -> KeyRange.all();
            case 4 -> new KeyRange(key(), Bytes.wrap(new byte[1]));
            default -> new KeyRange(key(), key());
        };
    }

    /** A read at, before or beyond {@code revision}, with any option. */
    public RangeRequest read(long revision) {
        return new RangeRequest(
                range(),
                random.nextInt(3) == 0 ? revision + 1 - random.nextInt(12) : 0,
                random.nextInt(3) == 0 ? random.nextInt(5) : 0,
                random.nextInt(6) == 0,
                random.nextInt(6) == 0,
                false,
                oneOf(RangeRequest.SortOrder.values()),
                random.nextBoolean() ? RangeRequest.SortTarget.KEY : oneOf(RangeRequest.SortTarget.values()),
                seldom(revision),
                seldom(revision),
                seldom(revision),
                seldom(revision));
    }

    /** A transaction. */
    public Txn txn(long revision) {
        return txn(revision, 0);
    }

    private Txn txn(long revision, int depth) {
        return new Txn(
                list(3, () -> compare(revision)),
                list(4, () -> op(revision, depth)),
                list(3, () -> op(revision, depth)));
    }

    private Op op(long revision, int depth) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3, 4 -> put();
            case 5, 6 -> new Op.Delete(random.nextInt(4) == 0 ? range() : KeyRange.key(key()), random.nextBoolean());
            case 7, 8 ->
                new Op.Get(
                        random.nextInt(3) == 0 ? read(revision) : read(revision).at(0));
            default -> depth < 2 ? new Op.Nested(txn(revision, depth + 1)) : put();
        };
    }

    private Op put() {
        boolean ignoreValue = random.nextInt(10) == 0;
        boolean ignoreLease = random.nextInt(10) == 0;
        return new Op.Put(
                random.nextInt(200) == 0 ? Bytes.EMPTY : key(),
                ignoreValue && random.nextInt(10) != 0 ? Bytes.EMPTY : Bytes.utf8("" + random.nextInt(20)),
                (ignoreLease ? random.nextInt(10) : random.nextInt(4)) == 0 ? lease() : 0,
                random.nextBoolean(),
                ignoreValue,
                ignoreLease);
    }

    private Compare compare(long revision) {
        return new Compare(
                random.nextInt(4) == 0 ? range() : KeyRange.key(key()),
                oneOf(Compare.Target.values()),
                oneOf(Compare.Result.values()),
                random.nextBoolean() ? random.nextInt(4) : revision - random.nextInt(10),
                Bytes.utf8("" + random.nextInt(20)));
    }

    private long seldom(long revision) {
        return random.nextInt(8) == 0 ? Math.max(0, revision - random.nextInt(20)) : 0;
    }

    private <T> List<T> list(int bound, Supplier<T> each) {
        List<T> list = new ArrayList<>();
        int count = random.nextInt(bound);
        for (int i = 0; i < count; i++) {
            list.add(each.get());
        }
        return list;
    }

    private <T> T oneOf(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
