package io.tholepin.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** kubectl as {@code testing/interop/install-clients} unpacked it. */
final class Kubectl {
    private static final Path BINARY = Thole.ROOT.resolve("testing/interop/target/clients/kubectl");

    private final Path kubeconfig;
    private final Path home;

    /** Against our own API server. */
    Kubectl(Thole thole, Path home) {
        this(thole.kubeconfig(), home);
    }

    /** Skips the calling tests, by name, when kubectl is not installed. */
    Kubectl(Path kubeconfig, Path home) {
        Assumptions.assumeTrue(
                Files.isExecutable(BINARY), "no kubectl: run testing/interop/install-clients (Debian's packages)");
        this.kubeconfig = kubeconfig;
        this.home = home;
    }

    /** What a command printed. */
    record Result(int code, String out, String err) {}

    /** Runs it and expects success; returns stdout. */
    String ok(String... arguments) {
        Result result = run(Map.of(), arguments);
        if (result.code != 0) {
            throw new AssertionError("kubectl " + String.join(" ", arguments) + " exited with " + result.code + "\n"
                    + result.err + result.out);
        }
        return result.out;
    }

    /** Runs it and expects failure; returns stderr. */
    String fails(String... arguments) {
        Result result = run(Map.of(), arguments);
        if (result.code == 0) {
            throw new AssertionError("kubectl " + String.join(" ", arguments) + " succeeded\n" + result.out);
        }
        return result.err;
    }

    /** Starts it and leaves it running, stdout to be read. */
    Process start(String... arguments) {
        try {
            return builder(Map.of(), arguments).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Result run(Map<String, String> environment, String... arguments) {
        try {
            Path err = Files.createTempFile(home, "kubectl", ".err");
            Process process =
                    builder(environment, arguments).redirectError(err.toFile()).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("kubectl " + String.join(" ", arguments) + " did not end within 60 s");
            }
            return new Result(process.exitValue(), out, Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private ProcessBuilder builder(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(BINARY.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("HOME", home.toString());
        builder.environment().putAll(environment);
        return builder;
    }
}
