package io.tholepin.apiserver;

import io.tholepin.objects.FieldSelector;
import io.tholepin.objects.LabelSelector;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SelectableFields;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** Label and field selectors as the cache's selections. */
final class Selectors {
    private Selectors() {}

    /**
     * What the selectors of a request ask for within its scope.
     *
     * @param namespace of the path, empty for all; narrowed by a {@code metadata.namespace=x} term
     * @param name of the path, empty for all; narrowed by a {@code metadata.name=x} term
     * @throws io.tholepin.objects.StatusException 400 for a selector that does not parse or a field that cannot be
     *     selected by
     */
    static Selection of(String labels, String fields, ResourceType type, String namespace, String name) {
        LabelSelector byLabel = LabelSelector.parse(labels);
        FieldSelector byField = FieldSelector.parse(fields, SelectableFields.of(type));
        String ownNamespace = type.namespaced() && namespace.isEmpty()
                ? Objects.requireNonNullElse(byField.required("metadata.namespace"), "")
                : namespace;
        String ownName = name.isEmpty() ? Objects.requireNonNullElse(byField.required("metadata.name"), "") : name;
        return new Selection(ownNamespace, ownName, predicate(byLabel, byField), requirements(byLabel, byField));
    }

    private static Predicate<CachedObject> predicate(LabelSelector byLabel, FieldSelector byField) {
        if (byField.isEmpty()) {
            return byLabel.isEmpty() ? Selection.everything() : object -> byLabel.matches(object.labels());
        }
        return object ->
                byField.matches(object.name(), object.namespace(), object.fields()) && byLabel.matches(object.labels());
    }

    private static List<Selection.Requirement> requirements(LabelSelector byLabel, FieldSelector byField) {
        List<Selection.Requirement> requirements = new ArrayList<>();
        for (FieldSelector.Term term : byField.terms()) {
            if (!term.negated() && term.index() >= 0) {
                requirements.add(Selection.Requirement.field(term.field(), term.value()));
            }
        }
        for (LabelSelector.Requirement label : byLabel.requirements()) {
            switch (label.operator()) {
                case IN, EQUALS, DOUBLE_EQUALS ->
                    requirements.add(Selection.Requirement.label(label.key(), label.values()));
                case NOT_IN, NOT_EQUALS, GREATER, LESS, EXISTS, DOES_NOT_EXIST -> {
                    // no index answers these
                }
            }
        }
        return requirements;
    }

    /**
     * The name that a {@code metadata.name=x} term of a field selector asks for, empty when there is none.
     * Authorization needs it before anyone knows whether the selector parses.
     */
    static String nameAskedFor(String fieldSelector) {
        for (String term : fieldSelector.split(",")) {
            if (term.startsWith("metadata.name=")) {
                String value = term.substring("metadata.name=".length());
                return value.startsWith("=") ? value.substring(1) : value;
            }
        }
        return "";
    }
}
