package io.tholepin.interop;

import io.tholepin.contracts.FreePorts;
import java.util.List;

/**
 * Where the members of a cluster live: what address each listens on and how its process gets there. Members are counted
 * from 0.
 */
interface MemberNetwork extends AutoCloseable {
    /** The address that member {@code index} listens on for clients. */
    String clientHost(int index);

    /** The address that member {@code index} listens on for its peers. */
    String peerHost(int index);

    /** A port that is free there. */
    int freePort();

    /** The command that runs {@code command} at the member's place, as the same process. */
    List<String> at(int index, List<String> command);

    @Override
    void close();

    /** All on this machine's loopback. */
    static MemberNetwork loopback() {
        return new Loopback();
    }

    /** {@link #loopback()}. */
    final class Loopback implements MemberNetwork {
        @Override
        public String clientHost(int index) {
            return "127.0.0.1";
        }

        @Override
        public String peerHost(int index) {
            return "127.0.0.1";
        }

        @Override
        public int freePort() {
            return FreePorts.next();
        }

        @Override
        public List<String> at(int index, List<String> command) {
            return command;
        }

        @Override
        public void close() {}
    }
}
