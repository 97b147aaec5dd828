package io.tholepin.keyspace;

import io.tholepin.contracts.AuthContract;
import io.tholepin.kv.StoreMember;

class HeapAuthTest extends AuthContract {
    @Override
    protected StoreMember open() {
        return LocalStore.ephemeral();
    }
}
