package io.tholepin.keyspace;

import io.tholepin.kv.Event;
import java.util.List;

/**
 * What became visible with one {@link Keyspace#commit}.
 *
 * @param revision the store's revision after it
 * @param events every change since the commit before, in order of revision and then of change; each carries the pair
 *     before, if there was one
 */
public record Committed(long revision, List<Event> events) {}
