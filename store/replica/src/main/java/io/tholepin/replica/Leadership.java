package io.tholepin.replica;

/**
 * Who leads, as far as this member knows. Written by the engine's thread, read by any.
 *
 * @param leader member id, 0 for none
 * @param term in which it leads; the last one known when nobody does
 * @param here whether it is this member, and it has applied every entry of earlier terms
 */
record Leadership(long leader, long term, boolean here) {
    /** Nobody, in no term. */
    static final Leadership NONE = new Leadership(0, 0, false);

    boolean isKnown() {
        return leader != 0;
    }

    static Leadership here(long self, long term) {
        return new Leadership(self, term, true);
    }

    static Leadership at(long leader, long term) {
        return new Leadership(leader, term, false);
    }

    static Leadership none(long term) {
        return new Leadership(0, term, false);
    }
}
