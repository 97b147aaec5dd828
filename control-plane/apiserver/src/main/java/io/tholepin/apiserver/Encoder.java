package io.tholepin.apiserver;

import io.tholepin.objects.Envelope;
import io.tholepin.objects.Json;
import io.tholepin.objects.Transcoder;
import io.tholepin.objects.TypeSchema;
import io.tholepin.objects.Yaml;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Encodes trees in the three encodings of the API. Stateless and thread-safe. */
final class Encoder {
    private final TypeNames types;

    Encoder(TypeNames types) {
        this.types = types;
    }

    /** One document; the tree carries kind and apiVersion. */
    byte[] encode(Media media, Map<String, Object> tree) {
        return switch (media.encoding()) {
            case JSON -> json(Json.write(tree), media.pretty());
            case YAML -> Yaml.write(tree);
            case PROTOBUF -> protobuf(tree);
        };
    }

    private byte[] protobuf(Map<String, Object> tree) {
        String apiVersion = Json.string(tree, "apiVersion");
        String kind = Json.string(tree, "kind");
        TypeSchema type = types.find(apiVersion, kind);
        if (type == null) {
            throw new IllegalStateException("no protobuf form: " + apiVersion + " " + kind);
        }
        return Envelope.wrap(apiVersion, kind, Transcoder.toProtobuf(type, tree));
    }

    /** Compact JSON with the newline that ends a document, indented when asked. */
    static byte[] json(byte[] compact, boolean pretty) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(pretty ? compact.length * 2 : compact.length + 1);
        try {
            (pretty ? new PrettyJson(out) : out).write(compact);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        out.write('\n');
        return out.toByteArray();
    }
}
