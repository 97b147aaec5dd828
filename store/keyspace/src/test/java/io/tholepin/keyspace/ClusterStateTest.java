package io.tholepin.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Alarm;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.Compare;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.Txn;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alarms, auth and membership as commands make them; what is refused leaves no trace, and all of it is found again. */
class ClusterStateTest {
    private static final Alarm NO_SPACE = new Alarm(7, Alarm.Type.NO_SPACE);
    private static final Alarm CORRUPT = new Alarm(7, Alarm.Type.CORRUPT);
    private static final ClusterMember ONE = member(1, "http://a:2380", false);
    private static final ClusterMember TWO = member(2, "http://b:2380", false);

    @TempDir
    Path folder;

    private Keyspace keyspace;
    private long index;

    @BeforeEach
    void open() {
        keyspace = new Keyspace(RocksEngine.open(folder));
        index = keyspace.appliedIndex();
    }

    @AfterEach
    void close() {
        keyspace.close();
    }

    @Test
    void aNoSpaceAlarmRefusesWhateverCouldPut() {
        apply(put("k"));
        assertThat(apply(new Command.AlarmRaise(NO_SPACE))).isEqualTo(new Outcome.Alarms(List.of(NO_SPACE)));
        assertThat(apply(new Command.AlarmRaise(NO_SPACE))).isEqualTo(new Outcome.Alarms(List.of(NO_SPACE)));
        refused(Code.NO_SPACE, put("k"));
        refused(Code.NO_SPACE, new Command.LeaseGrant(5, 60));
        Txn deleteElsePut = new Txn(
                List.of(Compare.modRevisionIs(Bytes.utf8("k"), 2)),
                List.of(new Op.Delete(KeyRange.key(Bytes.utf8("k")), false)),
                List.of(Op.Put.of(Bytes.utf8("k"), Bytes.EMPTY)));
        refused(Code.NO_SPACE, new Command.Write(deleteElsePut));
        // So it is in etcd, which weighs the outer branches alone.
        Txn nested = Txn.of(new Op.Nested(Txn.of(Op.Put.of(Bytes.utf8("n"), Bytes.EMPTY))));
        assertThat(apply(new Command.Write(nested))).isInstanceOf(Outcome.Wrote.class);
        Txn delete = Txn.of(new Op.Delete(KeyRange.key(Bytes.utf8("k")), false));
        assertThat(apply(new Command.Write(delete))).isInstanceOf(Outcome.Wrote.class);
        assertThat(apply(new Command.Compact(4))).isEqualTo(new Outcome.Done(4));
        assertThat(apply(new Command.AlarmDisarm(CORRUPT))).isEqualTo(new Outcome.Alarms(List.of(NO_SPACE)));
        assertThat(apply(new Command.AlarmDisarm(NO_SPACE))).isEqualTo(new Outcome.Alarms(List.of()));
        assertThat(apply(put("k"))).isInstanceOf(Outcome.Wrote.class);
    }

    @Test
    void aCorruptAlarmRefusesEveryChangeOfKeysAndNoRead() {
        apply(new Command.LeaseGrant(5, 60));
        apply(new Command.AlarmRaise(CORRUPT));
        Txn delete = Txn.of(new Op.Delete(KeyRange.all(), false));
        for (Command command : List.of(
                put("k"),
                new Command.Write(delete),
                new Command.Compact(1),
                new Command.LeaseGrant(6, 60),
                new Command.LeaseRevoke(5))) {
            refused(Code.CORRUPT, command);
        }
        assertThat(keyspace.range(RangeRequest.of(KeyRange.all())).count()).isZero();
        assertThat(apply(new Command.AuthUpdate(new AuthChange.RoleAdd("r")))).isEqualTo(new Outcome.Done(1));
        apply(new Command.AlarmDisarm(CORRUPT));
        assertThat(apply(put("k"))).isInstanceOf(Outcome.Wrote.class);
    }

    @Test
    void authNeedsRootWithItsRole() {
        refused(Code.ROOT_USER_MISSING, new AuthChange.Enable());
        change(new AuthChange.UserAdd("root", "hash", false));
        refused(Code.ROOT_ROLE_MISSING, new AuthChange.Enable());
        change(new AuthChange.UserGrant("root", "root"));
        long before = keyspace.auth().revision();
        change(new AuthChange.Enable());
        change(new AuthChange.Enable());
        assertThat(keyspace.auth().enabled()).isTrue();
        assertThat(keyspace.auth().revision()).isEqualTo(before);
        refused(Code.INVALID_AUTH_MANAGEMENT, new AuthChange.UserDelete("root"));
        refused(Code.INVALID_AUTH_MANAGEMENT, new AuthChange.UserRevoke("root", "root"));
        refused(Code.INVALID_AUTH_MANAGEMENT, new AuthChange.RoleDelete("root"));
        change(new AuthChange.Disable());
        assertThat(keyspace.auth().revision()).isEqualTo(before + 1);
        change(new AuthChange.UserDelete("root"));
    }

    @Test
    void eachMistakeWithUsersHasItsCode() {
        refused(Code.USER_EMPTY, new AuthChange.UserAdd("", "hash", false));
        change(new AuthChange.UserAdd("jean", "hash", false));
        refused(Code.USER_EXISTS, new AuthChange.UserAdd("jean", "hash", false));
        refused(Code.USER_NOT_FOUND, new AuthChange.UserDelete("ana"));
        refused(Code.USER_NOT_FOUND, new AuthChange.UserPassword("ana", "hash"));
        refused(Code.USER_NOT_FOUND, new AuthChange.UserGrant("ana", "none"));
        refused(Code.ROLE_NOT_FOUND, new AuthChange.UserGrant("jean", "none"));
        refused(Code.USER_NOT_FOUND, new AuthChange.UserRevoke("ana", "none"));
        refused(Code.ROLE_NOT_GRANTED, new AuthChange.UserRevoke("jean", "none"));
        refused(Code.ROLE_EMPTY, new AuthChange.RoleAdd(""));
        change(new AuthChange.RoleAdd("zeta"));
        change(new AuthChange.RoleAdd("alpha"));
        refused(Code.ROLE_EXISTS, new AuthChange.RoleAdd("zeta"));
        refused(Code.ROLE_NOT_FOUND, new AuthChange.RoleDelete("none"));
        change(new AuthChange.UserGrant("jean", "zeta"));
        change(new AuthChange.UserGrant("jean", "alpha"));
        long before = keyspace.auth().revision();
        change(new AuthChange.UserGrant("jean", "alpha"));
        assertThat(keyspace.auth().revision()).isEqualTo(before);
        assertThat(jean().roles()).containsExactly("alpha", "zeta");
        change(new AuthChange.RoleDelete("alpha"));
        assertThat(jean().roles()).containsExactly("zeta");
        assertThat(keyspace.auth().revision()).isEqualTo(before + 1);
        change(new AuthChange.UserPassword("jean", "other"));
        assertThat(jean().passwordHash()).isEqualTo("other");
    }

    @Test
    void aRoleKeepsOnePermissionARangeInOrder() {
        change(new AuthChange.RoleAdd("r"));
        refused(Code.INVALID_AUTH_MANAGEMENT, grant("none", AuthState.Access.READ, "b", "a"));
        refused(Code.ROLE_NOT_FOUND, grant("none", AuthState.Access.READ, "a", "b"));
        refused(Code.INVALID_AUTH_MANAGEMENT, grant("r", AuthState.Access.READ, "a", "a"));
        refused(Code.INVALID_AUTH_MANAGEMENT, grant("r", AuthState.Access.READ, "", ""));
        change(grant("r", AuthState.Access.READ, "b", ""));
        change(grant("r", AuthState.Access.WRITE, "a", "c"));
        change(grant("r", AuthState.Access.WRITE, "a", "b"));
        change(grant("r", AuthState.Access.READ_WRITE, "b", ""));
        change(grant("r", AuthState.Access.READ, "z", "\0"));
        assertThat(permissionsOfR())
                .containsExactly(
                        grant("r", AuthState.Access.WRITE, "a", "b").permission(),
                        grant("r", AuthState.Access.WRITE, "a", "c").permission(),
                        grant("r", AuthState.Access.READ_WRITE, "b", "").permission(),
                        grant("r", AuthState.Access.READ, "z", "\0").permission());
        refused(Code.PERMISSION_NOT_GRANTED, new AuthChange.RoleRevoke("r", range("a", "d")));
        refused(Code.ROLE_NOT_FOUND, new AuthChange.RoleRevoke("none", range("a", "b")));
        change(new AuthChange.RoleRevoke("r", range("a", "b")));
        assertThat(permissionsOfR()).hasSize(3);
    }

    @Test
    void aGuardedCommandIsRefusedOnceAuthHasChanged() {
        enableAuth();
        long seen = keyspace.auth().revision();
        assertThat(apply(new Command.Guarded(seen, put("k")))).isInstanceOf(Outcome.Wrote.class);
        change(new AuthChange.RoleAdd("r"));
        refused(Code.AUTH_OLD_REVISION, new Command.Guarded(seen, put("k")));
        apply(new Command.AlarmRaise(NO_SPACE));
        refused(Code.AUTH_OLD_REVISION, new Command.Guarded(seen, put("k")));
        refused(Code.NO_SPACE, new Command.Guarded(seen + 1, put("k")));
        apply(new Command.AlarmDisarm(NO_SPACE));
        change(new AuthChange.Disable());
        assertThat(apply(new Command.Guarded(seen, put("k")))).isInstanceOf(Outcome.Wrote.class);
    }

    @Test
    void tokensComeOutOfTheCommitAndAreKeptNowhere() {
        Command.AssignToken token = new Command.AssignToken("jean", "t.1");
        refused(Code.AUTH_NOT_ENABLED, token);
        enableAuth();
        refused(Code.AUTH_FAILED, token);
        change(new AuthChange.UserAdd("jean", "hash", false));
        change(new AuthChange.UserAdd("cert", "", true));
        refused(Code.AUTH_FAILED, new Command.AssignToken("cert", "t.2"));
        keyspace.apply(++index, token);
        assertThat(keyspace.commit().tokens()).containsExactly(token);
        assertThat(keyspace.commit().tokens()).isEmpty();
    }

    @Test
    void theMembershipIsTakenOnce() {
        assertThat(apply(new Command.MembersInit(List.of(TWO, ONE)))).isEqualTo(new Outcome.Members(List.of(ONE, TWO)));
        assertThat(apply(new Command.MembersInit(List.of(member(9, "http://z:1", false)))))
                .isEqualTo(new Outcome.Members(List.of(ONE, TWO)));
    }

    @Test
    void aMemberThatIsRemovedNeverComesBack() {
        apply(new Command.MembersInit(List.of(ONE, TWO)));
        assertThat(apply(new Command.MemberRemove(2))).isEqualTo(new Outcome.Members(List.of(ONE)));
        refused(Code.MEMBER_NOT_FOUND, new Command.MemberRemove(2));
        refused(Code.MEMBER_NOT_FOUND, new Command.MemberAdd(TWO));
        refused(Code.MEMBER_NOT_FOUND, new Command.MemberPublish(2, "two", List.of()));
        apply(new Command.MemberAdd(member(3, "http://b:2380", false)));
        apply(new Command.MemberRemove(1));
        reopen();
        assertThat(keyspace.removedMembers()).containsExactly(2L, 1L);
        refused(Code.MEMBER_NOT_FOUND, new Command.MemberAdd(TWO));
    }

    @Test
    void eachMistakeWithMembersHasItsCode() {
        apply(new Command.MembersInit(List.of(ONE, TWO)));
        refused(Code.PEER_URL_EXISTS, new Command.MemberAdd(member(3, "http://a:2380", false)));
        refused(Code.MEMBER_EXISTS, new Command.MemberAdd(member(2, "http://c:2380", false)));
        refused(Code.MEMBER_NOT_FOUND, new Command.MemberUpdate(3, List.of("http://c:2380")));
        refused(Code.PEER_URL_EXISTS, new Command.MemberUpdate(1, List.of("http://c:2380", "http://b:2380")));
        refused(Code.MEMBER_NOT_FOUND, new Command.MemberPromote(3));
        refused(Code.NOT_A_LEARNER, new Command.MemberPromote(1));
        apply(new Command.MemberAdd(member(3, "http://c:2380", true)));
        refused(Code.TOO_MANY_LEARNERS, new Command.MemberAdd(member(4, "http://d:2380", true)));
        apply(new Command.MemberAdd(member(4, "http://d:2380", true), 2));
        apply(new Command.MemberPromote(3));
        apply(new Command.MemberUpdate(1, List.of("http://a:2380", "http://e:2380")));
        apply(new Command.MemberPublish(1, "one", List.of("http://a:2379")));
        assertThat(keyspace.members().getFirst())
                .isEqualTo(new ClusterMember(
                        1, "one", List.of("http://a:2380", "http://e:2380"), List.of("http://a:2379"), false));
        assertThat(keyspace.members()).extracting(ClusterMember::learner).containsExactly(false, false, false, true);
    }

    @Test
    void aCommitTellsWhetherTheMembershipChanged() {
        keyspace.apply(++index, new Command.MembersInit(List.of(ONE)));
        assertThat(keyspace.commit().membersChanged()).isTrue();
        keyspace.apply(++index, new Command.MembersInit(List.of(TWO)));
        assertThat(keyspace.commit().membersChanged()).isFalse();
    }

    @Test
    void everythingIsFoundAgain() {
        ClusterMember far = member(-4, "http://far:1", true);
        apply(new Command.MembersInit(List.of(ONE, far)));
        apply(new Command.AlarmRaise(NO_SPACE));
        apply(new Command.AlarmRaise(CORRUPT));
        apply(new Command.DowngradeTarget(Optional.of("3.6.0")));
        enableAuth();
        change(new AuthChange.RoleAdd("r"));
        change(grant("r", AuthState.Access.READ, "a", "b"));
        change(new AuthChange.UserGrant("root", "r"));
        AuthState auth = keyspace.auth();
        reopen();
        assertThat(keyspace.auth()).isEqualTo(auth);
        assertThat(keyspace.alarms()).containsExactlyInAnyOrder(NO_SPACE, CORRUPT);
        assertThat(keyspace.members()).containsExactly(ONE, far);
        assertThat(keyspace.downgradeTarget()).contains("3.6.0");
        apply(new Command.DowngradeTarget(Optional.empty()));
        apply(new Command.AlarmDisarm(CORRUPT));
        change(new AuthChange.RoleDelete("r"));
        reopen();
        assertThat(keyspace.downgradeTarget()).isEmpty();
        assertThat(keyspace.alarms()).containsExactly(NO_SPACE);
        assertThat(keyspace.auth().roles()).isEmpty();
    }

    @Test
    void aSnapshotOfTheHeapHasItToo() {
        Keyspace heap = new Keyspace(new HeapEngine());
        heap.apply(1, new Command.MembersInit(List.of(ONE, TWO)));
        heap.apply(2, new Command.AlarmRaise(NO_SPACE));
        heap.commit();
        heap.save(folder.resolve("saved"));
        Keyspace other = new Keyspace(new HeapEngine());
        other.load(folder.resolve("saved"));
        assertThat(other.members()).containsExactly(ONE, TWO);
        assertThat(other.alarms()).containsExactly(NO_SPACE);
    }

    private static ClusterMember member(long id, String url, boolean learner) {
        return new ClusterMember(id, "", List.of(url), List.of(), learner);
    }

    private static KeyRange range(String from, String to) {
        return new KeyRange(Bytes.utf8(from), Bytes.utf8(to));
    }

    private static AuthChange.RoleGrant grant(String role, AuthState.Access access, String from, String to) {
        return new AuthChange.RoleGrant(role, new AuthState.Permission(access, range(from, to)));
    }

    private static Command put(String key) {
        return new Command.Write(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.utf8("v"))));
    }

    private AuthState.User jean() {
        return Objects.requireNonNull(keyspace.auth().users().get("jean"));
    }

    private List<AuthState.Permission> permissionsOfR() {
        return Objects.requireNonNull(keyspace.auth().roles().get("r")).permissions();
    }

    private void enableAuth() {
        change(new AuthChange.UserAdd("root", "hash", false));
        change(new AuthChange.UserGrant("root", "root"));
        change(new AuthChange.Enable());
    }

    private Outcome apply(Command command) {
        Outcome outcome = keyspace.apply(++index, command);
        keyspace.commit();
        return outcome;
    }

    private void change(AuthChange change) {
        assertThat(apply(new Command.AuthUpdate(change))).isInstanceOf(Outcome.Done.class);
    }

    private void refused(Code code, AuthChange change) {
        refused(code, new Command.AuthUpdate(change));
    }

    private void refused(Code code, Command command) {
        long revision = keyspace.revision();
        long authRevision = keyspace.auth().revision();
        List<ClusterMember> members = keyspace.members();
        assertThat(apply(command))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.cause().code()).isEqualTo(code));
        assertThat(keyspace.revision()).isEqualTo(revision);
        assertThat(keyspace.auth().revision()).isEqualTo(authRevision);
        assertThat(keyspace.members()).isEqualTo(members);
    }

    private void reopen() {
        close();
        open();
    }
}
