package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tholepin.replica.ListMachine.Number;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JRaftEngineTest {
    @TempDir
    Path folder;

    @Test
    void whatWasAppliedComesAgainInOrderAfterARestart() throws Exception {
        List<Long> first = proposeAndClose(1, 50);
        ListMachine machine = new ListMachine(0);
        try (RaftEngine engine = open(machine)) {
            machine.awaitLeading();
            assertThat(machine.entries)
                    .isEqualTo(LongStream.rangeClosed(1, 50).boxed().toList());
            assertThat(machine.indexes).isEqualTo(first);
            Number next = Number.of(51);
            engine.propose(next);
            assertThat(next.await()).isGreaterThan(first.getLast());
        }
        assertThat(machine.deposed).isTrue();
        assertThat(machine.broken).isEmpty();
    }

    @Test
    void aSnapshotSparesTheReplayAndTheOneBeforeItFreesTheLog() throws Exception {
        ListMachine machine = new ListMachine(0);
        try (RaftEngine engine = open(machine)) {
            machine.awaitLeading();
            propose(engine, 1, 10);
            snapshot(engine);
            propose(engine, 11, 20);
            snapshot(engine);
            propose(engine, 21, 30);
        }
        ListMachine again = new ListMachine(machine.appliedIndex());
        try (RaftEngine engine = open(again)) {
            again.awaitLeading();
            assertThat(again.entries)
                    .isEqualTo(LongStream.rangeClosed(21, 30).boxed().toList());
            assertThat(engine.leadsAlone()).isTrue();
        }
    }

    @Test
    void aStateThatIsBehindItsSnapshotIsNotServed() throws Exception {
        ListMachine machine = new ListMachine(0);
        try (RaftEngine engine = open(machine)) {
            machine.awaitLeading();
            propose(engine, 1, 10);
            snapshot(engine);
        }
        assertThatThrownBy(() -> open(new ListMachine(machine.appliedIndex() - 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("could not be opened");
        ListMachine whole = new ListMachine(machine.appliedIndex());
        try (RaftEngine engine = open(whole)) {
            whole.awaitLeading();
            assertThat(engine.leadsAlone()).isTrue();
        }
    }

    @Test
    void aSnapshotRightAfterAnEntryOfTheEnginesOwnIsNotAheadOfTheState() throws Exception {
        long applied = proposeAndClose(1, 3).getLast();
        ListMachine machine = new ListMachine(0);
        try (RaftEngine engine = open(machine)) {
            machine.awaitLeading();
            // The engine leads a moment before it has passed its own entry.
            CompletableFuture<Void> passed = new CompletableFuture<>();
            engine.readIndex(_ -> passed.complete(null));
            passed.get(20, TimeUnit.SECONDS);
            snapshot(engine);
            assertThat(machine.appliedIndex()).isGreaterThan(applied);
        }
        ListMachine again = new ListMachine(machine.appliedIndex());
        try (RaftEngine engine = open(again)) {
            again.awaitLeading();
            assertThat(engine.leadsAlone()).isTrue();
        }
    }

    @Test
    void aReadIndexIsAnsweredAfterWhatWasAcknowledged() throws Exception {
        ListMachine machine = new ListMachine(0);
        RaftEngine engine = open(machine);
        machine.awaitLeading();
        propose(engine, 1, 3);
        CompletableFuture<String> answer = new CompletableFuture<>();
        engine.readIndex(problem -> answer.complete(problem == null ? "seen " + machine.entries : problem));
        assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("seen [1, 2, 3]");
        engine.close();
        CompletableFuture<String> late = new CompletableFuture<>();
        engine.readIndex(problem -> late.complete(String.valueOf(problem)));
        assertThat(late.get(20, TimeUnit.SECONDS)).isNotEqualTo("null");
        assertThat(engine.leadsAlone()).isFalse();
        engine.close();
    }

    @Test
    void aProposalToAStoppedEngineIsLost() throws Exception {
        ListMachine machine = new ListMachine(0);
        RaftEngine engine = open(machine);
        machine.awaitLeading();
        engine.close();
        Number late = Number.of(1);
        engine.propose(late);
        assertThatThrownBy(late::await).hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(machine.entries).isEmpty();
    }

    @Test
    void aRecordCutShortIsDroppedAndTheOnesBeforeItStay() throws Exception {
        proposeAndClose(1, 20);
        overwrite(records().getLast() + LogRecords.HEAD_BYTES + 20);
        ListMachine machine = new ListMachine(0);
        try (RaftEngine engine = open(machine)) {
            machine.awaitLeading();
            assertThat(machine.entries)
                    .isEqualTo(LongStream.rangeClosed(1, 19).boxed().toList());
            propose(engine, 20, 21);
        }
        assertThat(machine.entries)
                .isEqualTo(LongStream.rangeClosed(1, 21).boxed().toList());
    }

    @Test
    void aDamagedRecordInTheMiddleIsAnErrorAndNotTheEndOfTheLog() throws Exception {
        proposeAndClose(1, 20);
        overwrite(records().get(10) + LogRecords.HEAD_BYTES + 20);
        assertThatThrownBy(() -> open(new ListMachine(0)))
                .hasMessageContaining("could not be opened")
                .hasMessageContaining("the log is damaged")
                .hasMessageContaining("0000000000000001.log");
    }

    @Test
    void aMachineThatThrowsStopsTheEngine() throws Exception {
        CompletableFuture<String> broken = new CompletableFuture<>();
        ListMachine list = new ListMachine(0);
        RaftEngine.Machine machine = new ThrowingMachine(list, broken);
        try (RaftEngine engine = new JRaftEngine(JRaftEngine.Setup.alone(folder, 1, 2))) {
            engine.start(machine);
            list.awaitLeading();
            Number first = Number.of(13);
            engine.propose(first);
            assertThat(broken.get(20, TimeUnit.SECONDS)).contains("thirteen");
            Number second = Number.of(1);
            engine.propose(second);
            assertThatThrownBy(second::await).hasRootCauseInstanceOf(IllegalStateException.class);
            assertThat(list.entries).isEmpty();
            assertThat(engine.leadsAlone()).isFalse();
        }
    }

    private RaftEngine open(ListMachine machine) {
        RaftEngine engine = new JRaftEngine(JRaftEngine.Setup.alone(folder, 0xC1, 0x3E));
        engine.start(machine);
        return engine;
    }

    private List<Long> proposeAndClose(long from, long to) throws Exception {
        ListMachine machine = new ListMachine(0);
        try (RaftEngine engine = open(machine)) {
            machine.awaitLeading();
            return propose(engine, from, to);
        }
    }

    /** One after the other, so that each is a record of its own in the log. */
    private static List<Long> propose(RaftEngine engine, long from, long to) throws Exception {
        List<Long> indexes = new ArrayList<>();
        for (long number = from; number <= to; number++) {
            Number proposal = Number.of(number, 100);
            engine.propose(proposal);
            indexes.add(proposal.await());
        }
        return indexes;
    }

    private static void snapshot(RaftEngine engine) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        engine.snapshot(() -> done.complete(null));
        done.get(20, TimeUnit.SECONDS);
    }

    /** Where the log's records begin in its only file. */
    private List<Integer> records() throws IOException {
        ByteBuffer whole = ByteBuffer.wrap(Files.readAllBytes(log()));
        return IntStream.iterate(0, at -> at < whole.limit(), at -> at + LogRecords.ALIGNMENT)
                .filter(at -> whole.getInt(at) == LogRecords.MARK)
                .boxed()
                .toList();
    }

    private void overwrite(int at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log().toFile(), "rw")) {
            file.seek(at);
            int flipped = file.read() ^ 0xFF;
            file.seek(at);
            file.write(flipped);
        }
    }

    private Path log() {
        return folder.resolve("log").resolve("0000000000000001.log");
    }
}
