package io.tholepin.etcdprotocol;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.etcdserverpb.AlarmMember;
import io.tholepin.etcdwire.etcdserverpb.AlarmRequest;
import io.tholepin.etcdwire.etcdserverpb.AlarmResponse;
import io.tholepin.etcdwire.etcdserverpb.AlarmType;
import io.tholepin.etcdwire.etcdserverpb.DefragmentRequest;
import io.tholepin.etcdwire.etcdserverpb.DefragmentResponse;
import io.tholepin.etcdwire.etcdserverpb.DowngradeInfo;
import io.tholepin.etcdwire.etcdserverpb.DowngradeRequest;
import io.tholepin.etcdwire.etcdserverpb.DowngradeResponse;
import io.tholepin.etcdwire.etcdserverpb.HashKVRequest;
import io.tholepin.etcdwire.etcdserverpb.HashKVResponse;
import io.tholepin.etcdwire.etcdserverpb.HashRequest;
import io.tholepin.etcdwire.etcdserverpb.HashResponse;
import io.tholepin.etcdwire.etcdserverpb.MaintenanceGrpc;
import io.tholepin.etcdwire.etcdserverpb.MoveLeaderRequest;
import io.tholepin.etcdwire.etcdserverpb.MoveLeaderResponse;
import io.tholepin.etcdwire.etcdserverpb.SnapshotRequest;
import io.tholepin.etcdwire.etcdserverpb.SnapshotResponse;
import io.tholepin.etcdwire.etcdserverpb.StatusRequest;
import io.tholepin.etcdwire.etcdserverpb.StatusResponse;
import io.tholepin.kv.Alarm;
import io.tholepin.kv.Maintenance;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreMember;
import io.tholepin.kv.StoreStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What operators ask of a member. Source: contract 2.12 to 2.15. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
    private final EtcdServerConfig config;
    private final Access access;
    private final Headers headers;
    private final Snapshots snapshots;
    private final ServerObserver observer;

    MaintenanceService(
            EtcdServerConfig config, Access access, Headers headers, Snapshots snapshots, ServerObserver observer) {
        this.config = config;
        this.access = access;
        this.headers = headers;
        this.snapshots = snapshots;
        this.observer = observer;
    }

    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> out) {
        Answers.unary(out, () -> changeOrListAlarms(request), alarms -> {
            AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(headers.now());
            for (Alarm alarm : alarms) {
                response.addAlarms(
                        AlarmMember.newBuilder().setMemberID(alarm.memberId()).setAlarm(type(alarm.type())));
            }
            return response.build();
        });
    }

    /** The alarms that the answer names: those there are, or the one that was changed. */
    private CompletableFuture<List<Alarm>> changeOrListAlarms(AlarmRequest request) {
        Optional<Alarm.Type> type = type(request.getAlarm());
        return switch (request.getAction()) {
            case GET ->
                CompletableFuture.completedFuture(access.requireUser().maintenance().alarms().stream()
                        .filter(alarm -> type.isEmpty() || type.get() == alarm.type())
                        .toList());
            case ACTIVATE -> {
                Maintenance maintenance = access.requireAdmin().maintenance();
                if (type.isEmpty()) {
                    yield CompletableFuture.completedFuture(List.of());
                }
                Alarm alarm = new Alarm(request.getMemberID(), type.get());
                yield maintenance.raise(alarm).thenApply(_ -> List.of(alarm));
            }
            case DEACTIVATE -> {
                Maintenance maintenance = access.requireAdmin().maintenance();
                if (type.isEmpty()) {
                    yield CompletableFuture.completedFuture(List.of());
                }
                Alarm alarm = new Alarm(request.getMemberID(), type.get());
                List<Alarm> disarmed = maintenance.alarms().contains(alarm) ? List.of(alarm) : List.of();
                yield maintenance.disarm(alarm).thenApply(_ -> disarmed);
            }
            case UNRECOGNIZED -> CompletableFuture.completedFuture(List.of());
        };
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> out) {
        Answers.unary(out, () -> CompletableFuture.completedFuture(access.requireUser()), this::statusOf);
    }

    private StatusResponse statusOf(StoreMember member) {
        StoreStatus status = member.status();
        Optional<String> downgrade = member.cluster().downgradeTarget();
        StatusResponse.Builder response = StatusResponse.newBuilder()
                .setHeader(headers.at(status.revision()))
                .setVersion(config.version())
                .setDbSize(status.bytesTotal())
                .setDbSizeInUse(status.bytesInUse())
                .setDbSizeQuota(status.bytesQuota())
                .setLeader(status.leaderId())
                .setRaftIndex(status.commitIndex())
                .setRaftAppliedIndex(status.appliedIndex())
                .setRaftTerm(status.term())
                .setIsLearner(status.learner())
                .setStorageVersion(config.clusterVersion())
                .setDowngradeInfo(DowngradeInfo.newBuilder()
                        .setEnabled(downgrade.isPresent())
                        .setTargetVersion(downgrade.orElse("")));
        if (status.leaderId() == 0) {
            response.addErrors(StoreException.Code.NO_LEADER.text());
        }
        for (Alarm alarm : member.maintenance().alarms()) {
            response.addErrors("memberID:" + Long.toUnsignedString(alarm.memberId()) + " alarm:"
                    + type(alarm.type()).name() + " ");
        }
        return response.build();
    }

    @Override
    public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> out) {
        Answers.unary(
                out,
                () -> {
                    Maintenance maintenance = access.requireAdmin().maintenance();
                    observer.defragmenting();
                    return timed(maintenance::defragment, observer::defragmented);
                },
                _ -> DefragmentResponse.getDefaultInstance());
    }

    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> out) {
        Answers.unary(
                out,
                () -> timed(access.requireAdmin().maintenance()::hash, nanos -> observer.hashed(false, nanos)),
                hash -> HashResponse.newBuilder()
                        .setHeader(headers.at(hash.revision()))
                        .setHash(hash.hash())
                        .build());
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> out) {
        Answers.unary(
                out,
                () -> {
                    Maintenance maintenance = access.requireAdmin().maintenance();
                    return timed(
                            () -> maintenance.hashKv(request.getRevision()), nanos -> observer.hashed(true, nanos));
                },
                hash -> HashKVResponse.newBuilder()
                        .setHeader(headers.at(hash.revision()))
                        .setHash(hash.hash())
                        .setCompactRevision(hash.compactRevision())
                        .setHashRevision(hash.hashRevision())
                        .build());
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> out) {
        try {
            Maintenance maintenance = access.requireAdmin().maintenance();
            snapshots.send(maintenance, (ServerCallStreamObserver<SnapshotResponse>) out);
        } catch (RuntimeException e) {
            Answers.fail(out, e);
        }
    }

    @Override
    public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> out) {
        Answers.unary(
                out,
                () -> {
                    StoreMember member = access.requireAdmin();
                    if (member.memberId() != member.leaderId()) {
                        throw StoreException.of(StoreException.Code.NOT_LEADER);
                    }
                    return member.cluster().moveLeader(request.getTargetID());
                },
                _ -> MoveLeaderResponse.getDefaultInstance());
    }

    @Override
    public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> out) {
        Answers.unary(
                out,
                () -> new Downgrades(access.requireAdmin().cluster(), config.clusterVersion()).run(request),
                _ -> DowngradeResponse.newBuilder()
                        .setHeader(headers.now())
                        .setVersion(config.clusterVersion())
                        .build());
    }

    /** Tells {@code observer} how long {@code work} took, however it ended. */
    private static <T extends @Nullable Object> CompletableFuture<T> timed(
            Supplier<CompletableFuture<T>> work, LongConsumer observer) {
        long began = System.nanoTime();
        CompletableFuture<T> outcome;
        try {
            outcome = work.get();
        } catch (RuntimeException refusal) {
            observer.accept(System.nanoTime() - began);
            throw refusal;
        }
        return outcome.whenComplete((_, _) -> observer.accept(System.nanoTime() - began));
    }

    private static AlarmType type(Alarm.Type type) {
        return switch (type) {
            case NO_SPACE -> AlarmType.NOSPACE;
            case CORRUPT -> AlarmType.CORRUPT;
        };
    }

    private static Optional<Alarm.Type> type(AlarmType type) {
        return switch (type) {
            case NOSPACE -> Optional.of(Alarm.Type.NO_SPACE);
            case CORRUPT -> Optional.of(Alarm.Type.CORRUPT);
            case NONE, UNRECOGNIZED -> Optional.empty();
        };
    }
}
