package io.tholepin.replica;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How members and clusters get their ids, which every member must compute alike: as etcd does. Unsigned and not 0.
 * Source: contract 2.1.
 */
final class MemberIds {
    private MemberIds() {}

    /**
     * Id of a member.
     *
     * @param token of the cluster
     * @param seconds since the epoch when it was added to a running cluster, so that URLs may come again; null for a
     *     member of the initial cluster
     */
    static long member(List<String> peerUrls, String token, @Nullable Long seconds) {
        String text = String.join("", peerUrls.stream().sorted().toList()) + token + (seconds == null ? "" : seconds);
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Id of the cluster that these members begin. */
    static long cluster(Collection<Long> memberIds) {
        ByteBuffer ids = ByteBuffer.allocate(Long.BYTES * memberIds.size());
        memberIds.stream().sorted(Long::compareUnsigned).forEach(ids::putLong);
        return hash(ids.array());
    }

    /** As etcd writes ids. */
    static String text(long id) {
        return Long.toHexString(id);
    }

    private static long hash(byte[] bytes) {
        try {
            long id = ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(bytes))
                    .getLong();
            return id == 0 ? 1 : id;
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every JDK has SHA-1", missing);
        }
    }
}
