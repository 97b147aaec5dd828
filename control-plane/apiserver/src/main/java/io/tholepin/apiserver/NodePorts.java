package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import java.math.BigInteger;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which node ports are taken, as one write sees it: the bitmap that Kubernetes keeps under one key. Free ones are
 * looked for above the static band first, which is left to those who ask for a number. Belongs to one attempt of one
 * write. Source: contract 6.4.
 */
final class NodePorts {
    static final int FIRST = 30_000;
    static final int LAST = 32_767;
    static final String RANGE = FIRST + "-" + LAST;
    private static final int COUNT = LAST - FIRST + 1;
    private static final int STATIC_BAND = Math.min(Math.max(16, COUNT / 32), 128);

    /** Where and as what the bitmap is stored; it is not served. */
    static final ResourceType STORED = new ResourceType(
            "",
            "v1",
            "ranges",
            "range",
            "RangeAllocation",
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            "k8s.io.api.core.v1.RangeAllocation",
            "/registry/ranges/");

    static final Bytes KEY = Bytes.utf8(STORED.key("", "servicenodeports"));

    private final ObjectCodec codec;
    private BigInteger taken;
    private boolean changed;

    private NodePorts(ObjectCodec codec, BigInteger taken) {
        this.codec = codec;
        this.taken = taken;
    }

    /** What the write's view says; nothing is taken when there is no bitmap yet. */
    static NodePorts of(View view, ObjectCodec codec) {
        Bytes stored = view.lookRaw(KEY);
        return new NodePorts(codec, stored == null ? BigInteger.ZERO : bitmap(codec.tree(stored, 0)));
    }

    private static BigInteger bitmap(Map<String, Object> range) {
        return new BigInteger(1, Base64.getDecoder().decode(Json.string(range, "data")));
    }

    static boolean inRange(long port) {
        return port >= FIRST && port <= LAST;
    }

    boolean isTaken(long port) {
        return taken.testBit((int) port - FIRST);
    }

    void take(long port) {
        taken = taken.setBit((int) port - FIRST);
        changed = true;
    }

    /** Gives a port back; one outside the range is none of ours. */
    void free(long port) {
        if (inRange(port)) {
            taken = taken.clearBit((int) port - FIRST);
            changed = true;
        }
    }

    /** Takes a free port; null when there is none. */
    @Nullable
    Long takeAny(SystemFields chance) {
        int upper = COUNT - STATIC_BAND;
        int start = chance.below(upper);
        for (int i = 0; i < COUNT; i++) {
            int offset = i < upper ? STATIC_BAND + (start + i) % upper : i - upper;
            if (!taken.testBit(offset)) {
                take(FIRST + offset);
                return (long) FIRST + offset;
            }
        }
        return null;
    }

    /** What to write, nothing when nothing changed. */
    List<Op> ops() {
        if (!changed) {
            return List.of();
        }
        byte[] magnitude = taken.toByteArray();
        int skip = magnitude.length > 1 && magnitude[0] == 0 ? 1 : 0;
        Map<String, Object> range = new LinkedHashMap<>();
        range.put("kind", "RangeAllocation");
        range.put("apiVersion", "v1");
        range.put("metadata", new LinkedHashMap<String, Object>());
        range.put("range", RANGE);
        byte[] data = java.util.Arrays.copyOfRange(magnitude, skip, magnitude.length);
        range.put("data", Base64.getEncoder().encodeToString(data));
        return List.of(Op.Put.of(KEY, codec.encode(range)));
    }
}
