package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * The metadata that the server owns: uid, times, generated names, the namespace of the request. Thread-safe if its
 * source of chance is. Source: contract 2.2, 2.3.
 */
final class SystemFields {
    /** Characters of a generated name's suffix: no vowels, nothing that looks like something else. */
    private static final String SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private static final int SUFFIX_CHARS = 5;
    private static final int GENERATED_PREFIX_CHARS_MAX = 58;

    private final InstantSource clock;
    private final RandomGenerator chance;

    SystemFields(InstantSource clock, RandomGenerator chance) {
        this.clock = clock;
        this.chance = chance;
    }

    /** Now, in whole seconds as metadata carries it. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /** A time as metadata carries it: RFC 3339 in UTC. */
    static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /**
     * Whatever the client says of them, a new object's uid and creation time are the server's and nothing else is set.
     */
    void stamp(Map<String, Object> object) {
        Map<String, Object> metadata = Json.child(object, "metadata");
        metadata.remove("selfLink");
        metadata.remove("deletionTimestamp");
        metadata.remove("deletionGracePeriodSeconds");
        metadata.remove("managedFields");
        metadata.put("uid", uid());
        metadata.put("creationTimestamp", text(now()));
    }

    /** A random UUID of version 4. */
    String uid() {
        long high = chance.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L;
        long low = chance.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    /** {@code generateName}, cut to 58 characters, and five random ones. */
    String generatedName(String prefix) {
        StringBuilder name =
                new StringBuilder(prefix.substring(0, Math.min(prefix.length(), GENERATED_PREFIX_CHARS_MAX)));
        for (int i = 0; i < SUFFIX_CHARS; i++) {
            name.append(SUFFIX_ALPHABET.charAt(chance.nextInt(SUFFIX_ALPHABET.length())));
        }
        return name.toString();
    }

    /** A random number below {@code bound}. */
    int below(int bound) {
        return chance.nextInt(bound);
    }

    /**
     * The object's namespace must be the request's; an empty one becomes it.
     *
     * @param namespace empty for a cluster-scoped resource, which has none whatever the body says
     */
    static void namespace(Map<String, Object> object, String namespace) {
        Map<String, Object> metadata = Json.child(object, "metadata");
        String given = Json.string(metadata, "namespace");
        if (namespace.isEmpty()) {
            metadata.remove("namespace");
        } else if (given.isEmpty()) {
            metadata.put("namespace", namespace);
        } else if (!given.equals(namespace)) {
            throw StatusException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    /** The object's name must be the URL's; an empty one becomes it. */
    static void name(Map<String, Object> object, String name) {
        Map<String, Object> metadata = Json.child(object, "metadata");
        String given = Json.string(metadata, "name");
        if (given.isEmpty()) {
            metadata.put("name", name);
        } else if (!given.equals(name)) {
            throw StatusException.badRequest(
                    "the name of the object (" + given + ") does not match the name on the URL (" + name + ")");
        }
    }

    /** What an update cannot change, whatever the client sends, and what it may leave out. */
    static void keep(Map<String, Object> fresh, Map<String, Object> old) {
        Map<String, Object> metadata = Json.child(fresh, "metadata");
        Map<String, Object> before = Json.child(old, "metadata");
        metadata.remove("selfLink");
        metadata.remove("managedFields");
        take(metadata, before, "creationTimestamp");
        if (before.get("deletionTimestamp") != null) {
            take(metadata, before, "deletionTimestamp");
        }
        if (Json.string(metadata, "uid").isEmpty()) {
            take(metadata, before, "uid");
        }
        if (metadata.get("deletionGracePeriodSeconds") == null) {
            take(metadata, before, "deletionGracePeriodSeconds");
        }
    }

    private static void take(Map<String, Object> metadata, Map<String, Object> before, String field) {
        Object value = before.get(field);
        if (value == null) {
            metadata.remove(field);
        } else {
            metadata.put(field, value);
        }
    }

    /** The precondition of an update that names a uid. */
    static void checkUid(ResourceType type, Map<String, Object> fresh, String key, String actual) {
        String wanted = Json.string(fresh, "metadata", "uid");
        if (!wanted.isEmpty() && !wanted.equals(actual)) {
            throw StatusException.conflict(
                    type,
                    Json.string(fresh, "metadata", "name"),
                    "StorageError: invalid object, Code: 4, Key: " + key
                            + ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
                            + wanted + ", UID in object meta: " + actual);
        }
    }
}
