package io.tholepin.launcher;

import io.tholepin.etcdsnapshot.EtcdSnapshot;
import io.tholepin.objects.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code thole store status FILE}: what {@code etcdutl snapshot status} says of a snapshot file. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show hash, revision, keys and size of a snapshot file, ours or etcd's.")
final class StoreInspect implements Callable<Integer> {
    /** Form of the answer. */
    enum Output {
        simple,
        json
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A file that etcdctl snapshot save or thole store export made.")
    private Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "simple",
            description = "simple or json (default: ${DEFAULT-VALUE}).")
    private Output output;

    @SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
    StoreInspect() {}

    @Override
    public Integer call() {
        EtcdSnapshot.Status status;
        try {
            status = EtcdSnapshot.status(file);
        } catch (IOException e) {
            throw new Refusal("cannot read the snapshot " + file + ": " + e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (output == Output.json) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("hash", Integer.toUnsignedLong(status.hash()));
            tree.put("revision", status.revision());
            tree.put("totalKey", status.totalKeys());
            tree.put("totalSize", status.totalSizeBytes());
            out.println(Json.text(tree));
        } else {
            out.println(String.format(
                    Locale.ROOT,
                    "%08x, %d, %d, %.1f MB",
                    status.hash(),
                    status.revision(),
                    status.totalKeys(),
                    status.totalSizeBytes() / 1e6));
        }
        out.flush();
        return 0;
    }
}
