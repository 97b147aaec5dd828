package io.tholepin.replica;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a class of the tests in a JVM of its own; what it says on stderr goes to the file {@code stderr}. */
final class JavaProcess {
    private JavaProcess() {}

    /** @param temp folder for its temporary files and its stderr */
    static Process start(Path temp, Class<?> main, String... arguments) throws IOException {
        return start(List.of(), temp, main, arguments);
    }

    /** @param prefix what the command line begins with, such as a shell that sets a limit */
    static Process start(List<String> prefix, Path temp, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + Files.createDirectories(temp.resolve("tmp")),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(temp.resolve("stderr").toFile()))
                .start();
    }
}
