package io.tholepin.objects;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Documentation texts of the schema pack by index, read from their compressed resource when the first one is asked for:
 * only {@code explain} and OpenAPI need them. Thread-safe.
 */
final class SchemaDocs {
    private final String resource;
    private volatile byte @Nullable [][] texts;

    SchemaDocs(String resource) {
        this.resource = resource;
    }

    /** One text; index 0 is the empty one. */
    String text(int index) {
        if (index == 0) {
            return "";
        }
        byte[][] all = texts;
        if (all == null) {
            all = read();
            texts = all;
        }
        return new String(all[index], StandardCharsets.UTF_8);
    }

    /** The text at an index, read when asked for. */
    Supplier<String> at(int index) {
        return new At(this, index);
    }

    private record At(SchemaDocs docs, int index) implements Supplier<String> {
        @Override
        public String get() {
            return docs.text(index);
        }
    }

    private byte[][] read() {
        try (InputStream raw = SchemaPackReader.open(resource);
                DataInputStream in = new DataInputStream(new InflaterInputStream(raw))) {
            byte[][] all = new byte[in.readUnsignedShort()][];
            for (int i = 0; i < all.length; i++) {
                all[i] = in.readNBytes(in.readUnsignedShort());
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
