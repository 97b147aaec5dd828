package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.contracts.RandomRequests;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.Txn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Commands go into the log and come out of it as they were, whatever they are. */
class CommandCodecTest {
    @Test
    void everyKindOfCommandComesBack() {
        for (Command command : List.of(
                new Command.Compact(-7),
                new Command.Compact(Long.MAX_VALUE),
                new Command.LeaseGrant(Long.MIN_VALUE, 60),
                new Command.LeaseRevoke(9),
                new Command.LeaseCheckpoint(-1, 12),
                new Command.Write(new Txn(List.of(), List.of(), List.of())))) {
            assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
        }
    }

    @Test
    void randomBatchesComeBack() {
        SplittableRandom random = new SplittableRandom(3);
        RandomRequests requests = RandomRequests.few(random);
        for (int round = 0; round < 300; round++) {
            List<Command> commands = new ArrayList<>();
            int count = random.nextInt(6);
            for (int i = 0; i < count; i++) {
                commands.add(new Command.Write(requests.txn(random.nextLong(1_000_000_000_000L))));
            }
            byte[] entry = CommandCodec.batch(
                    commands.stream().map(CommandCodec::encode).toList());
            assertThat(CommandCodec.decodeBatch(entry)).isEqualTo(commands);
        }
    }

    @Test
    void aSingleCommandIsABatchOfOne() {
        Command command = new Command.LeaseRevoke(9);
        assertThat(CommandCodec.decodeBatch(CommandCodec.encode(command))).containsExactly(command);
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
