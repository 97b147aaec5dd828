package io.tholepin.apiserver;

import io.tholepin.objects.Envelope;
import io.tholepin.objects.Transcoder;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;

/**
 * Writes a list as protobuf, item by item, once their lengths are known: {@link #count} each, {@link #begin},
 * {@link #item} each, {@link #end}. Every list of the API has its metadata in field 1 and its items in field 2. Belongs
 * to one thread. Source: contract 3.5.
 */
final class ProtobufList {
    private static final int METADATA = 1;
    private static final int ITEMS = 2;

    private final String kind;
    private final String apiVersion;
    private final byte[] metadata;
    private final byte[] metadataHead;
    private long counted;
    private long written;

    ProtobufList(String kind, String apiVersion, Forms forms, Map<String, Object> listMeta) {
        this.kind = kind;
        this.apiVersion = apiVersion;
        this.metadata = Transcoder.toProtobuf(forms.schema("v1", "ListMeta"), listMeta);
        this.metadataHead = Envelope.fieldHead(METADATA, metadata.length);
    }

    /** Announces an item of a length in bytes. */
    void count(int length) {
        counted += Envelope.fieldHead(ITEMS, length).length + (long) length;
    }

    void begin(OutputStream out) throws IOException {
        out.write(Envelope.head(apiVersion, kind, metadataHead.length + metadata.length + counted));
        out.write(metadataHead);
        out.write(metadata);
    }

    void item(OutputStream out, byte[] message) throws IOException {
        byte[] head = Envelope.fieldHead(ITEMS, message.length);
        written += head.length + (long) message.length;
        BodyOutput.share(out, head);
        BodyOutput.share(out, message);
    }

    void end(OutputStream out) throws IOException {
        if (written != counted) {
            throw new IllegalStateException("items: " + written + " bytes (expected: " + counted + ")");
        }
        out.write(Envelope.tail());
    }
}
