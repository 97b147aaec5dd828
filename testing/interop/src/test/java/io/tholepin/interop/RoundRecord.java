package io.tholepin.interop;

import io.tholepin.kv.KeyValue;
import java.util.List;
import java.util.Map;

/**
 * Everything that was seen in one round, when it is over and all members are well again.
 *
 * @param prefix what the keys of the round start with
 * @param begin revision when it began
 * @param end revision of its last write, which every watch and member has heard of
 * @param before the pairs that there were when it began, by key
 * @param operations what clients did
 * @param watches what watches of {@link FaultLoad#ROOT} heard, from {@code begin} on
 * @param brokenStreams what single watch streams did wrong
 * @param leases until when leases were promised to live
 * @param arrivals when the events of a revision were first seen, nanoseconds
 * @param members what each member has at {@code end}, without asking another
 * @param strangers values of earlier rounds whose writes had no answer and may yet happen
 */
record RoundRecord(
        String prefix,
        long begin,
        long end,
        Map<String, KeyValue> before,
        List<ClientOperation> operations,
        List<ResumingWatch.Stretch> watches,
        List<String> brokenStreams,
        List<FaultLeases.Promise> leases,
        Map<Long, Long> arrivals,
        List<MemberState> members,
        java.util.Set<String> strangers) {
    /**
     * One member's state.
     *
     * @param member its index
     * @param hash HashKV at {@code end}
     * @param compacted revision that the hash begins at
     * @param pairs every pair of the round's keys
     */
    record MemberState(int member, int hash, long compacted, List<KeyValue> pairs) {}

    RoundRecord {
        operations = List.copyOf(operations);
        watches = List.copyOf(watches);
        brokenStreams = List.copyOf(brokenStreams);
        leases = List.copyOf(leases);
        members = List.copyOf(members);
    }
}
