package io.tholepin.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Store;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.Txn;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What every {@link StoreMember} does with users and roles. Source: contract 2.11. */
public abstract class AuthContract extends StoreProbe {
    @Override
    protected abstract StoreMember open() throws Exception;

    @Test
    void aFreshStoreHasNoUsers() {
        assertThat(member().auth().state()).isEqualTo(AuthState.NONE);
    }

    @Test
    void aChangeIsSeenOnceItIsAnswered() {
        long revision = revision();
        change(new AuthChange.UserAdd("jean", "hash", false));
        change(new AuthChange.RoleAdd("reader"));
        AuthState.Permission permission = new AuthState.Permission(AuthState.Access.READ, KeyRange.prefix(bytes("a")));
        change(new AuthChange.RoleGrant("reader", permission));
        assertThat(await(member().auth().change(new AuthChange.UserGrant("jean", "reader"))))
                .isEqualTo(revision);
        AuthState state = member().auth().state();
        assertThat(state.revision()).isEqualTo(5);
        assertThat(state.users()).containsValue(new AuthState.User("jean", "hash", false, List.of("reader")));
        assertThat(state.roles()).containsValue(new AuthState.Role("reader", List.of(permission)));
        assertThat(revision()).isEqualTo(revision);
    }

    @Test
    void aRefusedChangeMakesNoRevision() {
        assertRefused(member().auth().change(new AuthChange.Enable()), StoreException.Code.ROOT_USER_MISSING);
        change(new AuthChange.UserAdd("root", "hash", false));
        assertRefused(
                member().auth().change(new AuthChange.UserAdd("root", "hash", false)), StoreException.Code.USER_EXISTS);
        assertRefused(member().auth().change(new AuthChange.Enable()), StoreException.Code.ROOT_ROLE_MISSING);
        assertRefused(
                member().auth().change(new AuthChange.UserGrant("root", "reader")), StoreException.Code.ROLE_NOT_FOUND);
        assertThat(member().auth().state().revision()).isEqualTo(2);
    }

    @Test
    void whosePermissionWasFoundInAnOlderStateIsRefused() {
        enable();
        Store then = member().permittedAt(member().auth().state().revision());
        Txn put = Txn.of(Op.Put.of(bytes("a"), bytes("1")));
        assertThat(await(then.txn(put)).succeeded()).isTrue();
        long lease = await(then.leaseGrant(0, 60)).id();
        change(new AuthChange.RoleAdd("reader"));
        assertRefused(then.txn(put), StoreException.Code.AUTH_OLD_REVISION);
        assertRefused(then.compact(1, false), StoreException.Code.AUTH_OLD_REVISION);
        assertRefused(then.compact(1, true), StoreException.Code.AUTH_OLD_REVISION);
        assertRefused(then.leaseGrant(0, 60), StoreException.Code.AUTH_OLD_REVISION);
        assertRefused(then.leaseRevoke(lease), StoreException.Code.AUTH_OLD_REVISION);
        assertThat(await(then.range(RangeRequest.of(KeyRange.all()))).count()).isOne();
        assertThat(await(then.leaseKeepAlive(lease)).grantedTtlSeconds()).isEqualTo(60);
        change(new AuthChange.Disable());
        assertThat(await(then.txn(put)).succeeded()).isTrue();
        then.close();
        assertThat(await(then.txn(put)).succeeded()).isTrue();
    }

    @Test
    void aTokenIsToldBeforeItIsAnswered() {
        List<String> told = new CopyOnWriteArrayList<>();
        member().auth().onToken((user, token) -> told.add(user + "=" + token));
        assertRefused(member().auth().assign("root", "t1", 1), StoreException.Code.AUTH_NOT_ENABLED);
        enable();
        long at = member().auth().state().revision();
        assertRefused(member().auth().assign("jean", "t2", at), StoreException.Code.AUTH_FAILED);
        long first = await(member().auth().assign("root", "t3", at));
        assertThat(told).containsExactly("root=t3");
        assertThat(await(member().auth().assign("root", "t4", at))).isGreaterThan(first);
        change(new AuthChange.RoleAdd("reader"));
        assertRefused(member().auth().assign("root", "t5", at), StoreException.Code.AUTH_OLD_REVISION);
        assertThat(told).containsExactly("root=t3", "root=t4");
    }

    private void enable() {
        change(new AuthChange.UserAdd("root", "hash", false));
        change(new AuthChange.UserGrant("root", "root"));
        change(new AuthChange.Enable());
    }

    private void change(AuthChange change) {
        await(member().auth().change(change));
    }

    private StoreMember member() {
        return (StoreMember) store;
    }
}
