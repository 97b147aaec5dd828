package io.tholepin.launcher;

import io.tholepin.etcdsnapshot.EtcdSnapshot;
import io.tholepin.kv.StoreImage;
import io.tholepin.replica.StoppedMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code thole store export FILE}: what a stopped member holds, as a snapshot file that etcd's tools take. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Write what a stopped member holds as a snapshot that etcdutl snapshot restore takes.",
            "Of a member that runs, etcdctl snapshot save makes the same."
        })
final class StoreExport implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The snapshot to write; replaced when it is there.")
    private Path file;

    @Option(names = "--data-dir", paramLabel = "DIR", required = true, description = "Folder of the member's data.")
    private Path folder;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    StoreExport() {}

    @Override
    public Integer call() {
        System.setProperty(LogSetup.LEVEL, "warn");
        if (!Files.isDirectory(folder)) {
            throw new Refusal("--data-dir: " + folder + " is not a folder (expected: a member's data)", null);
        }
        try (StoppedMember member = StoppedMember.open(folder);
                StoreImage image = member.image()) {
            EtcdSnapshot.write(image, file);
            spec.commandLine()
                    .getOut()
                    .println(String.format(
                            Locale.ROOT,
                            "exported revision %d to %s (%.1f MB)",
                            image.revision(),
                            file,
                            Files.size(file) / 1e6));
            spec.commandLine().getOut().flush();
            return 0;
        } catch (IOException e) {
            throw new Refusal("cannot export " + folder + ": " + e.getMessage(), e);
        }
    }
}
