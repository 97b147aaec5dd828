package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.contracts.RandomRequests;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Commands go into the log and come out of it as they were, whatever they are. */
class CommandCodecTest {
    private static final ClusterMember MEMBER =
            new ClusterMember(-3, "m", List.of("http://a:1", "http://b:2"), List.of("http://c:3"), true);

    @Test
    void everyKindOfCommandComesBack() {
        for (Command command : List.of(
                new Command.Compact(-7),
                new Command.Compact(Long.MAX_VALUE),
                new Command.LeaseGrant(Long.MIN_VALUE, 60),
                new Command.LeaseRevoke(9),
                new Command.LeaseCheckpoint(-1, 12),
                new Command.Write(new Txn(List.of(), List.of(), List.of())),
                new Command.Guarded(7, new Command.LeaseRevoke(9)),
                new Command.Guarded(7, new Command.AlarmRaise(new Alarm(1, Alarm.Type.CORRUPT))),
                new Command.AlarmRaise(new Alarm(-5, Alarm.Type.NO_SPACE)),
                new Command.AlarmDisarm(new Alarm(8, Alarm.Type.CORRUPT)),
                new Command.AssignToken("jean", "AbC.17"),
                new Command.MembersInit(List.of(MEMBER, MEMBER)),
                new Command.MembersInit(List.of()),
                new Command.MemberAdd(MEMBER, 3),
                new Command.MemberRemove(-1),
                new Command.MemberUpdate(2, List.of("https://[::1]:2380")),
                new Command.MemberPromote(3),
                new Command.MemberPublish(4, "m4", List.of("http://a:1", "http://b:2")),
                new Command.DowngradeTarget(Optional.empty()),
                new Command.DowngradeTarget(Optional.of("3.6.0")))) {
            assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
        }
    }

    @Test
    void everyChangeOfUsersAndRolesComesBack() {
        KeyRange range = KeyRange.prefix(Bytes.utf8("k"));
        for (AuthChange change : List.of(
                new AuthChange.Enable(),
                new AuthChange.Disable(),
                new AuthChange.UserAdd("jean", "$2a$10$x", false),
                new AuthChange.UserAdd("jürgen", "", true),
                new AuthChange.UserDelete("jean"),
                new AuthChange.UserPassword("jean", "$2a$10$y"),
                new AuthChange.UserGrant("jean", "reader"),
                new AuthChange.UserRevoke("jean", "reader"),
                new AuthChange.RoleAdd("reader"),
                new AuthChange.RoleDelete("reader"),
                new AuthChange.RoleGrant("reader", new AuthState.Permission(AuthState.Access.READ_WRITE, range)),
                new AuthChange.RoleRevoke("reader", range))) {
            Command command = new Command.AuthUpdate(change);
            assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
        }
    }

    @Test
    void randomEntriesComeBack() {
        SplittableRandom random = new SplittableRandom(3);
        RandomRequests requests = RandomRequests.few(random);
        for (int round = 0; round < 300; round++) {
            List<Command> commands = new ArrayList<>();
            int count = random.nextInt(6);
            for (int i = 0; i < count; i++) {
                commands.add(new Command.Write(requests.txn(random.nextLong(1_000_000_000_000L))));
            }
            byte[] entry = CommandCodec.encodeEntry(
                    -2, round, commands.stream().map(CommandCodec::encode).toList());
            assertThat(CommandCodec.decodeEntry(entry)).isEqualTo(new CommandCodec.Entry(-2, round, commands));
        }
    }

    @Test
    void whoProposedAnEntryIsReadWithoutTheRest() {
        byte[] entry = CommandCodec.encodeEntry(0x8000_0000_0000_0007L, 300, List.of());
        ByteBuffer within =
                ByteBuffer.allocate(entry.length + 3).position(3).put(entry).position(3);
        assertThat(CommandCodec.origin(within)).isEqualTo(0x8000_0000_0000_0007L);
        assertThat(CommandCodec.sequence(within)).isEqualTo(300);
        assertThat(within.position()).isEqualTo(3);
        assertThatThrownBy(() -> CommandCodec.origin(ByteBuffer.allocate(17))).hasMessageContaining("entry: 17");
    }

    /** The format is that of data folders that exist: if this changes, they cannot be read any more. */
    @Test
    void theFormatIsFixed() {
        Command put = new Command.Write(Txn.of(new Op.Put(Bytes.utf8("k"), Bytes.utf8("v"), 5, true, false, true)));
        assertThat(HexFormat.of().formatHex(CommandCodec.encode(put)))
                .isEqualTo("010100010101" + "6b" + "01" + "76" + "0a" + "05" + "00");
        assertThat(HexFormat.of().formatHex(CommandCodec.encode(new Command.Compact(300))))
                .isEqualTo("0102d804");
    }

    @Test
    void whatIsCutShortOrDamagedIsRefusedAsCorrupt() {
        SplittableRandom random = new SplittableRandom(5);
        RandomRequests requests = RandomRequests.few(random);
        for (int round = 0; round < 300; round++) {
            byte[] encoded = CommandCodec.encode(new Command.Write(requests.txn(100)));
            byte[] cut = Arrays.copyOf(encoded, random.nextInt(encoded.length));
            assertThatThrownBy(() -> CommandCodec.decode(cut))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.BROKEN));
        }
        assertThatThrownBy(() -> CommandCodec.decode(new byte[] {2, 1, 0, 0, 0}))
                .hasMessageContaining("format of a command: 2 (expected: 1)");
        assertThatThrownBy(() -> CommandCodec.decode(new byte[] {1, 99})).hasMessageContaining("kind of command: 99");
        assertThatThrownBy(() -> CommandCodec.decode(new byte[] {1, 4, 2, 0})).hasMessageContaining("left over: 1");
    }
}
