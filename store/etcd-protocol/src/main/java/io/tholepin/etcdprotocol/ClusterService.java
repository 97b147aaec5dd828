package io.tholepin.etcdprotocol;

import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.ClusterGrpc;
import io.tholepin.etcdwire.etcdserverpb.Member;
import io.tholepin.etcdwire.etcdserverpb.MemberAddRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberAddResponse;
import io.tholepin.etcdwire.etcdserverpb.MemberListRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberListResponse;
import io.tholepin.etcdwire.etcdserverpb.MemberPromoteRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberPromoteResponse;
import io.tholepin.etcdwire.etcdserverpb.MemberRemoveRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberRemoveResponse;
import io.tholepin.etcdwire.etcdserverpb.MemberUpdateRequest;
import io.tholepin.etcdwire.etcdserverpb.MemberUpdateResponse;
import io.tholepin.kv.Cluster;
import io.tholepin.kv.ClusterMember;
import java.util.ArrayList;
import java.util.List;

/** Members of the cluster. Headers here carry no revision. Source: contract 2.1 and 2.16. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
    private final Access access;
    private final Headers headers;

    ClusterService(Access access, Headers headers) {
        this.access = access;
        this.headers = headers;
    }

    @Override
    public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> out) {
        Answers.unary(
                out,
                () -> {
                    Cluster cluster = access.requireAdmin().cluster();
                    return cluster.add(request.getPeerURLsList(), request.getIsLearner())
                            .thenCompose(added -> cluster.members(false)
                                    .thenApply(members -> MemberAddResponse.newBuilder()
                                            .setHeader(headers.withoutRevision())
                                            .setMember(member(added))
                                            .addAllMembers(members(withMember(members, added)))
                                            .build()));
                },
                response -> response);
    }

    @Override
    public void memberRemove(MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> out) {
        Answers.unary(
                out,
                () -> access.requireAdmin().cluster().remove(request.getID()),
                members -> MemberRemoveResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(members))
                        .build());
    }

    @Override
    public void memberUpdate(MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> out) {
        Answers.unary(
                out,
                () -> access.requireAdmin().cluster().update(request.getID(), request.getPeerURLsList()),
                members -> MemberUpdateResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(members))
                        .build());
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> out) {
        Answers.unary(
                out,
                () -> access.requireUser().cluster().members(request.getLinearizable()),
                members -> MemberListResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(members))
                        .build());
    }

    @Override
    public void memberPromote(MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> out) {
        Answers.unary(
                out,
                () -> access.requireAdmin().cluster().promote(request.getID()),
                members -> MemberPromoteResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(members))
                        .build());
    }

    /** {@code members} and {@code added}, of which this member may not have heard yet. */
    private static List<ClusterMember> withMember(List<ClusterMember> members, ClusterMember added) {
        if (members.stream().anyMatch(member -> member.id() == added.id())) {
            return members;
        }
        List<ClusterMember> all = new ArrayList<>(members);
        all.add(added);
        all.sort((a, b) -> Long.compareUnsigned(a.id(), b.id()));
        return all;
    }

    private static List<Member> members(List<ClusterMember> members) {
        return members.stream().map(ClusterService::member).toList();
    }

    private static Member member(ClusterMember member) {
        return Member.newBuilder()
                .setID(member.id())
                .setName(member.name())
                .addAllPeerURLs(member.peerUrls())
                .addAllClientURLs(member.clientUrls())
                .setIsLearner(member.learner())
                .build();
    }
}
