package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PermissionsTest {
    private static final Bytes OPEN = Bytes.wrap(new byte[1]);

    @Test
    void theUnionOfAllRolesCountsAndTouchingRangesAreOne() {
        Permissions permissions = user(
                role("a", read("a", "c")),
                role("b", read("c", "e")),
                role("k", read("k", "")),
                role("l", write("e", "z")));
        assertThat(permissions.mayRead(range("a", "e"))).isTrue();
        assertThat(permissions.mayRead(range("b", "d"))).isTrue();
        assertThat(permissions.mayRead(range("a", "f"))).isFalse();
        assertThat(permissions.mayRead(key("k"))).isTrue();
        assertThat(permissions.mayRead(key("k\0"))).isFalse();
        assertThat(permissions.mayWrite(range("e", "z"))).isTrue();
        assertThat(permissions.mayWrite(key("a"))).isFalse();
        assertThat(permissions.mayRead(key("f"))).isFalse();
    }

    @Test
    void anOpenEndNeedsAnOpenEnd() {
        Permissions single = user(role("a", read("a", "")));
        assertThat(single.mayRead(new KeyRange(Bytes.utf8("a"), OPEN))).isFalse();
        Permissions wide = user(role("a", read("a", "zzzz")));
        assertThat(wide.mayRead(new KeyRange(Bytes.utf8("a"), OPEN))).isFalse();
        Permissions open =
                user(role("a", new AuthState.Permission(AuthState.Access.READ, new KeyRange(Bytes.utf8("a"), OPEN))));
        assertThat(open.mayRead(new KeyRange(Bytes.utf8("a"), OPEN))).isTrue();
        assertThat(open.mayRead(new KeyRange(Bytes.utf8("b"), OPEN))).isTrue();
        assertThat(open.mayRead(KeyRange.all())).isFalse();
    }

    @Test
    void nobodyMayAnything() {
        Permissions nobody = Permissions.of(AuthState.NONE, "nobody");
        assertThat(nobody.isKnown()).isFalse();
        assertThat(nobody.mayRead(key("a"))).isFalse();
        assertThat(nobody.may(Txn.of(Op.Put.of(Bytes.utf8("a"), Bytes.EMPTY)))).isFalse();
        Permissions roleless = user();
        assertThat(roleless.isKnown()).isTrue();
        assertThat(roleless.mayRead(key("a"))).isFalse();
    }

    @Test
    void theRoleRootMayEverythingWithoutARecord() {
        AuthState.User user = new AuthState.User("admin", "", false, List.of(AuthState.ROOT));
        Permissions root = Permissions.of(new AuthState(true, 2, Map.of("admin", user), Map.of()), "admin");
        assertThat(root.isRoot()).isTrue();
        assertThat(root.mayRead(KeyRange.all())).isTrue();
        assertThat(root.mayWrite(KeyRange.all())).isTrue();
    }

    @Test
    void everyPartOfATransactionIsLookedAt() {
        Permissions permissions = user(role("r", read("r", "s"), write("w", "x")));
        Op put = Op.Put.of(Bytes.utf8("w1"), Bytes.EMPTY);
        Op get = new Op.Get(RangeRequest.of(key("r1")));
        assertThat(permissions.may(new Txn(List.of(compare("r1")), List.of(put), List.of(get))))
                .isTrue();
        assertThat(permissions.may(new Txn(List.of(compare("w1")), List.of(put), List.of())))
                .isFalse();
        for (Op forbidden : forbidden()) {
            assertThat(permissions.may(new Txn(List.of(), List.of(put, forbidden), List.of())))
                    .isFalse();
            assertThat(permissions.may(new Txn(List.of(), List.of(), List.of(forbidden))))
                    .isFalse();
            Op nested = new Op.Nested(new Txn(List.of(), List.of(), List.of(get, forbidden)));
            Op twice = new Op.Nested(new Txn(List.of(), List.of(nested), List.of()));
            assertThat(permissions.may(new Txn(List.of(), List.of(twice), List.of())))
                    .isFalse();
        }
        Op compares = new Op.Nested(new Txn(List.of(compare("x")), List.of(), List.of()));
        assertThat(permissions.may(new Txn(List.of(), List.of(compares), List.of())))
                .isFalse();
    }

    private static List<Op> forbidden() {
        Bytes writable = Bytes.utf8("w1");
        return List.of(
                new Op.Get(RangeRequest.of(key("w1"))),
                new Op.Get(RangeRequest.of(range("r", "s\0"))),
                Op.Put.of(Bytes.utf8("r1"), Bytes.EMPTY),
                new Op.Put(writable, Bytes.EMPTY, 0, true, false, false),
                new Op.Delete(range("w", "y"), false),
                new Op.Delete(new KeyRange(writable, OPEN), false),
                new Op.Delete(key("w1"), true));
    }

    @Test
    void leasesOfNestedPutsAreFound() {
        Op put = new Op.Put(Bytes.utf8("a"), Bytes.EMPTY, 7, false, false, false);
        Op other = new Op.Put(Bytes.utf8("b"), Bytes.EMPTY, 8, false, false, false);
        Op nested = new Op.Nested(new Txn(List.of(), List.of(), List.of(other)));
        List<Long> leases = new ArrayList<>();
        Permissions.leasesOf(new Txn(List.of(), List.of(put), List.of(nested)), leases::add);
        assertThat(leases).containsExactly(7L, 8L);
    }

    /** Against the plain meaning: a range is permitted when each of its keys is. */
    @Test
    void intervalsContainExactlyWhatTheirKeysSay() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<KeyRange> ranges = IntStream.range(0, random.nextInt(5))
                    .mapToObj(_ -> randomRange(random))
                    .toList();
            Intervals intervals = Intervals.of(ranges);
            KeyRange asked = randomRange(random);
            List<Bytes> keys = allKeys().filter(asked::contains).toList();
            boolean expected = keys.stream().allMatch(key -> ranges.stream().anyMatch(range -> range.contains(key)));
            boolean endless = !asked.isOpenEnded() || ranges.stream().anyMatch(KeyRange::isOpenEnded);
            if (!keys.isEmpty()) {
                assertThat(intervals.contains(asked))
                        .as("seed %d, %s in %s", seed, asked, ranges)
                        .isEqualTo(expected && endless);
            }
        }
    }

    /** Every key of one or two letters, and the ones right after them: enough to tell all ranges below apart. */
    private static java.util.stream.Stream<Bytes> allKeys() {
        return IntStream.range(0, 8).boxed().flatMap(letter -> {
            Bytes one = Bytes.wrap(new byte[] {(byte) ('a' + letter)});
            return java.util.stream.Stream.of(one, one.successor(), one.concat(Bytes.utf8("m")));
        });
    }

    private static KeyRange randomRange(Random random) {
        Bytes start = Bytes.wrap(new byte[] {(byte) ('a' + random.nextInt(8))});
        return switch (random.nextInt(4)) {
            case 0 -> KeyRange.key(start);
            case 1 -> new KeyRange(start, OPEN);
            default -> new KeyRange(start, Bytes.wrap(new byte[] {(byte) ('a' + random.nextInt(9))}));
        };
    }

    private static Permissions user(AuthState.Role... roles) {
        Map<String, AuthState.Role> byName = new java.util.HashMap<>();
        for (AuthState.Role role : roles) {
            byName.put(role.name(), role);
        }
        AuthState.User user = new AuthState.User(
                "u", "", false, byName.keySet().stream().sorted().toList());
        return Permissions.of(new AuthState(true, 2, Map.of("u", user), byName), "u");
    }

    private static AuthState.Role role(String name, AuthState.Permission... permissions) {
        return new AuthState.Role(name, List.of(permissions));
    }

    private static AuthState.Permission read(String start, String end) {
        return new AuthState.Permission(AuthState.Access.READ, range(start, end));
    }

    private static AuthState.Permission write(String start, String end) {
        return new AuthState.Permission(AuthState.Access.WRITE, range(start, end));
    }

    private static Compare compare(String key) {
        return Compare.modRevisionIs(Bytes.utf8(key), 1);
    }

    private static KeyRange key(String key) {
        return KeyRange.key(Bytes.utf8(key));
    }

    private static KeyRange range(String start, String end) {
        return new KeyRange(Bytes.utf8(start), Bytes.utf8(end));
    }
}
