package io.tholepin.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

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
        /** Below those that the system gives to clients, which might take one while its member is down. */
        private static final int PORT_MIN = 15_000;

        private static final int PORT_MAX = 32_000;

        private final Set<Integer> given = new HashSet<>();

        @Override
        public String clientHost(int index) {
            return "127.0.0.1";
        }

        @Override
        public String peerHost(int index) {
            return "127.0.0.1";
        }

        /** Never the same twice. */
        @Override
        public synchronized int freePort() {
            while (true) {
                int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
                if (given.add(port) && isFree(port)) {
                    return port;
                }
            }
        }

        private static boolean isFree(int port) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.isBound();
            } catch (BindException taken) {
                return false;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public List<String> at(int index, List<String> command) {
            return command;
        }

        @Override
        public void close() {}
    }
}
