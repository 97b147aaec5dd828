package io.tholepin.keyspace;

import io.tholepin.contracts.AlarmContract;
import io.tholepin.kv.StoreMember;

class HeapAlarmTest extends AlarmContract {
    @Override
    protected StoreMember open() {
        return LocalStore.ephemeral();
    }
}
