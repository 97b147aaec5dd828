package io.tholepin.apiserver;

import io.tholepin.objects.FieldSelector;
import io.tholepin.objects.LabelSelector;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.SelectableFields;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Selection;
import java.util.function.Predicate;

/** Label and field selectors as the cache's predicates. */
final class Selectors {
    private Selectors() {}

    static Predicate<CachedObject> predicate(String labels, String fields, ResourceType type) {
        LabelSelector byLabel = LabelSelector.parse(labels);
        FieldSelector byField = FieldSelector.parse(fields, SelectableFields.of(type));
        if (byField.isEmpty()) {
            return byLabel.isEmpty() ? Selection.everything() : object -> byLabel.matches(object.labels());
        }
        return object ->
                byField.matches(object.name(), object.namespace(), object.fields()) && byLabel.matches(object.labels());
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
