package io.tholepin.schemagenerator;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.kubernetes.client.proto.Meta;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The types of apiregistration.k8s.io, which the published descriptors lack, read from apiregistration.txt. */
final class Aggregation {
    private static final String META = ".k8s.io.apimachinery.pkg.apis.meta.v1.";

    private final String packageName;
    private final SourceComments comments;
    private final FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder();
    private final List<String> prose = new ArrayList<>();

    private Aggregation(String packageName, SourceComments comments) {
        this.packageName = packageName;
        this.comments = comments;
    }

    /** Reads the table; its comments go to {@code comments}. */
    static FileDescriptor load(SourceComments comments) throws IOException, DescriptorValidationException {
        try (InputStream in = Aggregation.class.getResourceAsStream("apiregistration.txt")) {
            if (in == null) {
                throw new IOException("apiregistration.txt is missing");
            }
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            String packageName = lines.getFirst().split(" ")[1];
            Aggregation reader = new Aggregation(packageName, comments);
            reader.file
                    .setName(packageName.replace('.', '/') + "/generated.proto")
                    .setPackage(packageName)
                    .addDependency(Meta.getDescriptor().getName());
            lines.stream().skip(1).filter(line -> !line.isBlank()).forEach(reader::line);
            return FileDescriptor.buildFrom(reader.file.build(), new FileDescriptor[] {Meta.getDescriptor()});
        }
    }

    private void line(String line) {
        String text = line.strip();
        if (text.startsWith("#")) {
            prose.add(text.substring(1).strip());
            return;
        }
        String[] words = text.split(" ");
        if (words[0].equals("message")) {
            file.addMessageType(DescriptorProto.newBuilder().setName(words[1]));
            comments.put(packageName + "." + words[1], Comment.parse(prose));
        } else {
            DescriptorProto.Builder message = file.getMessageTypeBuilder(file.getMessageTypeCount() - 1);
            int number = Integer.parseInt(words[2]);
            message.addField(field(words[0], words[1], number));
            comments.put(packageName + "." + message.getName() + "#" + number, Comment.parse(prose));
        }
        prose.clear();
    }

    private FieldDescriptorProto field(String declared, String name, int number) {
        boolean list = declared.startsWith("[]");
        String type = list ? declared.substring(2) : declared;
        FieldDescriptorProto.Builder field = FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setLabel(list ? Label.LABEL_REPEATED : Label.LABEL_OPTIONAL);
        if (type.startsWith("meta.")) {
            return field.setType(Type.TYPE_MESSAGE)
                    .setTypeName(META + type.substring(5))
                    .build();
        }
        if (Character.isUpperCase(type.charAt(0))) {
            return field.setType(Type.TYPE_MESSAGE)
                    .setTypeName("." + packageName + "." + type)
                    .build();
        }
        return field.setType(Type.valueOf("TYPE_" + type.toUpperCase(Locale.ROOT)))
                .build();
    }
}
