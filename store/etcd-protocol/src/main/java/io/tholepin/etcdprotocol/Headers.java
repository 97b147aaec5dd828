package io.tholepin.etcdprotocol;

import io.tholepin.etcdwire.etcdserverpb.ResponseHeader;
import io.tholepin.kv.StoreMember;

/** Headers of responses: who answered, and at which revision. Source: contract 2.1. */
final class Headers {
    private final StoreMember member;

    Headers(StoreMember member) {
        this.member = member;
    }

    /** With the revision an operation left or read. */
    ResponseHeader at(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(member.clusterId())
                .setMemberId(member.memberId())
                .setRevision(revision)
                .setRaftTerm(member.term())
                .build();
    }

    /** The term that headers carry at present. */
    long term() {
        return member.term();
    }

    /** With this member's present revision. */
    ResponseHeader now() {
        return at(member.revision());
    }

    /** Without a revision, as everything about members has it. */
    ResponseHeader withoutRevision() {
        return at(0);
    }

    /** What responses within a transaction carry: nothing but the revision. */
    static ResponseHeader nested(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }
}
