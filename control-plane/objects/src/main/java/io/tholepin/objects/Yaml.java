package io.tholepin.objects;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.ScannerException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * YAML to {@link Json} trees and back, with the YAML 1.1 scalars that Kubernetes' clients send ({@code yes} is true,
 * {@code 0644} is 420). Only the first document of a stream is read. Source: contract 7.2(10), sigs.k8s.io/yaml.
 */
public final class Yaml {
    /** Deepest nesting accepted. */
    public static final int DEPTH_MAX = Json.DEPTH_MAX;

    /** Nodes that aliases may repeat before the share of repeated ones is looked at. */
    private static final int ALIASED_NODES_FREE = 100_000;

    private static final double ALIASED_SHARE_MAX = 0.9;
    private static final int CODE_POINTS_MAX = 16 << 20;
    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setCodePointLimit(CODE_POINTS_MAX).build();

    private final Iterator<Event> events;
    private final Consumer<String> duplicate;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int nodes;
    private int aliasedNodes;

    /** A value that may be repeated; null nodes means that it is still being read. */
    private record Anchored(@Nullable Object tree, int nodes) {}

    /**
     * The text is no YAML, or not YAML that JSON can express; the message begins {@code error converting YAML to
     * JSON}.
     */
    public static final class Malformed extends RuntimeException {
        Malformed(String why) {
            super("error converting YAML to JSON: yaml: " + why, null, false, false);
        }
    }

    private Yaml(Iterator<Event> events, Consumer<String> duplicate) {
        this.events = events;
        this.duplicate = duplicate;
    }

    /**
     * Parses the first document; an empty text is null.
     *
     * @param duplicate told the path of each key that appears twice in one mapping; the last value wins
     * @throws Malformed when it cannot be parsed, nests deeper than {@link #DEPTH_MAX} or repeats too much by aliases
     */
    public static @Nullable Object parse(byte[] bytes, int offset, int length, Consumer<String> duplicate) {
        try {
            Iterator<Event> events = new Parse(SETTINGS)
                    .parseInputStream(new ByteArrayInputStream(bytes, offset, length))
                    .iterator();
            return new Yaml(events, duplicate).document();
        } catch (MarkedYamlEngineException wrong) {
            throw new Malformed(describe(wrong));
        } catch (YamlEngineException unreadable) {
            throw new Malformed("control characters are not allowed");
        }
    }

    /** Writes a tree as one YAML document in block style, keys sorted. */
    public static byte[] write(@Nullable Object tree) {
        return new YamlWriter().document(tree).getBytes(StandardCharsets.UTF_8);
    }

    private @Nullable Object document() {
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case StreamStart, DocumentStart, Comment -> {}
                case StreamEnd, DocumentEnd -> {
                    return null;
                }
                default -> {
                    return value(event, "", 0);
                }
            }
        }
        return null;
    }

    private @Nullable Object value(Event event, String path, int depth) {
        if (depth > DEPTH_MAX) {
            throw new Malformed("exceeded max depth of " + DEPTH_MAX);
        }
        nodes++;
        if (event instanceof AliasEvent alias) {
            return repeat(alias);
        }
        int before = nodes;
        String anchor = event instanceof NodeEvent node
                ? node.getAnchor().map(Object::toString).orElse("")
                : "";
        if (!anchor.isEmpty()) {
            anchors.put(anchor, new Anchored(null, -1));
        }
        Object tree = switch (event.getEventId()) {
            case Scalar -> YamlScalars.value((ScalarEvent) event);
            case SequenceStart -> sequence(path, depth);
            case MappingStart -> mapping(path, depth);
            default -> throw new Malformed("unexpected " + event);
        };
        if (!anchor.isEmpty()) {
            anchors.put(anchor, new Anchored(tree, nodes - before + 1));
        }
        return tree;
    }

    private @Nullable Object repeat(AliasEvent alias) {
        String name = alias.getAlias().toString();
        Anchored anchored = anchors.get(name);
        if (anchored == null) {
            throw new Malformed("unknown anchor '" + name + "' referenced");
        }
        if (anchored.nodes < 0) {
            throw new Malformed("anchor '" + name + "' value contains itself");
        }
        nodes += anchored.nodes;
        aliasedNodes += anchored.nodes;
        if (aliasedNodes > ALIASED_NODES_FREE && aliasedNodes > nodes * ALIASED_SHARE_MAX) {
            throw new Malformed("document contains excessive aliasing");
        }
        return Json.copy(anchored.tree);
    }

    private List<Object> sequence(String path, int depth) {
        List<Object> list = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            add(list, value(event, path + "[" + list.size() + "]", depth + 1));
        }
        return list;
    }

    private Map<String, Object> mapping(String path, int depth) {
        Map<String, Object> map = new LinkedHashMap<>();
        List<Object> merged = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            boolean merge = event instanceof ScalarEvent scalar
                    && scalar.isPlain()
                    && scalar.getValue().equals("<<");
            String key = merge ? "<<" : key(value(event, path, depth + 1));
            String inner = path.isEmpty() ? key : path + "." + key;
            Object value = value(events.next(), inner, depth + 1);
            if (merge) {
                merged.addAll(mergeSources(value));
            } else {
                if (map.containsKey(key)) {
                    duplicate.accept(inner);
                }
                put(map, key, value);
            }
        }
        for (Object source : merged) {
            Json.asObject(source).forEach(map::putIfAbsent);
        }
        return map;
    }

    private static List<Object> mergeSources(@Nullable Object value) {
        List<Object> sources = switch (value) {
            case List<?> list -> Json.asList(list);
            case Map<?, ?> map -> List.of(map);
            case null, default -> List.of("");
        };
        if (!sources.stream().allMatch(Map.class::isInstance)) {
            throw new Malformed("map merge requires map or sequence of maps as the value");
        }
        return sources;
    }

    private static String key(@Nullable Object key) {
        return switch (key) {
            case String text -> text;
            case Boolean flag -> flag.toString();
            case Number number -> Json.text(number);
            case null, default -> throw new Malformed("unsupported map key: " + Json.text(key));
        };
    }

    private static String describe(MarkedYamlEngineException wrong) {
        String problem = wrong.getProblem() == null ? String.valueOf(wrong.getContext()) : wrong.getProblem();
        if (problem.startsWith("mapping values are not allowed")) {
            problem = "mapping values are not allowed in this context";
        } else if (problem.startsWith("found character '") && problem.contains("cannot start any token")) {
            problem = "found character that cannot start any token";
        } else if (problem.startsWith("expected <block end>")) {
            boolean mapping = String.valueOf(wrong.getContext()).contains("mapping");
            problem = "did not find expected " + (mapping ? "key" : "'-' indicator");
        } else if (problem.startsWith("expected ',' or ")) {
            problem = "did not find " + problem.substring(0, "expected ',' or '}'".length());
        }
        int line = wrong.getContextMark().map(Mark::getLine).orElse(0);
        if (line == 0) {
            line = wrong.getProblemMark().map(Mark::getLine).orElse(0);
        }
        if (line != 0 && wrong instanceof ScannerException && !(wrong instanceof ParserException)) {
            line++;
        }
        return line == 0 ? problem : "line " + line + ": " + problem;
    }

    @SuppressWarnings("NullAway") // null is a JSON value; nullness inside trees is not expressed in the type
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    @SuppressWarnings("NullAway") // as above
    private static void add(List<Object> list, @Nullable Object value) {
        list.add(value);
    }
}
