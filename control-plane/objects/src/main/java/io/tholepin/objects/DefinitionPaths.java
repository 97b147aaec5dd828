package io.tholepin.objects;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where kube-apiserver says that something is wrong with a definition: what all versions have in common it checks once,
 * and calls it by the names of its internal form, {@code spec.validation} for the schema.
 */
final class DefinitionPaths {
    static final String NO_SCHEMA = "schemas are required";

    private static final Pattern OF_VERSION = Pattern.compile(
            "spec\\.versions\\[(\\d+)]\\.(schema|subresources|additionalPrinterColumns|selectableFields)\\b");
    private static final List<String> FIELDS =
            List.of("schema", "subresources", "additionalPrinterColumns", "selectableFields");

    private final Set<String> common;

    private DefinitionPaths(Set<String> common) {
        this.common = common;
    }

    /** Checks a definition and notes what is wrong under kube-apiserver's paths. */
    static void check(Check root, Consumer<Check> rules) {
        List<FieldError> found = new ArrayList<>();
        Map<String, Object> tree = Json.asObject(root.value() == null ? Map.of() : root.value());
        rules.accept(Check.root(tree, found));
        List<Object> versions = Json.list(tree, "spec", "versions");
        DefinitionPaths paths = new DefinitionPaths(FIELDS.stream()
                .filter(field -> versions.stream()
                        .allMatch(version -> Trees.equal(Json.at(version, field), Json.at(versions.getFirst(), field))))
                .collect(Collectors.toSet()));
        found.stream().map(paths::told).filter(Objects::nonNull).forEach(root::add);
    }

    /** Null for what was told of an earlier version already. */
    private @Nullable FieldError told(FieldError error) {
        Matcher matcher = OF_VERSION.matcher(error.field());
        if (!matcher.lookingAt()
                || !common.contains(matcher.group(2))
                || error.detail().equals(NO_SCHEMA)) {
            return error;
        }
        return matcher.group(1).equals("0")
                ? new FieldError(named(error.field()), error.type(), error.value(), named(error.detail()))
                : null;
    }

    private static String named(String text) {
        return OF_VERSION
                .matcher(text)
                .replaceAll(found -> "spec." + (found.group(2).equals("schema") ? "validation" : found.group(2)));
    }
}
