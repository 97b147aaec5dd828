package io.tholepin.replica;

import io.tholepin.keyspace.TxnRules;
import io.tholepin.kv.Cluster;
import io.tholepin.kv.StoreObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a {@link ReplicaStore} is set up. Start from {@link #in} and replace what differs. Defaults are etcd's unless a
 * constant says otherwise.
 *
 * @param folder where its data is; created with mode 0700 when missing, locked while the store is open
 * @param logFolder where the Raft log is when not in {@code folder}, for instance on a device of its own; once data
 *     exists it must stay the same
 * @param member what the others see of this member
 * @param peers how it reaches the other members; without, the cluster has this member alone, and no socket is opened
 * @param timing heartbeats and elections
 * @param compaction what is compacted by itself
 * @param upkeep when the state is flushed, and what is checked by itself
 * @param quotaBytes most bytes in use before NO_SPACE is raised; 0 for {@link
 *     io.tholepin.keyspace.Quota#BYTES_DEFAULT},
 *     negative for no limit
 * @param limits how much one request may bring; members may differ in it
 * @param syncLog whether the log is synced to disk before a write is answered; without, a crash of the machine may lose
 *     acknowledged writes and break the cluster: for tests alone
 * @param forceNewCluster forget all other members at this start and go on alone with the data of this one; the way out
 *     when a majority is gone for ever
 * @param confirmReads ask the Raft engine before each linearizable read even while this member is the only voter, where
 *     its own state is known to be the newest; costs a round of thread hand-overs
 * @param observer hears of what the member does
 */
public record ReplicaConfig(
        Path folder,
        Optional<Path> logFolder,
        Member member,
        Optional<Peers> peers,
        Timing timing,
        Compaction compaction,
        Upkeep upkeep,
        long quotaBytes,
        TxnRules.Limits limits,
        boolean syncLog,
        boolean forceNewCluster,
        boolean confirmReads,
        StoreObserver observer) {
    /** What {@code kube-apiserver} has by default. */
    public static final Duration COMPACTION_INTERVAL = Duration.ofMinutes(5);

    /**
     * Defaults: one member named "default", compaction as kube-apiserver has it.
     *
     * @param folder where its data is
     */
    public static ReplicaConfig in(Path folder) {
        return new ReplicaConfig(
                folder,
                Optional.empty(),
                new Member("default", List.of()),
                Optional.empty(),
                Timing.DEFAULT,
                new Compaction.Periodic(COMPACTION_INTERVAL),
                Upkeep.DEFAULT,
                0,
                TxnRules.Limits.DEFAULT,
                true,
                false,
                false,
                StoreObserver.NONE);
    }

    /** The same with another folder for the log. */
    public ReplicaConfig withLogFolder(Path other) {
        return new ReplicaConfig(
                folder,
                Optional.of(other),
                member,
                peers,
                timing,
                compaction,
                upkeep,
                quotaBytes,
                limits,
                syncLog,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same with another name or other client URLs. */
    public ReplicaConfig withMember(Member other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                other,
                peers,
                timing,
                compaction,
                upkeep,
                quotaBytes,
                limits,
                syncLog,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same as a member of a cluster that may have others. */
    public ReplicaConfig withPeers(Peers other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                Optional.of(other),
                timing,
                compaction,
                upkeep,
                quotaBytes,
                limits,
                syncLog,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same with another pace. */
    public ReplicaConfig withTiming(Timing other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                other,
                compaction,
                upkeep,
                quotaBytes,
                limits,
                syncLog,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same with another compaction. */
    public ReplicaConfig withCompaction(Compaction other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                timing,
                other,
                upkeep,
                quotaBytes,
                limits,
                syncLog,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same with other upkeep. */
    public ReplicaConfig withUpkeep(Upkeep other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                timing,
                compaction,
                other,
                quotaBytes,
                limits,
                syncLog,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same with another quota. */
    public ReplicaConfig withQuotaBytes(long other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                timing,
                compaction,
                upkeep,
                other,
                limits,
                syncLog,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same with other limits of a request. */
    public ReplicaConfig withLimits(TxnRules.Limits other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                timing,
                compaction,
                upkeep,
                quotaBytes,
                other,
                syncLog,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same with or without syncing the log. */
    public ReplicaConfig withSyncLog(boolean other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                timing,
                compaction,
                upkeep,
                quotaBytes,
                limits,
                other,
                forceNewCluster,
                confirmReads,
                observer);
    }

    /** The same, going on alone or not. */
    public ReplicaConfig withForceNewCluster(boolean other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                timing,
                compaction,
                upkeep,
                quotaBytes,
                limits,
                syncLog,
                other,
                confirmReads,
                observer);
    }

    /** The same with or without asking before each read. */
    public ReplicaConfig withConfirmReads(boolean other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                timing,
                compaction,
                upkeep,
                quotaBytes,
                limits,
                syncLog,
                forceNewCluster,
                other,
                observer);
    }

    /** The same with another observer. */
    public ReplicaConfig withObserver(StoreObserver other) {
        return new ReplicaConfig(
                folder,
                logFolder,
                member,
                peers,
                timing,
                compaction,
                upkeep,
                quotaBytes,
                limits,
                syncLog,
                forceNewCluster,
                confirmReads,
                other);
    }

    /**
     * What the others see of a member; told to them when it starts.
     *
     * @param name not empty
     * @param clientUrls where clients reach it
     */
    public record Member(String name, List<String> clientUrls) {
        public Member {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("name is empty");
            }
            clientUrls = List.copyOf(clientUrls);
        }
    }

    /**
     * How a member and the others reach each other.
     *
     * @param listenUrls where it listens for peers: {@code http://} or {@code https://} with an address and a port (0
     *     for any free one)
     * @param advertiseUrls where the others reach it; they name the member: see {@code MemberIds}
     * @param initialCluster peer URLs by member name; the advertised URLs must be among them
     * @param token what tells clusters with the same URLs apart
     * @param existing join the cluster that the initial cluster's other members are in, instead of making a new one;
     *     asked for only while the folder is empty
     * @param tls for https
     * @param learnersMax most learners at a time
     * @param strict refuse membership changes that could cost the quorum
     */
    public record Peers(
            List<String> listenUrls,
            List<String> advertiseUrls,
            Map<String, List<String>> initialCluster,
            String token,
            boolean existing,
            PeerTls tls,
            int learnersMax,
            boolean strict) {
        /** etcd's default token. */
        public static final String TOKEN = "etcd-cluster";

        public Peers {
            listenUrls = List.copyOf(listenUrls);
            advertiseUrls = List.copyOf(advertiseUrls);
            initialCluster = Map.copyOf(initialCluster);
            if (advertiseUrls.isEmpty()) {
                throw new IllegalArgumentException("no peer URL is advertised");
            }
        }

        /** A new cluster without TLS, with etcd's defaults. */
        public static Peers of(
                List<String> listenUrls, List<String> advertiseUrls, Map<String, List<String>> initialCluster) {
            return new Peers(
                    listenUrls, advertiseUrls, initialCluster, TOKEN, false, PeerTls.NONE, Cluster.LEARNERS_MAX, true);
        }

        /** The same with certificates. */
        public Peers withTls(PeerTls other) {
            return new Peers(listenUrls, advertiseUrls, initialCluster, token, existing, other, learnersMax, strict);
        }

        /** The same for a cluster that exists already, or not. */
        public Peers withExisting(boolean other) {
            return new Peers(listenUrls, advertiseUrls, initialCluster, token, other, tls, learnersMax, strict);
        }

        /** The same with or without the strict check of membership changes. */
        public Peers withStrict(boolean other) {
            return new Peers(listenUrls, advertiseUrls, initialCluster, token, existing, tls, learnersMax, other);
        }

        /** The same with another limit of learners. */
        public Peers withLearnersMax(int other) {
            return new Peers(listenUrls, advertiseUrls, initialCluster, token, existing, tls, other, strict);
        }

        /** The same with another token. */
        public Peers withToken(String other) {
            return new Peers(listenUrls, advertiseUrls, initialCluster, other, existing, tls, learnersMax, strict);
        }
    }

    /**
     * Certificates between members, in PEM files that are read again when they change. A member shows its certificate
     * both when it is called and when it calls, unless it has another for the latter.
     *
     * @param certFile certificate and chain
     * @param keyFile PKCS #8 or traditional RSA or EC key, not encrypted
     * @param caFile authorities that certificates of peers must come from; without, the system's
     * @param clientCertAuth whether who calls must show a certificate of {@code caFile}
     * @param callers whose certificate is good enough to call
     * @param believing whether any certificate of who is called will do: each member has made its own, so that what
     *     they say is secret, and nobody knows from whom it comes
     * @param calling the certificate and the key to call with, when they are others
     * @param strength versions and cipher suites
     */
    public record PeerTls(
            Optional<Path> certFile,
            Optional<Path> keyFile,
            Optional<Path> caFile,
            boolean clientCertAuth,
            Callers callers,
            boolean believing,
            Optional<Calling> calling,
            Strength strength) {
        /**
         * What a caller's certificate must have besides a trusted authority.
         *
         * @param commonNames its common name is one of these; empty for any
         * @param hostnames it is for one of these names or addresses; empty for any
         * @param crlFile it is not among those that were revoked
         */
        public record Callers(List<String> commonNames, List<String> hostnames, Optional<Path> crlFile) {
            /** Any. */
            public static final Callers ANY = new Callers(List.of(), List.of(), Optional.empty());

            public Callers {
                commonNames = List.copyOf(commonNames);
                hostnames = List.copyOf(hostnames);
            }
        }

        /** A certificate and its key, in PEM files. */
        public record Calling(Path certFile, Path keyFile) {}

        /**
         * How strong the encryption has to be.
         *
         * @param protocols TLS versions in JSSE's spelling
         * @param cipherSuites in JSSE's spelling; empty for the platform's own choice
         */
        public record Strength(List<String> protocols, List<String> cipherSuites) {
            /** TLS 1.2 and 1.3. */
            public static final Strength DEFAULT = new Strength(List.of("TLSv1.3", "TLSv1.2"), List.of());

            public Strength {
                protocols = List.copyOf(protocols);
                cipherSuites = List.copyOf(cipherSuites);
            }
        }

        /** No certificates. */
        public static final PeerTls NONE =
                new PeerTls(Optional.empty(), Optional.empty(), Optional.empty(), false, Optional.empty());

        /** Certificates that can be checked, perhaps of one common name alone. */
        public PeerTls(
                Optional<Path> certFile,
                Optional<Path> keyFile,
                Optional<Path> caFile,
                boolean clientCertAuth,
                Optional<String> allowedCommonName) {
            this(
                    certFile,
                    keyFile,
                    caFile,
                    clientCertAuth,
                    new Callers(allowedCommonName.stream().toList(), List.of(), Optional.empty()),
                    false,
                    Optional.empty(),
                    Strength.DEFAULT);
        }

        /** A certificate that this member made for itself, as the others do. */
        public static PeerTls selfSigned(Path certFile, Path keyFile) {
            return new PeerTls(
                    Optional.of(certFile),
                    Optional.of(keyFile),
                    Optional.empty(),
                    false,
                    Callers.ANY,
                    true,
                    Optional.empty(),
                    Strength.DEFAULT);
        }

        /** The same for these callers. */
        public PeerTls withCallers(Callers other) {
            return new PeerTls(certFile, keyFile, caFile, clientCertAuth, other, believing, calling, strength);
        }

        /** The same, calling with another certificate. */
        public PeerTls withCalling(Optional<Calling> other) {
            return new PeerTls(certFile, keyFile, caFile, clientCertAuth, callers, believing, other, strength);
        }

        /** The same as strong as this. */
        public PeerTls withStrength(Strength other) {
            return new PeerTls(certFile, keyFile, caFile, clientCertAuth, callers, believing, calling, other);
        }
    }

    /**
     * The pace of the cluster; equal on all members.
     *
     * @param heartbeatMillis how often a leader is heard of
     * @param electionMillis after how long without one an election begins; at least five heartbeats, at most 50 000
     */
    public record Timing(int heartbeatMillis, int electionMillis) {
        /** etcd's. */
        public static final Timing DEFAULT = new Timing(100, 1000);

        /** Longest wait of a request: etcd's 5 s plus two election timeouts. Source: contract 2.9. */
        long requestNanos() {
            return 1_000_000L * (5_000 + 2L * electionMillis);
        }

        public Timing {
            if (heartbeatMillis < 1) {
                throw new IllegalArgumentException("heartbeatMillis: " + heartbeatMillis + " (expected: >= 1)");
            }
            if (electionMillis < 5L * heartbeatMillis || electionMillis > 50_000) {
                throw new IllegalArgumentException(
                        "electionMillis: " + electionMillis + " (expected: " + 5L * heartbeatMillis + " .. 50000)");
            }
        }
    }

    /** What a leader compacts by itself. Source: contract 2.6. */
    public sealed interface Compaction {
        /** Nothing. */
        record None() implements Compaction {}

        /**
         * What is older than {@code retention}: for the first time after that time, then again each time it has passed
         * but at least hourly.
         */
        record Periodic(Duration retention) implements Compaction {
            public Periodic {
                if (retention.isNegative() || retention.isZero()) {
                    throw new IllegalArgumentException("retention: " + retention + " (expected: > 0)");
                }
            }
        }

        /** All but the last {@code retained} revisions, every five minutes. */
        record Revisions(long retained) implements Compaction {
            public Revisions {
                if (retained < 1) {
                    throw new IllegalArgumentException("retained: " + retained + " (expected: >= 1)");
                }
            }
        }
    }

    /**
     * What a member does by itself.
     *
     * @param snapshotEntries log entries after which the state is flushed to disk and the log before the flush before
     *     is
     *     dropped
     * @param logBytesMax the same in bytes of log, whichever comes first; about twice this is kept and read again after
     *     a crash, or sent to a member that was away
     * @param corruptionCheck how often a leader compares the members' data; zero for never
     * @param compactionCheck how often it does so when there was a compaction since; zero for never
     */
    public record Upkeep(long snapshotEntries, long logBytesMax, Duration corruptionCheck, Duration compactionCheck) {
        /** Enough to make flushes rare, little enough to be read again in well under a second. */
        public static final long LOG_BYTES_MAX = 32L << 20;

        /** etcd's entries, our bytes, no check. */
        public static final Upkeep DEFAULT = new Upkeep(10_000, LOG_BYTES_MAX, Duration.ZERO, Duration.ZERO);

        public Upkeep {
            if (snapshotEntries < 1) {
                throw new IllegalArgumentException("snapshotEntries: " + snapshotEntries + " (expected: >= 1)");
            }
            if (logBytesMax < 1) {
                throw new IllegalArgumentException("logBytesMax: " + logBytesMax + " (expected: >= 1)");
            }
        }
    }
}
