/**
 * The deterministic state machine of the store: the same commands in the same order give the same answers, revisions
 * and events.
 *
 * <p>Start with {@link io.tholepin.keyspace.Keyspace}: one owner thread applies {@link io.tholepin.keyspace.Command}s
 * and commits, any thread reads. Behind it: {@code KeyIndex}, an immutable counted tree of all keys, {@code KeyHistory}
 * and {@code Version}, the chain of a key's versions, and an {@link io.tholepin.keyspace.Engine} that keeps what must
 * last. {@code WriteTxn} and {@code Reader} hold the semantics, {@code Sweep} removes what compactions made invisible.
 *
 * <p>{@code ClusterBook} keeps what is not keys: {@code AuthRules}, {@code MemberRules} and {@code AlarmRules} say what
 * a command makes of it, readers see an immutable {@code ClusterState}. From a snapshot of the engine, which is one
 * commit, come {@code Hashes} and {@code KeyspaceImage}; {@link io.tholepin.keyspace.Restore} makes a state of an
 * image.
 *
 * <p>{@link io.tholepin.keyspace.WatchHub} brings changes to watchers on threads of its own. {@link
 * io.tholepin.keyspace.LocalStore} is the smallest complete store; the replica drives the same parts from its log.
 */
@NullMarked
package io.tholepin.keyspace;

import org.jspecify.annotations.NullMarked;
