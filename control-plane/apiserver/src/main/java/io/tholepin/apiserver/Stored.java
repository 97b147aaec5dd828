package io.tholepin.apiserver;

import java.util.Map;

/**
 * One object as the store has or had it.
 *
 * @param object with kind, apiVersion and resourceVersion; shared, so nobody changes it
 * @param revision revision of its last change
 */
record Stored(Map<String, Object> object, long revision) {}
