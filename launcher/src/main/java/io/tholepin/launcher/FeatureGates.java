package io.tholepin.launcher;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code --feature-gates} says, in kube-apiserver's form: {@code Name=true,Other=false}.
 *
 * @param listsFromCache whether lists of the most recent state come from the watch caches
 */
record FeatureGates(boolean listsFromCache) {
    /** Upstream's name. */
    static final String CONSISTENT_LIST_FROM_CACHE = "ConsistentListFromCache";

    /** What holds without the flag. */
    static final FeatureGates DEFAULT = new FeatureGates(true);

    /**
     * Reads the flag's value; logs the names that mean nothing here.
     *
     * @throws Refusal when it has another form
     */
    static FeatureGates parse(String text) {
        Map<String, Boolean> gates = new TreeMap<>();
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String value = part.substring(equals + 1);
            if (equals < 1 || !value.equals("true") && !value.equals("false")) {
                throw new Refusal("--feature-gates: " + part + " (expected: NAME=true or NAME=false)", null);
            }
            gates.put(part.substring(0, equals), value.equals("true"));
        }
        Boolean lists = gates.remove(CONSISTENT_LIST_FROM_CACHE);
        if (!gates.isEmpty()) {
            System.getLogger(FeatureGates.class.getName())
                    .log(Level.INFO, "these feature gates have no effect here: {0}", String.join(", ", gates.keySet()));
        }
        return new FeatureGates(lists == null || lists);
    }
}
