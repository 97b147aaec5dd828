package io.tholepin.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.Command;
import io.tholepin.keyspace.CommandCodec;
import io.tholepin.keyspace.HeapEngine;
import io.tholepin.keyspace.Keyspace;
import io.tholepin.kv.ClusterMember;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EnrolmentTest {
    private static final long SELF = 1;
    private static final long GONE = 2;
    private static final List<String> URLS = List.of("http://127.0.0.1:1");

    private final ScriptedEngine engine = new ScriptedEngine();
    private final Keyspace keyspace = new Keyspace(new HeapEngine());
    private final Enrolment enrolment =
            new Enrolment(SELF, engine, keyspace, () -> Leadership.here(SELF, 1), null, () -> {});

    @AfterEach
    void close() {
        keyspace.close();
    }

    /** JRaft waits for an answer to an append that it does not send by itself. */
    @Test
    void aChangeThatLastsIsHelpedAlongWithAnEntryThatChangesNothing() {
        keyspace.apply(1, new Command.MembersInit(List.of(new ClusterMember(SELF, "m", URLS, URLS, false))));
        keyspace.commit();
        List<ClusterMember> before = keyspace.members();
        engine.group = new RaftGroup(Set.of(SELF), Set.of(GONE));
        engine.changesLast = true;
        enrolment.round();
        assertThat(engine.targets).containsExactly(new RaftGroup(Set.of(SELF), Set.of()));
        assertThat(engine.proposed).isEmpty();
        enrolment.round();
        enrolment.round();
        assertThat(engine.targets).hasSize(1);
        assertThat(engine.proposed).hasSize(2);
        List<Command> commands =
                CommandCodec.decodeEntry(engine.proposed.getFirst().entry()).commands();
        commands.forEach(command -> keyspace.apply(2, command));
        keyspace.commit();
        assertThat(commands).hasSize(1);
        assertThat(keyspace.members()).isEqualTo(before);
        engine.endChange();
        enrolment.round();
        assertThat(engine.proposed).hasSize(2);
    }
}
