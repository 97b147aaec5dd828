package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.StatusException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the next page of a list begins; opaque to clients, readable by other API servers. Source: contract 1.9.
 *
 * @param revision revision the list is of; -1 for the latest
 * @param start first key of the page, relative to the prefix listed
 */
record ContinueToken(long revision, String start) {
    private static final String VERSION = "meta.k8s.io/v1";

    /** The token that continues after a key. */
    static ContinueToken after(long revision, String key) {
        return new ContinueToken(revision, key + "\u0000");
    }

    String encode() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("v", VERSION);
        tree.put("rv", revision);
        tree.put("start", start);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.write(tree));
    }

    /**
     * Reads a token.
     *
     * @throws StatusException 400 when it is not one of ours or was tampered with
     */
    static ContinueToken decode(String text) {
        Map<String, Object> tree = tree(text);
        String version = Json.string(tree, "v");
        if (!version.equals(VERSION)) {
            throw refused("server does not recognize this encoded version " + Json.text(version));
        }
        long revision = Json.integer(tree, 0, "rv");
        if (revision == 0) {
            throw refused("incorrect encoded start resourceVersion (version " + VERSION + ")");
        }
        String start = Json.string(tree, "start");
        if (start.isEmpty()) {
            throw refused("encoded start key empty (version " + VERSION + ")");
        }
        if (!clean(start) || revision < -1) {
            throw refused(start);
        }
        return new ContinueToken(revision, start.startsWith("/") ? start.substring(1) : start);
    }

    private static Map<String, Object> tree(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean legal =
                    c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (!legal) {
                throw refused("illegal base64 data at input byte " + i);
            }
        }
        if (text.length() % 4 == 1) {
            throw refused("illegal base64 data at input byte " + (text.length() - 1));
        }
        byte[] json = Base64.getUrlDecoder().decode(text);
        String wrong = GoJson.syntaxError(json);
        if (!wrong.isEmpty()) {
            throw refused(wrong);
        }
        try {
            return Json.parse(json, 0, json.length, path -> {}) instanceof Map<?, ?> map
                    ? Json.asObject(map)
                    : Map.of();
        } catch (Json.Malformed tooDeep) {
            throw refused(String.valueOf(tooDeep.getMessage()));
        }
    }

    /** No empty, {@code .} or {@code ..} step that would lead out of the prefix. */
    private static boolean clean(String start) {
        String relative = start.startsWith("/") ? start.substring(1) : start;
        for (String step : relative.split("/", -1)) {
            if (step.isEmpty() || step.equals(".") || step.equals("..")) {
                return false;
            }
        }
        return true;
    }

    private static StatusException refused(String why) {
        return StatusException.badRequest("invalid continue token: continue key is not valid: " + why);
    }
}
