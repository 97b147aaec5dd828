package io.tholepin.launcher;

import io.tholepin.etcdsnapshot.EtcdSnapshot;
import io.tholepin.kv.StoreImage;
import io.tholepin.kv.StoreObserver;
import io.tholepin.replica.StoppedMember;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code thole store restore FILE}, also called {@code import}: makes a new member's data folder from a snapshot. Every
 * member of a new cluster restores the same file, each with its own name and URLs, as with {@code etcdutl}.
 */
@Command(
        name = "restore",
        aliases = "import",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        sortOptions = false,
        description = {
            "Make the data folder of a new cluster's member from a snapshot file, ours or etcd's.",
            "Then start it with: thole store --data-dir DIR and the same --name and --initial-* flags."
        })
final class StoreRestore implements Callable<Integer> {
    private static final Set<String> NAMES = Set.of(
            "name", "data-dir", "wal-dir", "initial-cluster", "initial-cluster-token", "initial-advertise-peer-urls");

    /** The member's flags that decide who it will be. */
    static final List<EtcdFlag> FLAGS =
            EtcdFlags.ALL.stream().filter(flag -> NAMES.contains(flag.name())).toList();

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The snapshot.")
    private Path file;

    @Option(
            names = "--bump-revision",
            paramLabel = "N",
            defaultValue = "0",
            description = "Add N to the revision, so that clients who saw later ones notice (default: 0).")
    private long bump;

    @Option(
            names = "--mark-compacted",
            description = "Count every revision of the snapshot as compacted, so that old watches are told.")
    private boolean markCompacted;

    @Option(
            names = "--skip-hash-check",
            description = "Take a file without a digest, such as a copy of member/snap/db of a stopped etcd.")
    private boolean skipHashCheck;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    StoreRestore() {}

    @Override
    public Integer call() {
        if (bump < 0) {
            throw new Refusal("--bump-revision: " + bump + " (expected: >= 0)", null);
        }
        System.setProperty(LogSetup.LEVEL, "warn");
        MemberFlags flags = new MemberFlags(
                FlagValues.of(EtcdFlags.ALL, StoreFlags.given(spec.commandLine().getParseResult(), FLAGS), Map.of()));
        try (StoreImage image = EtcdSnapshot.read(file, !skipHashCheck)) {
            long revision = StoppedMember.restore(flags.member(StoreObserver.NONE), image, bump, markCompacted);
            spec.commandLine()
                    .getOut()
                    .println("restored revision " + revision + " into " + flags.folder()
                            + "; start it with: thole store" + " --data-dir " + flags.folder());
            spec.commandLine().getOut().flush();
            return 0;
        } catch (IOException | UncheckedIOException e) {
            throw new Refusal("cannot restore " + file + ": " + e.getMessage(), e);
        }
    }
}
