package io.tholepin.kv;

/**
 * One key as of one revision.
 *
 * @param createRevision revision that (re)created the key
 * @param modRevision revision of its last change
 * @param version 1 at creation, plus one for each put, 0 in a delete event
 * @param lease lease it is attached to, 0 for none
 */
public record KeyValue(Bytes key, Bytes value, long createRevision, long modRevision, long version, long lease) {}
