package io.tholepin.keyspace;

import io.tholepin.kv.Event;
import java.util.List;

/**
 * What became visible with one {@link Keyspace#commit}.
 *
 * @param revision the store's revision after it
 * @param events every change since the commit before, in order of revision and then of change; each carries the pair
 *     before if there was one and it was in memory, else {@link Keyspace#withPrevious} reads it
 * @param tokens the tokens assigned since the commit before, in the order of the log; kept nowhere else
 * @param membersChanged whether {@link Keyspace#members} is another than at the commit before
 */
public record Committed(long revision, List<Event> events, List<Command.AssignToken> tokens, boolean membersChanged) {}
