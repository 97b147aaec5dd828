package io.tholepin.kv;

/** Something is wrong with a member; while it lasts the whole cluster refuses some requests. Source: contract 2.12. */
public record Alarm(long memberId, Type type) {
    /** What is wrong. */
    public enum Type {
        /** The database is above its quota: nothing that makes it larger is taken. */
        NO_SPACE,
        /** The member's data differs from the others': nothing is taken. */
        CORRUPT
    }
}
