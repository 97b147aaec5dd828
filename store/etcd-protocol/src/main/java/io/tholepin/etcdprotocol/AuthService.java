package io.tholepin.etcdprotocol;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tholepin.etcdwire.authpb.Permission;
import io.tholepin.etcdwire.etcdserverpb.AuthDisableRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthDisableResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthEnableRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthEnableResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthGrpc;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleAddRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleAddResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleDeleteRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleDeleteResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleGetRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleGetResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleGrantPermissionResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleListRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleListResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleRevokePermissionResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthStatusRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthStatusResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthUserAddRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserAddResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthUserChangePasswordRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserChangePasswordResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthUserDeleteRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserDeleteResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthUserGetRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserGetResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthUserGrantRoleRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserGrantRoleResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthUserListRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserListResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthUserRevokeRoleRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserRevokeRoleResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthenticateRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthenticateResponse;
import io.tholepin.etcdwire.etcdserverpb.ResponseHeader;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.StoreException;
import io.tholepin.kv.StoreException.Code;
import io.tholepin.kv.StoreMember;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Users, roles, and who shows the right password. Passwords are hashed here, before anything goes into the log. Reads
 * see every change that was answered before. Source: contract 1.11 and 2.11.
 */
final class AuthService extends AuthGrpc.AuthImplBase {
    /** How often a login is begun again because users or roles changed while the password was looked at. */
    private static final int ATTEMPTS_MAX = 16;

    private static final String PASSWORD_NOT_WANTED =
            "auth: authentication failed, password was given for no password user";
    private static final String PASSWORD_TOO_LONG = "bcrypt: password length exceeds 72 bytes";

    private final StoreMember member;
    private final Access access;
    private final Tokens tokens;
    private final Passwords passwords;
    private final Headers headers;

    AuthService(StoreMember member, Access access, Tokens tokens, Passwords passwords) {
        this.member = member;
        this.access = access;
        this.tokens = tokens;
        this.passwords = passwords;
        this.headers = new Headers(member);
    }

    @Override
    public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> out) {
        change(
                out,
                AuthChange.Enable::new,
                header -> AuthEnableResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void authDisable(AuthDisableRequest request, StreamObserver<AuthDisableResponse> out) {
        change(
                out,
                AuthChange.Disable::new,
                header -> AuthDisableResponse.newBuilder().setHeader(header).build());
    }

    /** Everybody may ask, even without a token, as from etcd 3.7 on. */
    @Override
    public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> out) {
        Answers.unary(
                out,
                this::present,
                state -> AuthStatusResponse.newBuilder()
                        .setHeader(headers.now())
                        .setEnabled(state.enabled())
                        .setAuthRevision(state.revision())
                        .build());
    }

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> out) {
        Answers.unary(
                out,
                () -> member.currentRevision().thenCompose(_ -> login(request.getName(), request.getPassword(), 1)),
                token -> AuthenticateResponse.newBuilder()
                        .setHeader(headers.now())
                        .setToken(token)
                        .build());
    }

    /** A token, if the password is right in an auth state that is still the present one when the token is made. */
    private CompletableFuture<String> login(String name, String password, int attempt) {
        AuthState state = member.auth().state();
        if (!state.enabled()) {
            return refused(Code.AUTH_NOT_ENABLED);
        }
        AuthState.User user = state.users().get(name);
        if (user != null && user.noPassword()) {
            return CompletableFuture.failedFuture(StatusMapping.refusal(Status.Code.UNKNOWN, PASSWORD_NOT_WANTED));
        }
        CompletableFuture<Boolean> matches =
                user == null ? passwords.matchesNobody(password) : passwords.matches(password, user.passwordHash());
        return matches.thenCompose(right -> right ? tokens.issue(name, state.revision()) : refused(Code.AUTH_FAILED))
                .exceptionallyCompose(failure -> {
                    if (attempt < ATTEMPTS_MAX && isOldRevision(failure)) {
                        return login(name, password, attempt + 1);
                    }
                    return CompletableFuture.failedFuture(failure);
                });
    }

    private static boolean isOldRevision(Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapper ? wrapper.getCause() : failure;
        return cause instanceof StoreException refused && refused.code() == Code.AUTH_OLD_REVISION;
    }

    @Override
    public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> out) {
        Answers.unary(
                out,
                () -> {
                    access.requireAdmin();
                    String name = request.getName();
                    if (name.isEmpty()) {
                        throw StoreException.of(Code.USER_EMPTY);
                    }
                    if (request.getOptions().getNoPassword()) {
                        return member.auth().change(new AuthChange.UserAdd(name, "", true));
                    }
                    return hash(request.getPassword(), request.getHashedPassword())
                            .thenCompose(hash -> member.auth().change(new AuthChange.UserAdd(name, hash, false)));
                },
                revision -> AuthUserAddResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .build());
    }

    @Override
    public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> out) {
        read(
                out,
                () -> access.requireAdminOrUser(request.getName()),
                state -> AuthUserGetResponse.newBuilder()
                        .setHeader(headers.now())
                        .addAllRoles(user(state, request.getName()).roles())
                        .build());
    }

    @Override
    public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> out) {
        read(
                out,
                access::requireAdmin,
                state -> AuthUserListResponse.newBuilder()
                        .setHeader(headers.now())
                        .addAllUsers(state.users().keySet().stream().sorted().toList())
                        .build());
    }

    @Override
    public void userDelete(AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> out) {
        change(
                out,
                () -> new AuthChange.UserDelete(request.getName()),
                header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userChangePassword(
            AuthUserChangePasswordRequest request, StreamObserver<AuthUserChangePasswordResponse> out) {
        Answers.unary(
                out,
                () -> {
                    access.requireAdmin();
                    String name = request.getName();
                    AuthState.User user = member.auth().state().users().get(name);
                    CompletableFuture<String> hash = user != null && user.noPassword()
                            ? CompletableFuture.completedFuture("")
                            : hash(request.getPassword(), request.getHashedPassword());
                    return hash.thenCompose(text -> member.auth().change(new AuthChange.UserPassword(name, text)));
                },
                revision -> AuthUserChangePasswordResponse.newBuilder()
                        .setHeader(headers.at(revision))
                        .build());
    }

    @Override
    public void userGrantRole(AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> out) {
        change(
                out,
                () -> new AuthChange.UserGrant(request.getUser(), request.getRole()),
                header ->
                        AuthUserGrantRoleResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userRevokeRole(AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> out) {
        change(
                out,
                () -> new AuthChange.UserRevoke(request.getName(), request.getRole()),
                header -> AuthUserRevokeRoleResponse.newBuilder()
                        .setHeader(header)
                        .build());
    }

    @Override
    public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> out) {
        change(
                out,
                () -> {
                    if (request.getName().isEmpty()) {
                        throw StoreException.of(Code.ROLE_EMPTY);
                    }
                    return new AuthChange.RoleAdd(request.getName());
                },
                header -> AuthRoleAddResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> out) {
        read(
                out,
                () -> access.requireAdminOrRole(request.getRole()),
                state -> AuthRoleGetResponse.newBuilder()
                        .setHeader(headers.now())
                        .addAllPerm(permissions(state, request.getRole()))
                        .build());
    }

    @Override
    public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> out) {
        read(
                out,
                access::requireAdmin,
                state -> AuthRoleListResponse.newBuilder()
                        .setHeader(headers.now())
                        .addAllRoles(state.roles().keySet().stream().sorted().toList())
                        .build());
    }

    @Override
    public void roleDelete(AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> out) {
        change(
                out,
                () -> new AuthChange.RoleDelete(request.getRole()),
                header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void roleGrantPermission(
            AuthRoleGrantPermissionRequest request, StreamObserver<AuthRoleGrantPermissionResponse> out) {
        change(
                out,
                () -> {
                    if (!request.hasPerm()) {
                        throw StoreException.of(Code.PERMISSION_NOT_GIVEN);
                    }
                    return new AuthChange.RoleGrant(request.getName(), permission(request.getPerm()));
                },
                header -> AuthRoleGrantPermissionResponse.newBuilder()
                        .setHeader(header)
                        .build());
    }

    @Override
    public void roleRevokePermission(
            AuthRoleRevokePermissionRequest request, StreamObserver<AuthRoleRevokePermissionResponse> out) {
        change(
                out,
                () -> new AuthChange.RoleRevoke(
                        request.getRole(), new KeyRange(bytes(request.getKey()), bytes(request.getRangeEnd()))),
                header -> AuthRoleRevokePermissionResponse.newBuilder()
                        .setHeader(header)
                        .build());
    }

    private <R> void change(StreamObserver<R> out, Supplier<AuthChange> change, Function<ResponseHeader, R> answer) {
        Answers.unary(
                out,
                () -> access.requireAdmin().auth().change(change.get()),
                revision -> answer.apply(headers.at(revision)));
    }

    private <R> void read(StreamObserver<R> out, Runnable check, Function<AuthState, R> answer) {
        Answers.unary(
                out,
                () -> {
                    check.run();
                    return present();
                },
                answer);
    }

    /** Users and roles with every change that was answered by now. */
    private CompletableFuture<AuthState> present() {
        return member.currentRevision().thenApply(_ -> member.auth().state());
    }

    /**
     * What is kept of a password: its hash, or the hash that the client made of it, in base64 as etcd has it.
     */
    private CompletableFuture<String> hash(String password, String hashed) {
        if (password.isEmpty() && !hashed.isEmpty()) {
            String given = hashed;
            try {
                given = new String(Base64.getDecoder().decode(hashed), StandardCharsets.US_ASCII);
            } catch (IllegalArgumentException plain) {
                // As bcrypt writes it then, or not at all.
            }
            return Passwords.isHash(given)
                    ? CompletableFuture.completedFuture(given)
                    : CompletableFuture.failedFuture(StatusMapping.refusal(Status.Code.UNKNOWN, PASSWORD_NOT_WANTED));
        }
        if (Passwords.isTooLong(password)) {
            return CompletableFuture.failedFuture(StatusMapping.refusal(Status.Code.UNKNOWN, PASSWORD_TOO_LONG));
        }
        return passwords.hash(password);
    }

    private static AuthState.User user(AuthState state, String name) {
        AuthState.User user = state.users().get(name);
        if (user == null) {
            throw StoreException.of(Code.USER_NOT_FOUND);
        }
        return user;
    }

    private static List<Permission> permissions(AuthState state, String name) {
        AuthState.Role role = state.roles().get(name);
        if (role == null) {
            throw StoreException.of(Code.ROLE_NOT_FOUND);
        }
        if (name.equals(AuthState.ROOT)) {
            return List.of(Permission.newBuilder()
                    .setPermType(Permission.Type.READWRITE)
                    .setRangeEnd(ByteString.copyFrom(new byte[1]))
                    .build());
        }
        return role.permissions().stream().map(AuthService::permission).toList();
    }

    private static Permission permission(AuthState.Permission permission) {
        return Permission.newBuilder()
                .setPermType(
                        switch (permission.access()) {
                            case READ -> Permission.Type.READ;
                            case WRITE -> Permission.Type.WRITE;
                            case READ_WRITE -> Permission.Type.READWRITE;
                        })
                .setKey(ByteString.copyFrom(permission.range().start().array()))
                .setRangeEnd(ByteString.copyFrom(permission.range().end().array()))
                .build();
    }

    private static AuthState.Permission permission(Permission permission) {
        AuthState.Access access = switch (permission.getPermType()) {
            case READ -> AuthState.Access.READ;
            case WRITE -> AuthState.Access.WRITE;
            case READWRITE -> AuthState.Access.READ_WRITE;
            case UNRECOGNIZED -> throw StoreException.of(Code.INVALID_AUTH_MANAGEMENT);
        };
        return new AuthState.Permission(
                access, new KeyRange(bytes(permission.getKey()), bytes(permission.getRangeEnd())));
    }

    private static Bytes bytes(ByteString value) {
        return Bytes.wrap(value.toByteArray());
    }

    private static <T> CompletableFuture<T> refused(Code code) {
        return CompletableFuture.failedFuture(StoreException.of(code));
    }
}
