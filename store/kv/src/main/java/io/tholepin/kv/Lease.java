package io.tholepin.kv;

import java.util.List;

/**
 * A lease as its owner sees it.
 *
 * @param grantedTtlSeconds what was granted
 * @param remainingTtlSeconds whole seconds left; -1 when there is no such lease
 * @param keys attached keys in key order; empty unless asked for
 */
public record Lease(long id, long grantedTtlSeconds, long remainingTtlSeconds, List<Bytes> keys) {}
