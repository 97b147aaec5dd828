package io.tholepin.interop;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.tholepin.etcdwire.etcdserverpb.*;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Chooses steps for a differential run: every request with every option, right and wrong, on a few keys so that
 * requests
 * meet. The same seed on servers that answer the same gives the same steps. One thread.
 */
final class RandomSteps {
    private static final List<ByteString> KEYS = List.of(
            utf8("a"),
            utf8("aa"),
            utf8("ab"),
            utf8("b"),
            utf8("b\0"),
            utf8("c"),
            utf8("d/1"),
            utf8("d/2"),
            utf8("e"),
            ByteString.copyFrom(new byte[] {-1, -1}));
    private static final List<ByteString> ENDS = List.of(
            utf8("\0"),
            utf8("\0"),
            utf8("ac"),
            utf8("b"),
            utf8("c"),
            utf8("d0"),
            utf8("z"),
            utf8("a"),
            ByteString.copyFrom(new byte[] {-1}));
    private static final List<String> VALUES = List.of("", "0", "1", "2", "10", "x", "y".repeat(200));
    private static final long LONG_LEASE = 100_000;
    private static final int LEASES = 6;

    private final Random random;
    private final RandomAuthSteps auth;
    private int alarmSteps;

    RandomSteps(Random random) {
        this.random = random;
        auth = new RandomAuthSteps(random);
    }

    /** The next step, in view of what the run has come to. */
    Step next(Differential run) {
        if (alarmSteps > 0 && --alarmSteps == 0) {
            return alarm(run, AlarmRequest.AlarmAction.DEACTIVATE);
        }
        int dice = random.nextInt(1000);
        if (dice < 230) {
            return call(KVGrpc.getPutMethod(), put(), run);
        } else if (dice < 430) {
            return call(KVGrpc.getRangeMethod(), range(run), run);
        } else if (dice < 500) {
            return call(KVGrpc.getDeleteRangeMethod(), delete(), run);
        } else if (dice < 680) {
            return call(KVGrpc.getTxnMethod(), txn(run, 2), run);
        } else if (dice < 710) {
            return call(KVGrpc.getCompactMethod(), compaction(run), run);
        } else if (dice < 830) {
            return lease(run);
        } else if (dice < 880) {
            return watch(run);
        } else if (dice < 900) {
            return new Step.CancelWatch(random.nextInt(3), random.nextInt(4));
        } else if (dice < 960) {
            return auth.next(run, alarmSteps == 0);
        } else if (dice < 990) {
            return maintenance(run);
        }
        return new Step.Settle();
    }

    private Step call(MethodDescriptor<?, ?> method, Message request, Differential run) {
        return new Step.Call(method, request, auth.user(run));
    }

    private PutRequest put() {
        PutRequest.Builder put = PutRequest.newBuilder()
                .setKey(key())
                .setValue(one(VALUES, 1.0))
                .setLease(oneIn(3) ? leaseId() : 0)
                .setPrevKv(oneIn(3));
        if (oneIn(8)) {
            put.setIgnoreValue(true);
            if (!oneIn(5)) {
                put.clearValue();
            }
        }
        return put.setIgnoreLease(oneIn(8)).build();
    }

    private RangeRequest range(Differential run) {
        RangeRequest.Builder range = RangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(end())
                .setRevision(oneIn(3) ? someRevision(run) : 0)
                .setLimit(oneIn(2) ? random.nextInt(5) - 1 : 0)
                .setSerializable(oneIn(4))
                .setKeysOnly(oneIn(6))
                .setCountOnly(oneIn(8));
        if (oneIn(2)) {
            range.setSortOrderValue(random.nextInt(3)).setSortTargetValue(random.nextInt(5));
        }
        if (oneIn(6)) {
            range.setMinModRevision(someRevision(run));
        }
        if (oneIn(8)) {
            range.setMaxModRevision(someRevision(run));
        }
        if (oneIn(8)) {
            range.setMinCreateRevision(someRevision(run));
        }
        if (oneIn(8)) {
            range.setMaxCreateRevision(someRevision(run));
        }
        return range.build();
    }

    private DeleteRangeRequest delete() {
        return DeleteRangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(end())
                .setPrevKv(oneIn(2))
                .build();
    }

    private TxnRequest txn(Differential run, int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compare(run));
        }
        if (depth == 2 && oneIn(60)) {
            for (int i = 0; i < 127 + random.nextInt(3); i++) {
                txn.addSuccess(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(KEYS.getFirst())));
            }
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(op(run, depth));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addFailure(op(run, depth));
        }
        return txn.build();
    }

    private RequestOp op(Differential run, int depth) {
        RequestOp.Builder op = RequestOp.newBuilder();
        int dice = random.nextInt(100);
        if (dice < 40) {
            return op.setRequestPut(put()).build();
        } else if (dice < 70) {
            return op.setRequestRange(range(run)).build();
        } else if (dice < 85) {
            // etcd's search for duplicate keys overlooks ranges with an open end; ours does not.
            DeleteRangeRequest delete = delete();
            return delete.getRangeEnd().equals(utf8("\0"))
                    ? op.setRequestDeleteRange(delete.toBuilder().clearRangeEnd())
                            .build()
                    : op.setRequestDeleteRange(delete).build();
        } else if (dice < 98 && depth > 0) {
            return op.setRequestTxn(txn(run, depth - 1)).build();
        }
        return op.build();
    }

    private Compare compare(Differential run) {
        Compare.Builder compare = Compare.newBuilder()
                .setResultValue(random.nextInt(4))
                .setTargetValue(random.nextInt(5))
                .setKey(key())
                .setRangeEnd(oneIn(4) ? end() : ByteString.EMPTY);
        int union = oneIn(15) ? random.nextInt(6) : compare.getTargetValue();
        switch (union) {
            case 0 -> compare.setVersion(random.nextInt(4));
            case 1 -> compare.setCreateRevision(oneIn(2) ? 0 : someRevision(run));
            case 2 -> compare.setModRevision(oneIn(2) ? 0 : someRevision(run));
            case 3 -> compare.setValue(one(VALUES, 1.0));
            case 4 -> compare.setLease(oneIn(2) ? 0 : leaseId());
            default -> {} // unset: compares with nothing
        }
        return compare.build();
    }

    private CompactionRequest compaction(Differential run) {
        long revision = switch (random.nextInt(8)) {
            case 0 -> run.revision();
            case 1 -> run.revision() + 1;
            case 2 -> run.compacted();
            case 3 -> random.nextInt(3) - 1;
            default -> run.revision() - random.nextInt(20);
        };
        if (revision == 0 && run.compacted() < 0) {
            revision = 1; // after a first Compact(0) etcd answers every HashKV(0) with that compaction's hash
        }
        return CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build();
    }

    private Step lease(Differential run) {
        return switch (random.nextInt(6)) {
            case 0, 1 ->
                call(
                        LeaseGrpc.getLeaseGrantMethod(),
                        LeaseGrantRequest.newBuilder()
                                .setID(oneIn(10) ? 0 : leaseId())
                                .setTTL(oneIn(10) ? 9_000_000_001L : LONG_LEASE)
                                .build(),
                        run);
            case 2 ->
                call(
                        LeaseGrpc.getLeaseRevokeMethod(),
                        LeaseRevokeRequest.newBuilder().setID(leaseId()).build(),
                        run);
            case 3 ->
                call(
                        LeaseGrpc.getLeaseTimeToLiveMethod(),
                        LeaseTimeToLiveRequest.newBuilder()
                                .setID(leaseId())
                                .setKeys(!oneIn(4))
                                .build(),
                        run);
            case 4 -> call(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance(), run);
            default ->
                new Step.KeepAlive(
                        LeaseKeepAliveRequest.newBuilder().setID(leaseId()).build(), auth.user(run));
        };
    }

    private Step watch(Differential run) {
        WatchCreateRequest.Builder watch = WatchCreateRequest.newBuilder()
                .setKey(oneIn(20) ? ByteString.EMPTY : key())
                .setRangeEnd(end())
                .setPrevKv(oneIn(2))
                .setFragment(oneIn(4))
                .setProgressNotify(oneIn(4))
                .setWatchId(oneIn(8) ? random.nextInt(5) : 0);
        for (int i = oneIn(4) ? random.nextInt(3) : 0; i > 0; i--) {
            watch.addFiltersValue(random.nextInt(2));
        }
        if (oneIn(6)) {
            return new Step.OpenWatch(
                    Differential.FUTURE_STREAM,
                    watch.setStartRevision(run.revision() + 1 + random.nextInt(20))
                            .build());
        }
        if (oneIn(2)) {
            watch.setStartRevision(oneIn(8) ? -1 : Math.min(someRevision(run), run.revision()));
            if (watch.getStartRevision() > 0 && watch.getStartRevision() < run.compacted()) {
                return new Step.OpenWatch(Differential.COMPACTED_STREAM, watch.build());
            }
        }
        return new Step.OpenWatch(random.nextInt(3), watch.build());
    }

    private Step maintenance(Differential run) {
        return switch (random.nextInt(9)) {
            case 0 -> {
                if (run.isAuthOn()) {
                    yield new Step.Settle(); // with NOSPACE etcd checks no permission of a write
                }
                alarmSteps = 1 + random.nextInt(12);
                yield alarm(run, AlarmRequest.AlarmAction.ACTIVATE);
            }
            case 1 -> call(MaintenanceGrpc.getAlarmMethod(), AlarmRequest.getDefaultInstance(), run);
            case 2 -> call(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance(), run);
            case 3 -> call(MaintenanceGrpc.getDefragmentMethod(), DefragmentRequest.getDefaultInstance(), run);
            case 4 ->
                call(
                        MaintenanceGrpc.getMoveLeaderMethod(),
                        MoveLeaderRequest.newBuilder().setTargetID(12345).build(),
                        run);
            case 5 ->
                call(
                        ClusterGrpc.getMemberListMethod(),
                        MemberListRequest.newBuilder().setLinearizable(oneIn(2)).build(),
                        run);
            case 6 -> member(run);
            default ->
                call(
                        MaintenanceGrpc.getHashKVMethod(),
                        HashKVRequest.newBuilder()
                                .setRevision(oneIn(3) ? 0 : someRevision(run))
                                .build(),
                        run);
        };
    }

    private Step alarm(Differential run, AlarmRequest.AlarmAction action) {
        AlarmRequest.Builder alarm = AlarmRequest.newBuilder();
        alarm.setAction(action).setMemberID(1).setAlarm(AlarmType.NOSPACE);
        return new Step.Call(MaintenanceGrpc.getAlarmMethod(), alarm.build(), run.isAuthOn() ? "root" : null);
    }

    private Step member(Differential run) {
        return switch (random.nextInt(3)) {
            case 0 ->
                call(
                        ClusterGrpc.getMemberRemoveMethod(),
                        MemberRemoveRequest.newBuilder().setID(12345).build(),
                        run);
            case 1 ->
                call(
                        ClusterGrpc.getMemberPromoteMethod(),
                        MemberPromoteRequest.newBuilder().setID(12345).build(),
                        run);
            default ->
                call(
                        ClusterGrpc.getMemberAddMethod(),
                        MemberAddRequest.newBuilder().addPeerURLs("not a url").build(),
                        run);
        };
    }

    /** Mostly one that can be read, at times one just outside. */
    private long someRevision(Differential run) {
        long from = Math.max(run.compacted(), 1) - 1;
        return from + random.nextInt((int) Math.min(run.revision() - from + 2, 60));
    }

    private long leaseId() {
        return oneIn(12) ? 99 : oneIn(12) ? -5 : 1 + random.nextInt(LEASES);
    }

    private ByteString key() {
        return oneIn(50) ? ByteString.EMPTY : KEYS.get(random.nextInt(KEYS.size()));
    }

    private ByteString end() {
        return oneIn(2) ? ByteString.EMPTY : ENDS.get(random.nextInt(ENDS.size()));
    }

    private ByteString one(List<String> from, double chance) {
        return utf8(from.get(random.nextInt((int) (from.size() * chance))));
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** Requests of the Auth service, and whose token other requests carry. */
    private static final class RandomAuthSteps {
        private static final List<String> USERS = List.of("root", "alice", "bob", "nobody", "");
        private static final List<String> ROLES = List.of("root", "reader", "writer", "none", "");
        private static final int STEPS_ON_MAX = 150;

        private final Random random;
        private final List<Step> planned = new ArrayList<>();
        private int on;

        RandomAuthSteps(Random random) {
            this.random = random;
        }

        /** With authentication on, mostly root, so that most requests do something. */
        @Nullable
        String user(Differential run) {
            if (!run.isAuthOn()) {
                return random.nextInt(30) == 0 ? "alice" : null;
            }
            int dice = random.nextInt(10);
            return dice < 5 ? "root" : dice < 7 ? "alice" : dice < 9 ? "bob" : null;
        }

        Step next(Differential run, boolean mayEnable) {
            if (!planned.isEmpty()) {
                return planned.removeFirst();
            }
            if (run.isAuthOn()) {
                if (on++ > 6 && (on > STEPS_ON_MAX || random.nextInt(10) == 0)) {
                    on = 0;
                    planned.add(as("root", AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance()));
                    return as(null, AuthGrpc.getAuthenticateMethod(), password("root"));
                }
            } else if (mayEnable && random.nextInt(12) == 0) {
                enable();
                return planned.removeFirst();
            }
            return request(run);
        }

        private void enable() {
            plan(
                    AuthGrpc.getUserDeleteMethod(),
                    AuthUserDeleteRequest.newBuilder().setName("root").build());
            plan(
                    AuthGrpc.getRoleAddMethod(),
                    AuthRoleAddRequest.newBuilder().setName("root").build());
            plan(
                    AuthGrpc.getUserAddMethod(),
                    AuthUserAddRequest.newBuilder()
                            .setName("root")
                            .setPassword("pw")
                            .build());
            plan(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance());
            plan(
                    AuthGrpc.getUserChangePasswordMethod(),
                    AuthUserChangePasswordRequest.newBuilder()
                            .setName("root")
                            .setPassword("pw")
                            .build());
            plan(
                    AuthGrpc.getUserGrantRoleMethod(),
                    AuthUserGrantRoleRequest.newBuilder()
                            .setUser("root")
                            .setRole("root")
                            .build());
            for (String user : List.of("alice", "bob")) {
                plan(
                        AuthGrpc.getUserAddMethod(),
                        AuthUserAddRequest.newBuilder()
                                .setName(user)
                                .setPassword("pw")
                                .build());
                plan(
                        AuthGrpc.getUserChangePasswordMethod(),
                        AuthUserChangePasswordRequest.newBuilder()
                                .setName(user)
                                .setPassword("pw")
                                .build());
                plan(
                        AuthGrpc.getRoleAddMethod(),
                        AuthRoleAddRequest.newBuilder().setName("reader").build());
                plan(
                        AuthGrpc.getUserGrantRoleMethod(),
                        AuthUserGrantRoleRequest.newBuilder()
                                .setUser(user)
                                .setRole("reader")
                                .build());
            }
            plan(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance());
            for (String user : List.of("root", "alice", "bob")) {
                plan(AuthGrpc.getAuthenticateMethod(), password(user));
            }
        }

        private static AuthenticateRequest password(String user) {
            return AuthenticateRequest.newBuilder()
                    .setName(user)
                    .setPassword("pw")
                    .build();
        }

        private void plan(MethodDescriptor<?, ?> method, Message request) {
            planned.add(as(null, method, request));
        }

        private Step request(Differential run) {
            String user = user(run);
            int kind = random.nextInt(17);
            return switch (kind) {
                case 0 -> as(user, AuthGrpc.getUserAddMethod(), userAdd());
                case 1 ->
                    as(
                            user,
                            AuthGrpc.getUserDeleteMethod(),
                            AuthUserDeleteRequest.newBuilder().setName(name()).build());
                case 2 ->
                    as(
                            user,
                            AuthGrpc.getUserGetMethod(),
                            AuthUserGetRequest.newBuilder().setName(name()).build());
                case 3 -> as(user, AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance());
                case 4 ->
                    as(
                            user,
                            AuthGrpc.getUserGrantRoleMethod(),
                            AuthUserGrantRoleRequest.newBuilder()
                                    .setUser(name())
                                    .setRole(role())
                                    .build());
                case 5 ->
                    as(
                            user,
                            AuthGrpc.getUserRevokeRoleMethod(),
                            AuthUserRevokeRoleRequest.newBuilder()
                                    .setName(name())
                                    .setRole(role())
                                    .build());
                case 15 ->
                    as(
                            user,
                            AuthGrpc.getUserChangePasswordMethod(),
                            AuthUserChangePasswordRequest.newBuilder()
                                    .setName(name())
                                    .setPassword("pw")
                                    .build());
                case 16 ->
                    as(
                            null,
                            AuthGrpc.getAuthenticateMethod(),
                            AuthenticateRequest.newBuilder()
                                    .setName(name())
                                    .setPassword(random.nextInt(4) == 0 ? "wrong" : "pw")
                                    .build());
                default -> ofRoles(user, kind);
            };
        }

        private Step ofRoles(@Nullable String user, int kind) {
            return switch (kind) {
                case 6 ->
                    as(
                            user,
                            AuthGrpc.getRoleAddMethod(),
                            AuthRoleAddRequest.newBuilder().setName(role()).build());
                case 7 ->
                    as(
                            user,
                            AuthGrpc.getRoleGetMethod(),
                            AuthRoleGetRequest.newBuilder().setRole(role()).build());
                case 8 -> as(user, AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance());
                case 9 ->
                    as(
                            user,
                            AuthGrpc.getRoleDeleteMethod(),
                            AuthRoleDeleteRequest.newBuilder().setRole(role()).build());
                case 10, 11, 12 -> as(user, AuthGrpc.getRoleGrantPermissionMethod(), grant());
                case 13 -> as(user, AuthGrpc.getRoleRevokePermissionMethod(), revoke());
                default -> as(user, AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.getDefaultInstance());
            };
        }

        private AuthUserAddRequest userAdd() {
            AuthUserAddRequest.Builder add =
                    AuthUserAddRequest.newBuilder().setName(name()).setPassword("pw");
            if (random.nextInt(4) == 0) {
                add.clearPassword()
                        .setOptions(io.tholepin.etcdwire.authpb.UserAddOptions.newBuilder()
                                .setNoPassword(true));
            }
            return add.build();
        }

        private AuthRoleGrantPermissionRequest grant() {
            AuthRoleGrantPermissionRequest.Builder grant =
                    AuthRoleGrantPermissionRequest.newBuilder().setName(role());
            if (random.nextInt(12) > 0) {
                grant.setPerm(io.tholepin.etcdwire.authpb.Permission.newBuilder()
                        .setPermTypeValue(random.nextInt(3))
                        .setKey(KEYS.get(random.nextInt(KEYS.size())))
                        .setRangeEnd(
                                random.nextInt(3) == 0 ? ByteString.EMPTY : ENDS.get(random.nextInt(ENDS.size()))));
            }
            return grant.build();
        }

        private AuthRoleRevokePermissionRequest revoke() {
            return AuthRoleRevokePermissionRequest.newBuilder()
                    .setRole(role())
                    .setKey(KEYS.get(random.nextInt(KEYS.size())))
                    .setRangeEnd(random.nextInt(3) == 0 ? ByteString.EMPTY : ENDS.get(random.nextInt(ENDS.size())))
                    .build();
        }

        private static Step as(@Nullable String user, MethodDescriptor<?, ?> method, Message request) {
            return new Step.Call(method, request, user);
        }

        private String name() {
            return USERS.get(random.nextInt(USERS.size()));
        }

        private String role() {
            return ROLES.get(random.nextInt(ROLES.size()));
        }
    }
}
