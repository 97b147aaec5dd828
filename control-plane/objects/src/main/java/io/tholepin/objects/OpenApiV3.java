package io.tholepin.objects;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code /openapi/v3}: an index and one document for each group-version, made when first asked for and kept as bytes.
 * Thread-safe. Source: contract 3.3.
 *
 * <p>A document's hash is not that of its bytes but of all that they are made from: the schema pack, the resources
 * and the classes that generate. So the index, which names all hashes, costs no documents.
 */
public final class OpenApiV3 {
    /** The media type of the documents. */
    public static final String MEDIA_TYPE = "application/json";

    private static final Class<?>[] GENERATORS = {
        OpenApiV3.class, OpenApiSchemas.class, OpenApiPaths.class, OpenApiParameters.class, CustomOpenApi.class
    };

    private final SchemaPack pack;
    private final Supplier<List<ResourceType>> types;
    private final String gitVersion;
    /** By path; one whose hash is another than the plan's is of other resources. */
    private final Map<String, Document> documents = new ConcurrentHashMap<>();

    private final AtomicReference<byte @Nullable []> sources = new AtomicReference<>();
    private volatile @Nullable Plan plan;

    /**
     * What the first request makes, and the first one after the resources have changed.
     *
     * @param types the very list that it was made for
     * @param resources by document path, sorted
     * @param hashes by document path, sorted
     */
    private record Plan(
            List<ResourceType> types,
            OpenApiSchemas schemas,
            Map<String, List<ResourceType>> resources,
            Map<String, String> hashes,
            Document index) {}

    private OpenApiV3(SchemaPack pack, Supplier<List<ResourceType>> types, String gitVersion) {
        this.pack = pack;
        this.types = types;
        this.gitVersion = gitVersion;
    }

    /**
     * The documents of these resources, whose types must be in the pack. Costs nothing until the first request.
     *
     * @param gitVersion such as {@code v1.36.0}, named in each document
     */
    public static OpenApiV3 of(SchemaPack pack, List<ResourceType> types, String gitVersion) {
        List<ResourceType> kept = List.copyOf(types);
        return new OpenApiV3(pack, () -> kept, gitVersion);
    }

    /**
     * The documents of resources that come and go: a change touches the documents of its group-versions alone.
     *
     * @param types gives the same list until there is a change
     */
    public static OpenApiV3 of(SchemaPack pack, Supplier<List<ResourceType>> types, String gitVersion) {
        return new OpenApiV3(pack, types, gitVersion);
    }

    /** Two threads may make two equal ones. */
    @SuppressWarnings("ReferenceEquality") // the same list is meant
    private Plan plan() {
        List<ResourceType> now = types.get();
        Plan made = plan;
        if (made == null || made.types != now) {
            made = makePlan(now);
            plan = made;
            documents.keySet().retainAll(made.hashes.keySet());
        }
        return made;
    }

    private Plan makePlan(List<ResourceType> types) {
        Map<String, List<ResourceType>> resources = new TreeMap<>();
        for (ResourceType type : types) {
            resources.computeIfAbsent(path(type), path -> new ArrayList<>()).add(type);
        }
        byte[] made = sources.get();
        if (made == null) {
            made = readSources();
            sources.set(made);
        }
        byte[] from = made;
        Map<String, String> hashes = new LinkedHashMap<>();
        resources.forEach((path, list) -> hashes.put(path, hash(from, gitVersion, path, list.toString())));
        Document index = Document.ofJson(indexTree(hashes));
        List<ResourceType> builtIn =
                types.stream().filter(type -> type.custom() == null).toList();
        return new Plan(types, new OpenApiSchemas(pack, builtIn), resources, hashes, index);
    }

    private static String path(ResourceType type) {
        return (type.group().isEmpty() ? "api/" : "apis/") + type.apiVersion();
    }

    /** The index: each document's path and its URL with the hash. */
    public Document index() {
        return plan().index;
    }

    /** The paths of all documents, such as {@code apis/apps/v1}, sorted. */
    public List<String> paths() {
        return List.copyOf(plan().hashes.keySet());
    }

    /** The hash of a document, without making it; null when there is none at this path. */
    public @Nullable String hash(String path) {
        return plan().hashes.get(path);
    }

    /**
     * The URL under which a document may be kept forever: {@code /openapi/v3/api/v1?hash=...}; null when there is
     * none.
     */
    public @Nullable String url(String path) {
        String hash = hash(path);
        return hash == null ? null : url(path, hash);
    }

    private static String url(String path, String hash) {
        return "/openapi/v3/" + path + "?hash=" + hash;
    }

    /**
     * The document at a path such as {@code api/v1}, null when there is none. The first call for a path takes a
     * while.
     */
    public @Nullable Document document(String path) {
        String hash = hash(path);
        if (hash == null) {
            return null;
        }
        Document known = documents.get(path);
        if (known == null || !known.hash().equals(hash)) {
            known = new Document(Json.write(tree(path)), hash);
            documents.put(path, known);
        }
        return known;
    }

    private static Map<String, Object> indexTree(Map<String, String> hashes) {
        Map<String, Object> paths = new LinkedHashMap<>();
        hashes.forEach((path, hash) -> paths.put(path, Map.of("serverRelativeURL", url(path, hash))));
        return Map.of("paths", paths);
    }

    /** A document as a tree; parts of it are shared and must not be changed. */
    Map<String, Object> tree(String path) {
        Plan plan = plan();
        List<ResourceType> list = plan.resources.getOrDefault(path, List.of());
        if (list.isEmpty()) {
            return Map.of(); // gone this moment
        }
        OpenApiPaths paths = new OpenApiPaths(new OpenApiParameters(pack), list.getFirst());
        Map<String, Object> pathTree = paths.of(list);
        Map<String, Object> components = new LinkedHashMap<>();
        Set<String> referred = new TreeSet<>(paths.referred());
        Map<String, Object> custom = CustomOpenApi.schemas(list, pack, referred);
        Map<String, Object> schemas = new TreeMap<>(plan.schemas.schemas(referred));
        schemas.putAll(custom);
        components.put("schemas", schemas);
        Map<String, Object> token = new LinkedHashMap<>();
        token.put("description", "Bearer Token authentication");
        token.put("in", "header");
        token.put("name", "authorization");
        token.put("type", "apiKey");
        components.put("securitySchemes", Map.of("BearerToken", token));
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("title", "Kubernetes");
        info.put("version", gitVersion);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("components", components);
        tree.put("info", info);
        tree.put("openapi", "3.0.0");
        tree.put("paths", pathTree);
        tree.put("security", List.of(Map.of("BearerToken", List.of())));
        return tree;
    }

    /** A digest of the pack, its texts and the classes that make documents of them. */
    private static byte[] readSources() {
        MessageDigest digest = sha512();
        try {
            for (String resource : List.of("schema.pack", "schema.docs")) {
                try (InputStream in = SchemaPackReader.open(resource)) {
                    digest.update(in.readAllBytes());
                }
            }
            for (Class<?> generator : GENERATORS) {
                try (InputStream in = SchemaPackReader.open(generator.getSimpleName() + ".class")) {
                    digest.update(in.readAllBytes());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("own resources", e);
        }
        return digest.digest();
    }

    private static String hash(byte[] sources, String... parts) {
        MessageDigest digest = sha512();
        digest.update(sources);
        for (String part : parts) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        return HexFormat.of().withUpperCase().formatHex(digest.digest());
    }

    private static MessageDigest sha512() {
        try {
            return MessageDigest.getInstance("SHA-512");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
