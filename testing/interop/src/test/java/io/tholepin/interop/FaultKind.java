package io.tholepin.interop;

import java.util.Locale;

/** What can be done to members while clients use them. */
enum FaultKind {
    /** SIGKILL of the leader; started again. */
    KILL_LEADER,
    /** SIGKILL of a follower; started again. */
    KILL_FOLLOWER,
    /** SIGKILL of two, so that one is left without a quorum. */
    KILL_TWO,
    /** SIGKILL of all. */
    KILL_ALL,
    /** SIGSTOP of the leader; when another leads and a newer value is written, SIGCONT with reads already waiting. */
    PAUSE_LEADER,
    /** SIGSTOP of a follower. */
    PAUSE_FOLLOWER,
    /** No packet between the leader and its peers; clients reach all. */
    CUT_LEADER,
    /** No packet between a follower and its peers. */
    CUT_FOLLOWER,
    /** Packets are lost in some directions between some members and not in others. */
    CUT_ONE_WAY,
    /** A member without any network. */
    UNPLUG,
    /** What members send waits and is lost in a narrow queue. */
    SLOW_NETWORK,
    /** Not one free byte on a member's disk. */
    FULL_DISK,
    /** SIGKILL, and the end of the log as a write that was under way leaves it. */
    TORN_RECORD,
    /** A member's wall clock jumps, an hour or a day, forwards or back. */
    CLOCK_JUMP,
    /** The leader hands over, again and again. */
    MOVE_LEADER,
    /** History is compacted and members defragmented, and one of them is killed meanwhile. */
    COMPACT,
    /** A member is away while more is written than the log keeps. */
    AWAY,
    /** A follower is killed, and while it is away the leader stops for a moment: nobody has a quorum. */
    KILL_AND_PAUSE,
    /** SIGSTOP and SIGCONT of one member, again and again. */
    STUTTER,
    /** No packet between any two members. */
    CUT_ALL;

    /** As on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The kind of that label. */
    static FaultKind named(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
