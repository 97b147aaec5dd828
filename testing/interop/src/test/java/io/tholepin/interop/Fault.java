package io.tholepin.interop;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What goes wrong in a round, while clients read and write. Each leaves every member running and reachable. */
enum Fault {
    KILL_LEADER {
        @Override
        void strike(Scene scene) {
            scene.killAndStart(List.of(scene.leader()));
        }
    },
    KILL_FOLLOWER {
        @Override
        void strike(Scene scene) {
            scene.killAndStart(List.of(scene.follower()));
        }
    },
    KILL_MAJORITY {
        @Override
        void strike(Scene scene) {
            int leader = scene.leader();
            scene.killAndStart(List.of(leader, (leader + 1) % 3));
        }
    },
    KILL_ALL {
        @Override
        void strike(Scene scene) {
            scene.killAndStart(List.of(0, 1, 2));
        }
    },
    STOP_LEADER {
        @Override
        void strike(Scene scene) {
            int leader = scene.leader();
            EtcdMember member = scene.cluster().member(leader);
            member.pause();
            // Reads that wait at its door while others elect another and go on: none may be answered from the past.
            for (long waited = 0; waited < 3000; waited += 50) {
                String key = FaultLoad.PREFIX + scene.random().nextInt(6);
                Thread.startVirtualThread(() -> scene.load().get(leader, key, false, 15));
                EtcdCluster.pause(50);
            }
            member.resume();
            EtcdCluster.pause(500);
        }
    },
    STOP_FOLLOWER {
        @Override
        void strike(Scene scene) {
            EtcdMember member = scene.cluster().member(scene.follower());
            member.pause();
            scene.wait(500, 4000);
            member.resume();
        }
    },
    STUTTER {
        @Override
        void strike(Scene scene) {
            EtcdMember member = scene.cluster().member(scene.random().nextInt(3));
            for (int i = 0; i < 8; i++) {
                member.pause();
                scene.wait(30, 600);
                member.resume();
                scene.wait(10, 200);
            }
        }
    },
    CUT_LEADER {
        @Override
        void strike(Scene scene) {
            scene.network().cutPeers(scene.leader());
            scene.wait(1500, 4000);
            scene.network().heal();
        }
    },
    CUT_FOLLOWER {
        @Override
        void strike(Scene scene) {
            scene.network().cutPeers(scene.follower());
            scene.wait(500, 4000);
            scene.network().heal();
        }
    },
    CUT_LEADER_FROM_ALL {
        @Override
        void strike(Scene scene) {
            int leader = scene.leader();
            scene.network().cutPeers(leader);
            scene.network().cutClients(leader);
            scene.wait(1500, 4000);
            scene.network().heal();
        }
    },
    CUT_EVERYONE {
        @Override
        void strike(Scene scene) {
            for (int i = 0; i < 3; i++) {
                scene.network().cutPeers(i);
            }
            scene.wait(1000, 3000);
            scene.network().heal();
        }
    },
    CUT_ONE_WAY {
        @Override
        void strike(Scene scene) {
            int from = scene.random().nextInt(3);
            scene.network().cutOneWay(from, (from + 1 + scene.random().nextInt(2)) % 3);
            scene.wait(1500, 4000);
            scene.network().heal();
        }
    },
    FULL_DISK {
        @Override
        void strike(Scene scene) {
            int index = scene.random().nextInt(3);
            EtcdMember member = scene.cluster().member(index);
            Path filler = member.data().resolveSibling("filler");
            fill(filler);
            scene.wait(1500, 3000);
            boolean died = !member.isAlive();
            EtcdLike.shell("rm", "-r", filler.toString());
            member.kill();
            member.start();
            scene.note(died ? "it stopped" : "it went on");
        }
    },
    TORN_RECORD {
        @Override
        void strike(Scene scene) {
            // Cut off, a leader appends what no other has: the end of its log may be lost without a broken promise.
            int leader = scene.leader();
            EtcdMember member = scene.cluster().member(leader);
            scene.network().cutPeers(leader);
            EtcdCluster.pause(700);
            member.kill();
            scene.note(tear(member.data(), 1 + scene.random().nextInt(40)));
            scene.network().heal();
            member.start();
        }
    },
    CLOCK_JUMP {
        @Override
        void strike(Scene scene) {
            EtcdMember member = scene.cluster().member(scene.leader());
            Path clock = member.data().resolveSibling("clock");
            write(clock, "+0");
            member.kill();
            member.environment().put("LD_PRELOAD", EtcdLike.CLIENTS.resolve("libfaketime.so.1").toString());
            member.environment().put("FAKETIME_TIMESTAMP_FILE", clock.toString());
            member.environment().put("FAKETIME_NO_CACHE", "1");
            member.environment().put("DONT_FAKE_MONOTONIC", "1");
            member.environment().put("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            member.start();
            scene.cluster().awaitHealthy();
            write(clock, "+3600");
            scene.wait(1000, 2000);
            write(clock, "-3600");
            scene.wait(1000, 2000);
            member.environment().clear();
            member.kill();
            member.start();
        }
    },
    ROLLING_RESTART {
        @Override
        void strike(Scene scene) {
            for (EtcdMember member : scene.cluster().members()) {
                member.stop();
                member.start();
                scene.cluster().awaitHealthy();
            }
        }
    };

    /** Where a fault strikes. */
    interface Scene {
        EtcdCluster cluster();

        NamespaceNetwork network();

        FaultLoad load();

        Random random();

        /** Something to say in the round's row. */
        void note(String text);

        /** Lets a random time go by; milliseconds. */
        default void wait(int from, int to) {
            EtcdCluster.pause(from + random().nextInt(to - from));
        }

        default int leader() {
            return cluster().leader();
        }

        default int follower() {
            return (cluster().leader() + 1 + random().nextInt(2)) % 3;
        }

        default void killAndStart(List<Integer> indexes) {
            indexes.forEach(index -> cluster().member(index).kill());
            wait(100, 3000);
            indexes.forEach(index -> cluster().member(index).start());
        }
    }

    abstract void strike(Scene scene);

    /** Whether the kind of server can be made to suffer it: a Go program takes its time from no library. */
    boolean appliesTo(EtcdLike kind) {
        return this != CLOCK_JUMP
                || kind.isThole() && Files.exists(EtcdLike.CLIENTS.resolve("libfaketime.so.1"));
    }

    private static void fill(Path filler) {
        // The member writes beside it, so that what was free may be gone: then less is.
        for (int tries = 0; tries < 20 && free(filler) > 0; tries++) {
            Path part = filler.resolve(Integer.toString(tries));
            try {
                EtcdLike.shell("fallocate", "-l", Long.toString(free(filler)), part.toString());
            } catch (IllegalStateException overtaken) {
                delete(part);
            }
        }
    }

    private static long free(Path filler) {
        try {
            return Files.getFileStore(Files.createDirectories(filler)).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts bytes off the written end of the newest log file below a folder; says what it did. */
    private static String tear(Path data, int bytes) {
        try (Stream<Path> files = Files.walk(data)) {
            Path newest = files.filter(file -> file.toString().matches(".*\\.(wal|log)"))
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .orElseThrow(() -> new IllegalStateException("no log file below " + data));
            try (RandomAccessFile file = new RandomAccessFile(newest.toFile(), "rw")) {
                long end = writtenEnd(file);
                long keep = Math.max(0, end - bytes);
                file.setLength(keep);
                return newest.getFileName() + " " + end + " to " + keep;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the zeros begin that a file was stretched with. */
    private static long writtenEnd(RandomAccessFile file) throws IOException {
        byte[] block = new byte[64 << 10];
        for (long start = (file.length() - 1) / block.length * block.length; start >= 0; start -= block.length) {
            file.seek(start);
            int read = file.read(block);
            for (int i = read - 1; i >= 0; i--) {
                if (block[i] != 0) {
                    return start + i + 1;
                }
            }
        }
        return 0;
    }
}
