package io.tholepin.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that are larger than etcd's defaults allow, where the flags allow them, with jetcd: just below and above the
 * edge, through a leader and through a follower.
 */
class LimitsTest {
    private static final int BYTES_MAX = 6_000_000;
    private static final int OPS_MAX = 1_000;

    /** A key, tags, lengths and the log's header fit into it. */
    private static final int ROOM = 64;

    /** What a frame may have beyond the largest request. Source: contract 1.1. */
    private static final int FRAME_SLACK = 512 * 1024;

    @TempDir
    static Path folder;

    private static EtcdCluster cluster;

    @BeforeAll
    static void start() {
        EtcdLike kind = EtcdLike.underTest().with("--max-request-bytes=" + BYTES_MAX, "--max-txn-ops=" + OPS_MAX);
        kind.assumePresent();
        cluster = EtcdCluster.start(kind, 3, folder);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aValueUpToTheLimitIsStoredOnEveryMember() throws Exception {
        for (int writer = 0; writer < cluster.size(); writer++) {
            ByteSequence key = bytes("large" + writer);
            try (Client client = client(writer)) {
                await(client.getKVClient().put(key, value(BYTES_MAX - ROOM)));
                for (int reader = 0; reader < cluster.size(); reader++) {
                    try (Client other = client(reader)) {
                        ByteSequence read = await(other.getKVClient().get(key))
                                .getKvs()
                                .getFirst()
                                .getValue();
                        assertThat(read.size()).isEqualTo(BYTES_MAX - ROOM);
                    }
                }
            }
        }
    }

    @Test
    void aValueAboveTheLimitIsRefused() {
        try (Client client = client(0)) {
            assertRefused(client.getKVClient().put(bytes("k"), value(BYTES_MAX)), "etcdserver: request is too large");
            assertThatThrownBy(() -> await(client.getKVClient().put(bytes("k"), value(BYTES_MAX + FRAME_SLACK))))
                    .isInstanceOf(ExecutionException.class)
                    .hasStackTraceContaining("RESOURCE_EXHAUSTED");
        }
    }

    @Test
    void aTransactionMayHaveAsManyOperationsAsTheFlagSays() throws Exception {
        try (Client client = client(1)) {
            await(puts(client, OPS_MAX).commit());
            assertThat(await(client.getKVClient().get(bytes("op" + (OPS_MAX - 1))))
                            .getCount())
                    .isEqualTo(1);
            assertRefused(puts(client, OPS_MAX + 1).commit(), "etcdserver: too many operations in txn request");
        }
    }

    private static Txn puts(Client client, int count) {
        Op[] ops = new Op[count];
        for (int i = 0; i < count; i++) {
            ops[i] = Op.put(bytes("op" + i), bytes("v"), PutOption.DEFAULT);
        }
        return client.getKVClient().txn().Then(ops);
    }

    private static void assertRefused(CompletableFuture<?> request, String text) {
        assertThatThrownBy(() -> await(request))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining(text);
    }

    private static Client client(int member) {
        return Client.builder()
                .endpoints("http://" + cluster.member(member).client())
                .maxInboundMessageSize(2 * BYTES_MAX)
                .build();
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    private static ByteSequence value(int length) {
        return ByteSequence.from(new byte[length]);
    }

    private static <T> T await(CompletableFuture<T> request) throws Exception {
        return request.get(60, TimeUnit.SECONDS);
    }
}
