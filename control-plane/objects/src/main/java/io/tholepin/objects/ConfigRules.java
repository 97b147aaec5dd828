package io.tholepin.objects;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of config maps and secrets. Source: contract 2.12. */
final class ConfigRules {
    private static final int BYTES_MAX = 1 << 20;
    private static final Map<String, List<String>> KEYS_OF_TYPES = Map.of(
            "kubernetes.io/dockercfg", List.of(".dockercfg"),
            "kubernetes.io/dockerconfigjson", List.of(".dockerconfigjson"),
            "kubernetes.io/ssh-auth", List.of("ssh-privatekey"),
            "kubernetes.io/tls", List.of("tls.crt", "tls.key"));

    private ConfigRules() {}

    static void configMap(Check root) {
        long bytes = 0;
        Map<String, String> data = Json.strings(root.value(), "data");
        Map<String, String> binary = Json.strings(root.value(), "binaryData");
        for (Map.Entry<String, String> entry : data.entrySet()) {
            key(root, "data", entry.getKey());
            if (binary.containsKey(entry.getKey())) {
                root.add(FieldError.invalid(
                        "data[" + entry.getKey() + "]", entry.getKey(), "duplicate of key present in binaryData"));
            }
            bytes += Names.bytes(entry.getValue());
        }
        for (Map.Entry<String, String> entry : binary.entrySet()) {
            key(root, "binaryData", entry.getKey());
            bytes += decodedLength(entry.getValue());
        }
        if (bytes > BYTES_MAX) {
            root.add(FieldError.tooLong("", BYTES_MAX));
        }
    }

    private static void key(Check root, String field, String key) {
        Names.configKey(key).forEach(message -> root.add(FieldError.invalid(field + "[" + key + "]", key, message)));
    }

    private static long decodedLength(String base64) {
        int padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() / 4L * 3 - padding;
    }

    static void secret(Check root) {
        long bytes = 0;
        Map<String, String> data = Json.strings(root.value(), "data");
        for (Map.Entry<String, String> entry : data.entrySet()) {
            key(root, "data", entry.getKey());
            bytes += decodedLength(entry.getValue());
        }
        if (bytes > BYTES_MAX) {
            root.add(FieldError.tooLong("data", BYTES_MAX));
        }
        String type = root.string("type");
        for (String key : KEYS_OF_TYPES.getOrDefault(type, List.of())) {
            if (!data.containsKey(key)) {
                root.add(FieldError.required("data[" + key + "]", ""));
            } else if (key.startsWith(".docker")) {
                json(root, key, String.valueOf(data.get(key)));
            }
        }
        if (type.equals("kubernetes.io/basic-auth") && !data.containsKey("username") && !data.containsKey("password")) {
            root.add(FieldError.required("data[username]", ""));
            root.add(FieldError.required("data[password]", ""));
        }
        if (type.equals("kubernetes.io/service-account-token")
                && Json.strings(root.value(), "metadata", "annotations")
                        .getOrDefault("kubernetes.io/service-account.name", "")
                        .isEmpty()) {
            root.add(FieldError.required("metadata.annotations[kubernetes.io/service-account.name]", ""));
        }
    }

    private static void json(Check root, String key, String base64) {
        try {
            Json.parseObject(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException | Json.Malformed broken) {
            root.add(FieldError.invalid("data[" + key + "]", "<secret contents redacted>", "invalid character"));
        }
    }

    static void secretUpdate(Check root, Map<String, Object> old) {
        root.immutable("type", old.get("type"));
        unchanged(root, old, Set.of("data"));
    }

    static void configMapUpdate(Check root, Map<String, Object> old) {
        unchanged(root, old, Set.of("data", "binaryData"));
    }

    private static void unchanged(Check root, Map<String, Object> old, Set<String> fields) {
        if (!Json.flag(old, "immutable")) {
            return;
        }
        if (!root.flag("immutable")) {
            root.forbidden("immutable", "field is immutable when `immutable` is set");
        }
        for (String field :
                fields.stream().sorted(java.util.Comparator.reverseOrder()).toList()) {
            if (!Trees.same(root.value(field), old.get(field))) {
                root.forbidden(field, "field is immutable when `immutable` is set");
            }
        }
    }
}
