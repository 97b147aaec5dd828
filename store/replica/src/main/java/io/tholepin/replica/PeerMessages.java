package io.tholepin.replica;

/** What members say to each other, by number. Numbers are never given a new meaning. */
final class PeerMessages {
    /** Raft: JRaft's messages of the same names, as protobuf. */
    static final int APPEND_ENTRIES = 1;

    static final int REQUEST_VOTE = 2;
    static final int TIMEOUT_NOW = 3;
    static final int READ_INDEX = 4;
    static final int INSTALL_SNAPSHOT = 5;

    /** Are you there? The only message a connection sends by itself. */
    static final int PING = 10;

    /** Who are the members? Also from someone who is not one yet. */
    static final int MEMBERS = 11;

    /** Put this batch of commands into the log, as leader. */
    static final int PROPOSE = 12;

    /** Do this operation on leases, the membership or the leadership, as leader. */
    static final int LEAD = 13;

    /** What a follower asks while it catches up from a leader's state. */
    static final int RESYNC = 14;

    /** You are removed for ever. */
    static final int REMOVED = 15;

    /** What is the hash of your state at this revision? */
    static final int HASH = 16;

    /** It is your turn to return unused space to the file system, if there is enough of it. */
    static final int DEFRAGMENT = 17;

    private PeerMessages() {}
}
