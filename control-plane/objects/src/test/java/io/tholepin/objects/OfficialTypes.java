package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Kubernetes' published descriptors with Google's protobuf runtime: a reader and writer that shares nothing with ours.
 */
final class OfficialTypes {
    private final Map<String, Descriptor> types = new HashMap<>();

    OfficialTypes() {
        try (InputStream in =
                Objects.requireNonNull(OfficialTypes.class.getResourceAsStream("descriptors.pb"), "descriptors.pb")) {
            Map<String, FileDescriptor> files = new LinkedHashMap<>();
            for (FileDescriptorProto file : FileDescriptorSet.parseFrom(in).getFileList()) {
                FileDescriptor[] needs = file.getDependencyList().stream()
                        .filter(files::containsKey)
                        .map(files::get)
                        .toArray(FileDescriptor[]::new);
                FileDescriptor built = FileDescriptor.buildFrom(file, needs, true);
                files.put(file.getName(), built);
                built.getMessageTypes().forEach(type -> types.put(type.getFullName(), type));
            }
        } catch (IOException | DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Names of all types. */
    java.util.Set<String> names() {
        return types.keySet();
    }

    DynamicMessage parse(TypeSchema type, byte[] bytes) {
        try {
            return DynamicMessage.parseFrom(Objects.requireNonNull(types.get(type.name()), type.name()), bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(type.name(), e);
        }
    }

    /** Asserts that every plain value of a tree stands in the message, and that the message has no unknown fields. */
    static void assertHolds(Message message, TypeSchema type, Map<String, Object> tree) {
        assertThat(message.getUnknownFields().asMap()).as(type.name()).isEmpty();
        for (FieldSchema field : type.fields()) {
            FieldDescriptor official = message.getDescriptorForType().findFieldByNumber(field.number());
            assertThat(official).as(type + "#" + field).isNotNull();
            Object value = field.inlined() ? tree : tree.get(field.jsonName());
            TypeSchema inner = field.message();
            boolean plain = inner == null || inner.special() == TypeSchema.Special.NONE;
            if (value != null && plain && !field.map()) {
                assertHolds(message, official, field, value);
            }
        }
    }

    private static void assertHolds(Message message, FieldDescriptor official, FieldSchema field, Object value) {
        if (value instanceof List<?> items) {
            assertThat(message.getRepeatedFieldCount(official)).isEqualTo(items.size());
            for (int i = 0; i < items.size(); i++) {
                assertOne(message.getRepeatedField(official, i), field, items.get(i));
            }
        } else {
            assertThat(message.hasField(official)).as(field.toString()).isTrue();
            assertOne(message.getField(official), field, value);
        }
    }

    private static void assertOne(Object actual, FieldSchema field, Object expected) {
        switch (actual) {
            case Message inner -> assertHolds(inner, Objects.requireNonNull(field.message()), Json.asObject(expected));
            case ByteString bytes ->
                assertThat(Base64.getEncoder().encodeToString(bytes.toByteArray()))
                        .isEqualTo(expected);
            case Integer number -> assertThat(number.longValue()).isEqualTo(expected);
            case Double number -> assertThat(number).isEqualTo(((Number) expected).doubleValue());
            default -> assertThat(actual).isEqualTo(expected);
        }
    }
}
