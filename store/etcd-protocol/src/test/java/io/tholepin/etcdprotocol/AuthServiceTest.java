package io.tholepin.etcdprotocol;

import static io.tholepin.etcdprotocol.Served.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.tholepin.etcdwire.authpb.Permission;
import io.tholepin.etcdwire.authpb.UserAddOptions;
import io.tholepin.etcdwire.etcdserverpb.AuthDisableRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthEnableRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthGrpc;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleAddRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleGetRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthRoleListRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthStatusRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthStatusResponse;
import io.tholepin.etcdwire.etcdserverpb.AuthUserAddRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserChangePasswordRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserGetRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserGrantRoleRequest;
import io.tholepin.etcdwire.etcdserverpb.AuthUserListRequest;
import io.tholepin.etcdwire.etcdserverpb.KVGrpc;
import io.tholepin.kv.AuthChange;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.KeyRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthServiceTest {
    private static final String DENIED = "etcdserver: permission denied";
    private static final String BAD_TOKEN = "etcdserver: invalid auth token";

    private WholeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new WholeServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aClusterIsSetUpOverTheWireAlone() {
        AuthGrpc.AuthBlockingStub auth = auth("");
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: root user does not exist",
                () -> auth.authEnable(AuthEnableRequest.getDefaultInstance()));
        addUser("root");
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: root user does not have root role",
                () -> auth.authEnable(AuthEnableRequest.getDefaultInstance()));
        grantRole("root", "root");
        addUser("alice");
        var _ = auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("r").build());
        var _ = auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                .setName("r")
                .setPerm(Permission.newBuilder()
                        .setPermType(Permission.Type.READWRITE)
                        .setKey(ByteString.copyFromUtf8("a"))
                        .setRangeEnd(ByteString.copyFromUtf8("b")))
                .build());
        grantRole("alice", "r");
        assertThat(auth.authEnable(AuthEnableRequest.getDefaultInstance())
                        .getHeader()
                        .getRevision())
                .isEqualTo(1);

        String alice = server.login("alice");
        assertThat(alice).matches("[A-Za-z]{16}\\.[0-9]+");
        server.put(alice, "a1", "x");
        assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> server.put(alice, "b1", "x"));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty", () -> server.put("", "a1", "x"));
        assertRefused(Status.Code.UNAUTHENTICATED, BAD_TOKEN, () -> server.put("made.1", "a1", "x"));
        AuthGrpc.AuthBlockingStub root = auth(server.login("root"));
        assertThat(root.userList(AuthUserListRequest.getDefaultInstance()).getUsersList())
                .containsExactly("alice", "root");
        assertThat(root.roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList())
                .containsExactly("r");
        assertThat(auth(alice)
                        .userGet(
                                AuthUserGetRequest.newBuilder().setName("alice").build())
                        .getRolesList())
                .containsExactly("r");
        Permission permission = auth(alice)
                .roleGet(AuthRoleGetRequest.newBuilder().setRole("r").build())
                .getPerm(0);
        assertThat(permission.getPermType()).isEqualTo(Permission.Type.READWRITE);
        assertThat(permission.getRangeEnd().toStringUtf8()).isEqualTo("b");
        AuthStatusResponse status = auth.authStatus(AuthStatusRequest.getDefaultInstance());
        assertThat(status.getEnabled()).isTrue();
        assertThat(status.getAuthRevision())
                .isEqualTo(server.member.auth().state().revision());
        var _ = root.authDisable(AuthDisableRequest.getDefaultInstance());
        server.put("", "b1", "x");
    }

    @Test
    void errorsAreEtcds() {
        AuthGrpc.AuthBlockingStub auth = auth("");
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: authentication is not enabled",
                () -> server.login("root"));
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: user name is empty", () -> addUser(""));
        addUser("alice");
        assertRefused(Status.Code.FAILED_PRECONDITION, "etcdserver: user name already exists", () -> addUser("alice"));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: role name is empty",
                () -> auth.roleAdd(AuthRoleAddRequest.getDefaultInstance()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: permission not given",
                () -> auth.roleGrantPermission(
                        AuthRoleGrantPermissionRequest.newBuilder().setName("r").build()));
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: role name not found",
                () -> auth.roleGet(
                        AuthRoleGetRequest.newBuilder().setRole("none").build()));
        assertRefused(
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: user name not found",
                () -> auth.userGet(
                        AuthUserGetRequest.newBuilder().setName("none").build()));
        server.enableAuth();
        String wrong = "etcdserver: authentication failed, invalid user ID or password";
        assertRefused(Status.Code.INVALID_ARGUMENT, wrong, () -> server.login("alice", "wrong"));
        assertRefused(Status.Code.INVALID_ARGUMENT, wrong, () -> server.login("nobody"));
        assertRefused(Status.Code.INVALID_ARGUMENT, wrong, () -> server.login(""));
    }

    @Test
    void aPasswordMayComeHashedAndAUserMayHaveNone() {
        String hash = new Passwords(Passwords.COST_MIN).hash("pw").join();
        String base64 = Base64.getEncoder().encodeToString(hash.getBytes(StandardCharsets.US_ASCII));
        var _ = auth("").userAdd(AuthUserAddRequest.newBuilder()
                .setName("hashed")
                .setHashedPassword(base64)
                .build());
        var _ = auth("").userAdd(AuthUserAddRequest.newBuilder()
                .setName("none")
                .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                .build());
        assertRefused(
                Status.Code.UNKNOWN,
                "bcrypt: password length exceeds 72 bytes",
                () -> auth("").userAdd(AuthUserAddRequest.newBuilder()
                        .setName("long")
                        .setPassword("x".repeat(73))
                        .build()));
        server.enableAuth();
        assertThat(server.login("hashed")).isNotEmpty();
        assertRefused(
                Status.Code.UNKNOWN,
                "auth: authentication failed, password was given for no password user",
                () -> server.login("none"));
    }

    @Test
    void aSimpleTokenOutlivesOtherChangesButNotANewPassword() {
        server.addUser("alice", WholeServer.permission(AuthState.Access.READ_WRITE, "a", "b"));
        server.enableAuth();
        String alice = server.login("alice");
        String root = server.login("root");
        server.put(alice, "a", "1");
        server.change(new AuthChange.RoleAdd("other"));
        server.put(alice, "a", "2");
        var _ = auth(root)
                .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("alice")
                        .setPassword("new")
                        .build());
        assertRefused(Status.Code.UNAUTHENTICATED, BAD_TOKEN, () -> server.put(alice, "a", "3"));
        server.put(server.login("alice", "new"), "a", "3");
        server.put(root, "a", "4");
    }

    @Test
    void aDeletedUsersTokenIsWorthNothingEvenWhenTheNameComesBack() {
        server.addUser("alice", WholeServer.permission(AuthState.Access.READ_WRITE, "a", "b"));
        server.enableAuth();
        String alice = server.login("alice");
        server.change(new AuthChange.UserDelete("alice"));
        server.change(
                new AuthChange.UserAdd("alice", new Passwords(4).hash("pw").join(), false));
        server.change(new AuthChange.UserGrant("alice", "alice"));
        assertRefused(Status.Code.UNAUTHENTICATED, BAD_TOKEN, () -> server.put(alice, "a", "1"));
    }

    @Test
    void aWithdrawnPermissionIsSeenByTheNextCall() {
        AuthState.Permission permission = WholeServer.permission(AuthState.Access.READ_WRITE, "a", "b");
        server.addUser("alice", permission);
        server.enableAuth();
        String alice = server.login("alice");
        server.put(alice, "a", "1");
        server.change(new AuthChange.RoleRevoke("alice", permission.range()));
        assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> server.put(alice, "a", "2"));
        server.change(new AuthChange.RoleGrant("alice", permission));
        server.put(alice, "a", "3");
        KeyRange range = permission.range();
        server.change(new AuthChange.RoleGrant("alice", new AuthState.Permission(AuthState.Access.READ, range)));
        assertRefused(Status.Code.PERMISSION_DENIED, DENIED, () -> server.put(alice, "a", "4"));
    }

    @Test
    void anAuthorizationHeaderIsATokenToo() {
        server.enableAuth();
        Metadata metadata = new Metadata();
        metadata.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + server.login("root"));
        var _ = KVGrpc.newBlockingStub(server.channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .put(Served.putRequest("a", "1"));
    }

    @Test
    void aWebTokenHoldsForOneAuthStateAlone(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "x".repeat(32));
        AuthConfig config =
                new AuthConfig("jwt,sign-method=HS256,priv-key=" + secret, Duration.ofMinutes(5), Passwords.COST_MIN);
        try (WholeServer jwt = new WholeServer(config, HttpConfig.DEFAULT)) {
            jwt.enableAuth();
            String root = jwt.login("root");
            assertThat(root.chars().filter(c -> c == '.')).hasSize(2);
            jwt.put(root, "a", "1");
            jwt.change(new AuthChange.RoleAdd("other"));
            assertRefused(
                    Status.Code.INVALID_ARGUMENT,
                    "etcdserver: revision of auth store is old",
                    () -> jwt.put(root, "a", "2"));
            jwt.put(jwt.login("root"), "a", "2");
        }
    }

    private AuthGrpc.AuthBlockingStub auth(String token) {
        return AuthGrpc.newBlockingStub(server.as(token));
    }

    private void addUser(String name) {
        var _ = auth("").userAdd(AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword("pw")
                .build());
    }

    private void grantRole(String user, String role) {
        var _ = auth("").userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser(user)
                .setRole(role)
                .build());
    }
}
