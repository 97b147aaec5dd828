package io.tholepin.replica;

import static io.tholepin.replica.ReplicaStoreTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.Op;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Txn;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaClusterTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenAnywhereIsReadEverywhere() throws Exception {
        try (ReplicaCluster cluster = ReplicaCluster.ofThree(folder)) {
            for (ReplicaStore writer : cluster.members()) {
                long revision = put(writer, "k", cluster.name(writer));
                for (ReplicaStore reader : cluster.members()) {
                    assertThat(value(reader, "k")).isEqualTo(cluster.name(writer));
                    assertThat(await(reader.currentRevision())).isGreaterThanOrEqualTo(revision);
                }
            }
        }
    }

    static long put(ReplicaStore store, String key, String value) throws Exception {
        return await(store.txn(Txn.of(Op.Put.of(Bytes.utf8(key), Bytes.utf8(value)))))
                .revision();
    }

    static String value(ReplicaStore store, String key) throws Exception {
        return await(store.range(RangeRequest.of(KeyRange.key(Bytes.utf8(key)))))
                .kvs()
                .getFirst()
                .value()
                .toString();
    }
}
