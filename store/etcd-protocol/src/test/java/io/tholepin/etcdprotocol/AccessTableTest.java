package io.tholepin.etcdprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.tholepin.etcdwire.health.HealthGrpc;
import io.tholepin.kv.AuthState;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.kv.Txn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every method and everybody who may call it. The keys are those from k to l; lease 7 is on a key among them, lease 8
 * on one outside. A method without a row fails the test.
 */
class AccessTableTest {
    private static final List<String> CALLERS = List.of("stranger", "idle", "reader", "writer", "editor", "root");

    /** Method, request as JSON, then for each caller: y may, n permission denied, - user name is empty. */
    private static final String TABLE = """
            etcdserverpb.KV/Range {"key":"aw=="} -nynyy
            etcdserverpb.KV/Range {"key":"aw==","range_end":"bA=="} -nynyy
            etcdserverpb.KV/Range {"key":"aw==","range_end":"bAA="} -nnnny
            etcdserverpb.KV/Range {"key":"aw==","range_end":"AA=="} -nnnny
            etcdserverpb.KV/Range {"key":"AA==","range_end":"AA=="} -nnnny
            etcdserverpb.KV/Range {"key":"eg==","serializable":true} -nnnny
            etcdserverpb.KV/Range {"key":"aw==","count_only":true} -nynyy
            etcdserverpb.KV/RangeStream {"key":"aw=="} -nynyy
            etcdserverpb.KV/RangeStream {"key":"aw==","range_end":"AA=="} -nnnny
            etcdserverpb.KV/Put {"key":"aw=="} -nnyyy
            etcdserverpb.KV/Put {"key":"eg=="} -nnnny
            etcdserverpb.KV/Put {"key":"aw==","prev_kv":true} -nnnyy
            etcdserverpb.KV/Put {"key":"aw==","lease":7} -nnyyy
            etcdserverpb.KV/Put {"key":"aw==","lease":8} -nnnny
            etcdserverpb.KV/DeleteRange {"key":"aw=="} -nnyyy
            etcdserverpb.KV/DeleteRange {"key":"aw==","range_end":"AA=="} -nnnny
            etcdserverpb.KV/DeleteRange {"key":"aw==","prev_kv":true} -nnnyy
            etcdserverpb.KV/Txn {"success":[{"request_range":{"key":"aw=="}}]} -nynyy
            etcdserverpb.KV/Txn {"failure":[{"request_range":{"key":"aw=="}}]} -nynyy
            etcdserverpb.KV/Txn {"success":[{"request_put":{"key":"aw=="}}]} -nnyyy
            etcdserverpb.KV/Txn {"failure":[{"request_put":{"key":"eg=="}}]} -nnnny
            etcdserverpb.KV/Txn {"failure":[{"request_put":{"key":"aw==","lease":8}}]} -nnnny
            etcdserverpb.KV/Txn {"success":[{"request_put":{"key":"aw==","prev_kv":true}}]} -nnnyy
            etcdserverpb.KV/Txn {"success":[{"request_delete_range":{"key":"aw==","prev_kv":true}}]} -nnnyy
            etcdserverpb.KV/Txn {"compare":[{"key":"aw=="}],"success":[{"request_put":{"key":"aw=="}}]} -nnnyy
            etcdserverpb.KV/Txn {"compare":[{"key":"eg=="}]} -nnnny
            etcdserverpb.KV/Txn {"compare":[{"key":"aw==","range_end":"AA=="}]} -nnnny
            etcdserverpb.KV/Txn {"success":[{"request_txn":{"success":[{"request_put":{"key":"aw=="}}]}}]} -nnyyy
            etcdserverpb.KV/Txn {"success":[{"request_txn":{"failure":[{"request_put":{"key":"eg=="}}]}}]} -nnnny
            etcdserverpb.KV/Txn {"failure":[{"request_txn":{"compare":[{"key":"eg=="}]}}]} -nnnny
            etcdserverpb.KV/Txn {"success":[{"request_txn":{"success":[{"request_range":{"key":"eg=="}}]}}]} -nnnny
            etcdserverpb.KV/Compact {"revision":1} -nnnny
            etcdserverpb.Watch/Watch {"create_request":{"key":"aw=="}} -nynyy
            etcdserverpb.Watch/Watch {"create_request":{"key":"aw==","range_end":"bA=="}} -nynyy
            etcdserverpb.Watch/Watch {"create_request":{"key":"aw==","range_end":"AA=="}} -nnnny
            etcdserverpb.Watch/Watch {"create_request":{"key":"","range_end":"AA=="}} -nnnny
            etcdserverpb.Watch/Watch {"create_request":{"key":"eg=="}} -nnnny
            etcdserverpb.Lease/LeaseGrant {"TTL":60} -yyyyy
            etcdserverpb.Lease/LeaseRevoke {"ID":7} -nnyyy
            etcdserverpb.Lease/LeaseRevoke {"ID":8} -nnnny
            etcdserverpb.Lease/LeaseKeepAlive {"ID":7} -yyyyy
            etcdserverpb.Lease/LeaseTimeToLive {"ID":8} -yyyyy
            etcdserverpb.Lease/LeaseTimeToLive {"ID":7,"keys":true} -nynyy
            etcdserverpb.Lease/LeaseTimeToLive {"ID":8,"keys":true} -nnnny
            etcdserverpb.Lease/LeaseLeases {} -nnnny
            etcdserverpb.Cluster/MemberAdd {"peerURLs":["http://127.0.0.1:1"]} -nnnny
            etcdserverpb.Cluster/MemberRemove {"ID":1} -nnnny
            etcdserverpb.Cluster/MemberUpdate {"ID":1,"peerURLs":["http://127.0.0.1:1"]} -nnnny
            etcdserverpb.Cluster/MemberPromote {"ID":1} -nnnny
            etcdserverpb.Cluster/MemberList {} -yyyyy
            etcdserverpb.Maintenance/Alarm {} -yyyyy
            etcdserverpb.Maintenance/Alarm {"action":"ACTIVATE","memberID":1,"alarm":"NOSPACE"} -nnnny
            etcdserverpb.Maintenance/Alarm {"action":"DEACTIVATE","memberID":1,"alarm":"NOSPACE"} -nnnny
            etcdserverpb.Maintenance/Status {} -yyyyy
            etcdserverpb.Maintenance/Defragment {} -nnnny
            etcdserverpb.Maintenance/Hash {} -nnnny
            etcdserverpb.Maintenance/HashKV {} -nnnny
            etcdserverpb.Maintenance/Snapshot {} -nnnny
            etcdserverpb.Maintenance/MoveLeader {"targetID":1} -nnnny
            etcdserverpb.Maintenance/Downgrade {"action":"CANCEL"} -nnnny
            etcdserverpb.Auth/AuthEnable {} -nnnny
            etcdserverpb.Auth/AuthDisable {} -nnnny
            etcdserverpb.Auth/AuthStatus {} yyyyyy
            etcdserverpb.Auth/Authenticate {"name":"reader","password":"pw"} yyyyyy
            etcdserverpb.Auth/UserAdd {"name":"new","options":{"no_password":true}} -nnnny
            etcdserverpb.Auth/UserGet {"name":"reader"} -nynny
            etcdserverpb.Auth/UserList {} -nnnny
            etcdserverpb.Auth/UserDelete {"name":"idle"} -nnnny
            etcdserverpb.Auth/UserChangePassword {"name":"reader","password":"x"} -nnnny
            etcdserverpb.Auth/UserGrantRole {"user":"idle","role":"reader"} -nnnny
            etcdserverpb.Auth/UserRevokeRole {"name":"reader","role":"reader"} -nnnny
            etcdserverpb.Auth/RoleAdd {"name":"new"} -nnnny
            etcdserverpb.Auth/RoleGet {"role":"reader"} -nynny
            etcdserverpb.Auth/RoleList {} -nnnny
            etcdserverpb.Auth/RoleDelete {"role":"reader"} -nnnny
            etcdserverpb.Auth/RoleGrantPermission {"name":"reader","perm":{"permType":"WRITE","key":"aw=="}} -nnnny
            etcdserverpb.Auth/RoleRevokePermission {"role":"reader","key":"aw==","range_end":"bA=="} -nnnny
            v3lockpb.Lock/Lock {"name":"a2w=","lease":9} -nnnyy
            v3lockpb.Lock/Lock {"name":"eg==","lease":9} -nnnny
            v3lockpb.Lock/Unlock {"key":"aw=="} -nnyyy
            v3lockpb.Lock/Unlock {"key":"eg=="} -nnnny
            v3electionpb.Election/Campaign {"name":"a2M=","lease":9,"value":"eA=="} -nnnyy
            v3electionpb.Election/Proclaim {"leader":{"key":"aw==","rev":"1","lease":9}} -nnnyy
            v3electionpb.Election/Resign {"leader":{"key":"aw==","rev":"1"}} -nnnyy
            v3electionpb.Election/Leader {"name":"aw=="} -nynyy
            v3electionpb.Election/Observe {"name":"aw=="} -nynyy
            grpc.health.v1.Health/Check {} yyyyyy
            grpc.health.v1.Health/Watch {} yyyyyy
            """;

    @Test
    void everybodyMayExactlyWhatTheTableSays() throws Exception {
        List<String> wrong = new ArrayList<>();
        Set<String> covered = new HashSet<>();
        Set<String> existing = new HashSet<>();
        for (String row : TABLE.lines().toList()) {
            String method = row.substring(0, row.indexOf(' '));
            String json = row.substring(row.indexOf(' ') + 1, row.lastIndexOf(' '));
            String expected = row.substring(row.lastIndexOf(' ') + 1);
            covered.add(method);
            try (WholeServer server = start()) {
                server.services
                        .definitions()
                        .forEach(service -> service.getMethods()
                                .forEach(each ->
                                        existing.add(each.getMethodDescriptor().getFullMethodName())));
                StringBuilder found = new StringBuilder();
                for (String caller : CALLERS) {
                    String token = caller.equals("stranger") ? "" : server.login(caller);
                    found.append(outcome(server.as(token), descriptor(method), json));
                }
                if (!found.toString().equals(expected)) {
                    wrong.add(method + " " + json + " " + found + " expected " + expected);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(covered).isEqualTo(existing);
    }

    private static WholeServer start() throws IOException {
        WholeServer server = new WholeServer();
        server.member.leaseGrant(7, 600).join();
        server.member.leaseGrant(8, 600).join();
        server.member.leaseGrant(9, 600).join();
        server.member.txn(Txn.of(put("k/leased", 7))).join();
        server.member.txn(Txn.of(put("z", 8))).join();
        server.addUser("idle");
        server.addUser("reader", WholeServer.permission(AuthState.Access.READ, "k", "l"));
        server.addUser("writer", WholeServer.permission(AuthState.Access.WRITE, "k", "l"));
        server.addUser("editor", WholeServer.permission(AuthState.Access.READ_WRITE, "k", "l"));
        server.enableAuth();
        return server;
    }

    private static Op put(String key, long lease) {
        return new Op.Put(Bytes.utf8(key), Bytes.utf8("x"), lease, false, false, false);
    }

    @SuppressWarnings("unchecked")
    private static MethodDescriptor<Message, Message> descriptor(String name) {
        Stream<MethodDescriptor<?, ?>> health = HealthGrpc.getServiceDescriptor().getMethods().stream();
        return Stream.concat(Gateway.methods().values().stream(), health)
                .filter(method -> method.getFullMethodName().equals(name))
                .map(method -> (MethodDescriptor<Message, Message>) method)
                .findFirst()
                .orElseThrow();
    }

    private static char outcome(Channel channel, MethodDescriptor<Message, Message> method, String json)
            throws Exception {
        var marshaller = (MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller();
        Message request = JsonDialect.read(json, marshaller.getMessagePrototype());
        CompletableFuture<String> first = new CompletableFuture<>();
        ClientCall<Message, Message> call = channel.newCall(method, CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(Message message) {
                        first.complete(message.toString());
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        first.complete(status.toString());
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(request);
        if (method.getType().clientSendsOneMessage()) {
            call.halfClose();
        }
        String text = first.get(20, TimeUnit.SECONDS);
        call.cancel("seen enough", null);
        if (text.contains("etcdserver: permission denied")) {
            return 'n';
        }
        return text.contains("etcdserver: user name is empty") ? '-' : 'y';
    }

    @Test
    void aRowHasAColumnForEverybody() {
        assertThat(TABLE.lines())
                .allSatisfy(row ->
                        assertThat(row.substring(row.lastIndexOf(' ') + 1)).hasSize(CALLERS.size()));
    }
}
