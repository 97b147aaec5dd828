package io.tholepin.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.ClusterMember;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreMember;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the only member of a cluster says about the membership. Source: contract 2.16. */
public abstract class MembersContract extends StoreProbe {
    private static final List<String> NOBODY = List.of("http://127.0.0.1:1");

    @Override
    protected abstract StoreMember open() throws Exception;

    @Test
    void theOnlyMemberLeadsItself() {
        assertThat(member().memberId()).isNotZero().isEqualTo(member().leaderId());
        assertThat(member().clusterId()).isNotZero();
        assertThat(member().term()).isPositive();
        assertThat(member().revision()).isEqualTo(revision());
        assertThat(members()).singleElement().satisfies(only -> {
            assertThat(only.id()).isEqualTo(member().memberId());
            assertThat(only.learner()).isFalse();
            assertThat(only.peerUrls()).isNotEmpty();
        });
        assertThat(await(member().cluster().members(false))).isEqualTo(members());
        await(member().cluster().moveLeader(member().memberId()));
        assertRefused(member().cluster().moveLeader(12_345), StoreException.Code.BAD_TRANSFEREE);
    }

    @Test
    void whatIsNoAddressIsRefused() {
        for (List<String> urls : List.of(
                List.<String>of(),
                List.of("x"),
                List.of("http://host"),
                List.of("unix://host:1"),
                List.of("http://host:1/path"),
                List.of("http://user@host:1"),
                List.of("http://host:1?q"),
                List.of("http://host:99999"),
                List.of("http://a:1", "http://a:1"))) {
            assertRefused(member().cluster().add(urls, true), StoreException.Code.INVALID_PEER_URLS);
            assertRefused(member().cluster().update(member().memberId(), urls), StoreException.Code.INVALID_PEER_URLS);
        }
        assertRefused(
                member().cluster().add(members().getFirst().peerUrls(), true), StoreException.Code.PEER_URL_EXISTS);
    }

    @Test
    void aLearnerIsAddedAndRemovedForEver() {
        ClusterMember learner = await(member().cluster().add(NOBODY, true));
        assertThat(learner.id()).isNotZero();
        assertThat(learner.name()).isEmpty();
        assertThat(learner.learner()).isTrue();
        assertThat(members()).hasSize(2).contains(learner);
        assertRefused(
                member().cluster().add(List.of("http://127.0.0.1:2"), true), StoreException.Code.TOO_MANY_LEARNERS);
        assertRefused(member().cluster().promote(learner.id()), StoreException.Code.LEARNER_NOT_READY);
        assertRefused(member().cluster().moveLeader(learner.id()), StoreException.Code.BAD_TRANSFEREE);
        assertThat(await(member().cluster().remove(learner.id()))).hasSize(1);
        assertRefused(member().cluster().remove(learner.id()), StoreException.Code.MEMBER_NOT_FOUND);
    }

    @Test
    void whoeverIsNotThereIsNotFound() {
        assertRefused(member().cluster().remove(12_345), StoreException.Code.MEMBER_NOT_FOUND);
        assertRefused(member().cluster().promote(12_345), StoreException.Code.MEMBER_NOT_FOUND);
        assertRefused(member().cluster().update(12_345, NOBODY), StoreException.Code.MEMBER_NOT_FOUND);
        assertRefused(member().cluster().promote(member().memberId()), StoreException.Code.NOT_A_LEARNER);
    }

    @Test
    void theLastVoterIsNotRemoved() {
        assertRefused(member().cluster().remove(member().memberId()), StoreException.Code.NOT_ENOUGH_STARTED);
    }

    @Test
    void membershipMakesNoRevision() {
        long before = revision();
        ClusterMember learner = await(member().cluster().add(NOBODY, true));
        await(member().cluster().remove(learner.id()));
        assertThat(revision()).isEqualTo(before);
    }

    @Test
    void aDowngradeIsAnnouncedAndCalledOff() {
        assertThat(member().cluster().downgradeTarget()).isEmpty();
        await(member().cluster().setDowngradeTarget(Optional.of("3.5.0")));
        assertThat(member().cluster().downgradeTarget()).contains("3.5.0");
        await(member().cluster().setDowngradeTarget(Optional.empty()));
        assertThat(member().cluster().downgradeTarget()).isEmpty();
    }

    private List<ClusterMember> members() {
        return await(member().cluster().members(true));
    }

    private StoreMember member() {
        return (StoreMember) store;
    }
}
