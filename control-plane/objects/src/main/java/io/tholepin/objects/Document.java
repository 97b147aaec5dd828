package io.tholepin.objects;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A document that is made once and served many times. Immutable; the bytes must not be written to.
 *
 * @param bytes the document
 * @param hash names the content, a SHA-512 in upper-case hex: the ETag (in quotes) and the {@code hash} parameter of
 *     OpenAPI URLs
 */
public record Document(byte[] bytes, String hash) {

    /** The document with these bytes, hashed. */
    public static Document of(byte[] bytes) {
        return new Document(bytes, HexFormat.of().withUpperCase().formatHex(digest("SHA-512", bytes)));
    }

    static Document ofJson(Object tree) {
        return of(Json.write(tree));
    }

    /** Like an API response: JSON with a line break behind it. */
    static Document ofJsonLine(Object tree) {
        byte[] json = Json.write(tree);
        byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return of(line);
    }

    /** The ETag header: the hash in quotes. */
    public String etag() {
        return '"' + hash + '"';
    }

    /** Whether an {@code If-None-Match} header names this document. */
    public boolean matches(@Nullable String ifNoneMatch) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String tag : ifNoneMatch.split(",")) {
            String bare = tag.strip();
            if (bare.equals("*") || bare.equals(etag()) || bare.equals("W/" + etag())) {
                return true;
            }
        }
        return false;
    }

    static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    static byte[] digest(String algorithm, String text) {
        return digest(algorithm, text.getBytes(StandardCharsets.UTF_8));
    }
}
