package io.tholepin.keyspace;

import io.tholepin.contracts.MembersContract;
import io.tholepin.kv.StoreMember;

class HeapMembersTest extends MembersContract {
    @Override
    protected StoreMember open() {
        return LocalStore.ephemeral();
    }
}
