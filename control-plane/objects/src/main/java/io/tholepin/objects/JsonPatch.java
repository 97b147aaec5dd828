package io.tholepin.objects;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run of a JSON patch over a tree. Source: RFC 6902, RFC 6901; limits of contract 2.4. */
final class JsonPatch {
    /** Bytes that all copy operations of one patch may add. */
    private static final int COPY_BYTES_MAX = 3 << 20;

    private static final Set<String> OPERATIONS = Set.of("add", "remove", "replace", "move", "copy", "test");

    private @Nullable Object root;
    private long copiedBytes;

    JsonPatch(@Nullable Object tree) {
        root = tree;
    }

    /** An operation that cannot be done; the message is for the log and tests only. */
    private static final class Failed extends RuntimeException {
        Failed(String message) {
            super(message, null, false, false);
        }
    }

    @Nullable
    Object apply(@Nullable Object patch) {
        if (!(patch instanceof List<?> operations)) {
            throw StatusException.badRequest("error decoding patch: json: cannot unmarshal " + goKind(patch)
                    + " into Go value of type jsonpatch.Patch");
        }
        if (operations.size() > Patches.JSON_PATCH_OPERATIONS_MAX) {
            throw new StatusException(
                    413,
                    "RequestEntityTooLarge",
                    "The allowed maximum operations in a JSON patch is " + Patches.JSON_PATCH_OPERATIONS_MAX + ", got "
                            + operations.size(),
                    StatusException.Details.NONE);
        }
        try {
            for (Object operation : operations) {
                run(operation);
            }
        } catch (Failed failed) {
            throw new StatusException(
                    422,
                    "Invalid",
                    "the server rejected our request due to an error in our request",
                    StatusException.Details.NONE);
        }
        return root;
    }

    private static String goKind(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> _ -> "object";
            case String _ -> "string";
            case Number _ -> "number";
            case Boolean _ -> "bool";
            case null, default -> "null";
        };
    }

    private void run(@Nullable Object step) {
        if (!(step instanceof Map<?, ?> operation) || !(operation.get("op") instanceof String op)) {
            throw new Failed("no operation: " + Json.text(step));
        }
        if (!OPERATIONS.contains(op)) {
            throw new Failed("unexpected kind: " + op);
        }
        List<String> path = pointer(operation.get("path"));
        switch (op) {
            case "add" -> add(path, Json.copy(value(operation)));
            case "remove" -> remove(path);
            case "replace" -> replace(path, Json.copy(value(operation)));
            case "test" -> test(path, operation.get("value"));
            case "move" -> {
                List<String> from = pointer(operation.get("from"));
                if (path.size() > from.size() && path.subList(0, from.size()).equals(from)) {
                    throw new Failed("cannot move into itself: " + path);
                }
                add(path, remove(from));
            }
            default -> {
                Object source = find(pointer(operation.get("from")));
                copiedBytes += Json.write(source).length;
                if (copiedBytes > COPY_BYTES_MAX) {
                    throw new StatusException(
                            413,
                            "RequestEntityTooLarge",
                            "Unable to complete the copy, the accumulated size increase of copy is " + copiedBytes
                                    + ", exceeding the limit " + COPY_BYTES_MAX,
                            StatusException.Details.NONE);
                }
                add(path, Json.copy(source));
            }
        }
    }

    private static @Nullable Object value(Map<?, ?> operation) {
        if (!operation.containsKey("value")) {
            throw new Failed("missing value: " + Json.text(operation));
        }
        return operation.get("value");
    }

    private static List<String> pointer(@Nullable Object value) {
        if (!(value instanceof String text)) {
            throw new Failed("no JSON pointer: " + Json.text(value));
        }
        List<String> steps = new ArrayList<>();
        if (text.isEmpty()) {
            return steps;
        }
        if (text.charAt(0) != '/') {
            throw new Failed("JSON pointer " + text + " (expected: it starts with /)");
        }
        for (String step : text.substring(1).split("/", -1)) {
            steps.add(step.replace("~1", "/").replace("~0", "~"));
        }
        return steps;
    }

    private @Nullable Object find(List<String> path) {
        Object here = root;
        for (String step : path) {
            here = switch (here) {
                case Map<?, ?> map when map.containsKey(step) -> map.get(step);
                case List<?> list -> list.get(index(step, list.size() - 1));
                case null, default -> throw new Failed("missing: " + path);
            };
        }
        return here;
    }

    private static int index(String step, int max) {
        boolean digits = !step.isEmpty()
                && step.length() < 10
                && step.chars().allMatch(c -> c >= '0' && c <= '9')
                && (step.length() == 1 || step.charAt(0) != '0');
        int index = digits ? Integer.parseInt(step) : -1;
        if (index < 0 || index > max) {
            throw new Failed("index " + step + " (expected: 0 to " + max + ")");
        }
        return index;
    }

    private void add(List<String> path, @Nullable Object value) {
        checkDepth(path, value);
        if (path.isEmpty()) {
            root = value;
            return;
        }
        String last = path.getLast();
        switch (find(path.subList(0, path.size() - 1))) {
            case Map<?, ?> map -> Trees.put(Json.asObject(map), last, value);
            case List<?> list -> {
                int at = last.equals("-") ? list.size() : index(last, list.size());
                Trees.insert(Json.asList(list), at, value);
            }
            case null, default -> throw new Failed("no container: " + path);
        }
    }

    private @Nullable Object remove(List<String> path) {
        if (path.isEmpty()) {
            throw new Failed("cannot remove the whole document");
        }
        Object removed = find(path);
        String last = path.getLast();
        switch (find(path.subList(0, path.size() - 1))) {
            case Map<?, ?> map -> map.remove(last);
            case List<?> list -> list.remove(index(last, list.size() - 1));
            case null, default -> throw new Failed("no container: " + path);
        }
        return removed;
    }

    private void replace(List<String> path, @Nullable Object value) {
        checkDepth(path, value);
        if (path.isEmpty()) {
            root = value;
            return;
        }
        find(path);
        String last = path.getLast();
        switch (find(path.subList(0, path.size() - 1))) {
            case Map<?, ?> map -> Trees.put(Json.asObject(map), last, value);
            case List<?> list -> Trees.set(Json.asList(list), index(last, list.size() - 1), value);
            case null, default -> throw new Failed("no container: " + path);
        }
    }

    /** What is put together here must not nest deeper than what may be parsed: others walk it recursively. */
    private static void checkDepth(List<String> path, @Nullable Object value) {
        if (path.size() + depth(value) > Json.DEPTH_MAX) {
            throw new Failed("nested deeper than " + Json.DEPTH_MAX);
        }
    }

    private static int depth(@Nullable Object value) {
        Collection<?> inner = switch (value) {
            case Map<?, ?> map -> map.values();
            case List<?> list -> list;
            case null, default -> null;
        };
        if (inner == null) {
            return 0;
        }
        int deepest = 0;
        for (Object item : inner) {
            deepest = Math.max(deepest, depth(item));
        }
        return deepest + 1;
    }

    private void test(List<String> path, @Nullable Object expected) {
        Object found;
        try {
            found = find(path);
        } catch (Failed missing) {
            if (expected != null) {
                throw missing;
            }
            found = null; // a test for null passes where nothing is, as upstream's library does
        }
        if (!Trees.equal(found, expected)) {
            throw new Failed("test failed: " + path);
        }
    }
}
