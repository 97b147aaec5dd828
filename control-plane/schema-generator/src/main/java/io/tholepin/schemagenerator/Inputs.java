package io.tholepin.schemagenerator;

import io.kubernetes.client.proto.V1;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The two jars the pack is made from, found on the class path and checked against their pinned content.
 *
 * @param classes io.kubernetes:client-java-proto:27.0.0
 * @param sources the same with classifier {@code sources}
 */
record Inputs(Path classes, Path sources) {
    private static final String CLASSES_SHA256 = "bf677b0af625cd7381f00c67ce985a03e10729996bb35b4f4e57cc6335d9e932";
    private static final String SOURCES_SHA256 = "cc49c395a2b38c1b5ae6d7e67f3e7553edaa8355258db55df3ca1a7bdb6fa58e";

    /** Finds and checks them. */
    static Inputs verified() throws IOException {
        Inputs inputs =
                new Inputs(jar("/io/kubernetes/client/proto/V1.class"), jar("/io/kubernetes/client/proto/V1.java"));
        check(inputs.classes, CLASSES_SHA256);
        check(inputs.sources, SOURCES_SHA256);
        return inputs;
    }

    private static Path jar(String resource) throws IOException {
        URL url = V1.class.getResource(resource);
        if (url == null || !(url.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException(resource + " is not in a jar on the class path");
        }
        return path(connection.getJarFileURL());
    }

    private static void check(Path jar, String expected) throws IOException {
        MessageDigest digest = sha256();
        add(digest, jar);
        String actual = HexFormat.of().formatHex(digest.digest());
        if (!actual.equals(expected)) {
            throw new IOException(jar + ": SHA-256 " + actual + " (expected: " + expected + ")");
        }
    }

    /** Changes whenever the jars or this generator change. */
    String fingerprint() throws IOException {
        MessageDigest digest = sha256();
        digest.update((CLASSES_SHA256 + SOURCES_SHA256).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Path own = path(Inputs.class.getProtectionDomain().getCodeSource().getLocation());
        for (Path file : Files.isDirectory(own) ? tree(own) : List.of(own)) {
            add(digest, file);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Path> tree(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void add(MessageDigest digest, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static Path path(@Nullable URL url) throws IOException {
        if (url == null) {
            throw new IOException("no code source");
        }
        try {
            return Path.of(new URI(url.toString()));
        } catch (URISyntaxException e) {
            throw new IOException(url.toString(), e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
