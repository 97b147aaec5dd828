package io.tholepin.schemagenerator;

/**
 * What Go's struct tags say about one field.
 *
 * @param pointer absent and zero differ
 * @param omitEmpty left out of JSON when zero; has no effect on a struct that is no pointer
 * @param omitZero a zero struct is left out of JSON
 * @param inlined the message's fields stand in the parent's JSON object
 * @param jsonName empty when it is the protobuf name
 */
record GoField(boolean pointer, boolean omitEmpty, boolean omitZero, boolean inlined, String jsonName) {
    /** The rule that most fields follow. */
    static final GoField USUAL = new GoField(false, true, false, false, "");

    /** Parses the flags behind a field number, the syntax is told at the head of go-fields.txt. */
    static GoField parse(String flags) {
        int equals = flags.indexOf('=');
        String name = equals < 0 ? "" : flags.substring(equals + 1);
        String marks = equals < 0 ? flags : flags.substring(0, equals);
        for (int i = 0; i < marks.length(); i++) {
            if ("*!z>".indexOf(marks.charAt(i)) < 0) {
                throw new IllegalArgumentException("flag: " + marks.charAt(i) + " (expected: one of * ! z > =)");
            }
        }
        return new GoField(marks.contains("*"), !marks.contains("!"), marks.contains("z"), marks.contains(">"), name);
    }
}
