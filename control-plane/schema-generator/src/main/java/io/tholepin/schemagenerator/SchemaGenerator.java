package io.tholepin.schemagenerator;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.kubernetes.client.proto.IntStr;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.Resource;
import io.kubernetes.client.proto.Runtime;
import io.kubernetes.client.proto.RuntimeSchema;
import io.kubernetes.client.proto.V1;
import io.kubernetes.client.proto.V1Admission;
import io.kubernetes.client.proto.V1Admissionregistration;
import io.kubernetes.client.proto.V1Apiextensions;
import io.kubernetes.client.proto.V1Apps;
import io.kubernetes.client.proto.V1Authentication;
import io.kubernetes.client.proto.V1Authorization;
import io.kubernetes.client.proto.V1Autoscaling;
import io.kubernetes.client.proto.V1Batch;
import io.kubernetes.client.proto.V1Certificates;
import io.kubernetes.client.proto.V1Coordination;
import io.kubernetes.client.proto.V1Discovery;
import io.kubernetes.client.proto.V1Events;
import io.kubernetes.client.proto.V1Flowcontrol;
import io.kubernetes.client.proto.V1Networking;
import io.kubernetes.client.proto.V1Node;
import io.kubernetes.client.proto.V1Policy;
import io.kubernetes.client.proto.V1Rbac;
import io.kubernetes.client.proto.V1Resource;
import io.kubernetes.client.proto.V1Scheduling;
import io.kubernetes.client.proto.V1Storage;
import io.kubernetes.client.proto.V2Apidiscovery;
import io.kubernetes.client.proto.V2Autoscaling;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Writes the schema pack of one Kubernetes release into a folder: {@code schema.pack}, {@code schema.docs} and, for
 * tests that want an independent reader, {@code descriptors.pb}. Inputs are two jars of pinned content and two tables
 * of this module; nothing is written when a former run had the same inputs.
 */
public final class SchemaGenerator {
    private static final String PACK_FOLDER = "pack/io/tholepin/objects";
    private static final String DESCRIPTOR_FOLDER = "descriptors/io/tholepin/objects";

    private SchemaGenerator() {}

    /**
     * Runs the generator.
     *
     * @param args the output folder
     */
    public static void main(String[] args) throws IOException, DescriptorValidationException {
        Path out = Path.of(args[0]);
        Inputs inputs = Inputs.verified();
        Path stamp = out.resolve("inputs.sha256");
        String fingerprint = inputs.fingerprint();
        if (Files.exists(stamp) && Files.readString(stamp).equals(fingerprint)) {
            return;
        }
        Files.deleteIfExists(stamp);
        generate(inputs, out);
        Files.writeString(stamp, fingerprint);
    }

    private static void generate(Inputs inputs, Path out) throws IOException, DescriptorValidationException {
        SourceComments comments = comments(inputs.sources());
        List<FileDescriptor> files = new ArrayList<>(published());
        files.add(Aggregation.load(comments));
        PackWriter.Files pack = PackWriter.write(types(files, comments));
        Path folder = Files.createDirectories(out.resolve(PACK_FOLDER));
        Files.write(folder.resolve("schema.pack"), pack.pack());
        Files.write(folder.resolve("schema.docs"), pack.docs());
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        files.forEach(file -> set.addFile(file.toProto()));
        Path tests = Files.createDirectories(out.resolve(DESCRIPTOR_FOLDER));
        Files.write(tests.resolve("descriptors.pb"), set.build().toByteArray());
    }

    static List<TypeModel> types(List<FileDescriptor> files, SourceComments comments) throws IOException {
        GoFields go = GoFields.load();
        List<TypeModel> types = new ArrayList<>();
        for (FileDescriptor file : files) {
            for (Descriptor type : file.getMessageTypes()) {
                types.add(TypeModel.of(type, go, comments));
            }
        }
        return types;
    }

    /** The groups in their stable versions, dependencies first. */
    static List<FileDescriptor> published() {
        return List.of(
                RuntimeSchema.getDescriptor(),
                Runtime.getDescriptor(),
                IntStr.getDescriptor(),
                Resource.getDescriptor(),
                Meta.getDescriptor(),
                V1.getDescriptor(),
                V1Admissionregistration.getDescriptor(),
                V1Apiextensions.getDescriptor(),
                V1Apps.getDescriptor(),
                V1Authentication.getDescriptor(),
                V1Admission.getDescriptor(),
                V1Authorization.getDescriptor(),
                V1Autoscaling.getDescriptor(),
                V2Autoscaling.getDescriptor(),
                V1Batch.getDescriptor(),
                V1Certificates.getDescriptor(),
                V1Coordination.getDescriptor(),
                V1Discovery.getDescriptor(),
                V1Events.getDescriptor(),
                V1Flowcontrol.getDescriptor(),
                V1Networking.getDescriptor(),
                V1Node.getDescriptor(),
                V1Policy.getDescriptor(),
                V1Rbac.getDescriptor(),
                V1Resource.getDescriptor(),
                V1Scheduling.getDescriptor(),
                V1Storage.getDescriptor(),
                V2Apidiscovery.getDescriptor());
    }

    static SourceComments comments(Path sources) throws IOException {
        SourceComments comments = new SourceComments();
        try (JarFile jar = new JarFile(sources.toFile())) {
            Enumeration<JarEntry> entries = jar.entries();
            while (entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().endsWith(".java")) {
                    read(jar, entry, comments);
                }
            }
        }
        return comments;
    }

    private static void read(JarFile jar, JarEntry entry, SourceComments comments) {
        try (BufferedReader source =
                new BufferedReader(new InputStreamReader(jar.getInputStream(entry), StandardCharsets.UTF_8))) {
            comments.read(source);
        } catch (IOException e) {
            throw new UncheckedIOException(entry.getName(), e);
        }
    }
}
