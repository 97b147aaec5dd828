package io.tholepin.objects;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A field selector: a conjunction of {@code field=value} and {@code field!=value}. An absent field equals the empty
 * value. Immutable. Source: contract 1.8.
 */
public final class FieldSelector {
    private static final FieldSelector EVERYTHING = new FieldSelector(List.of());

    private final List<Term> terms;

    /**
     * One condition.
     *
     * @param index place of the field in {@link SelectableFields#names}, -1 for metadata.name and metadata.namespace
     */
    public record Term(String field, int index, boolean negated, String value) {
        boolean accepts(String actual) {
            return actual.equals(value) != negated;
        }

        @Override
        public String toString() {
            return field + (negated ? "!=" : "=") + value;
        }
    }

    private FieldSelector(List<Term> terms) {
        this.terms = List.copyOf(terms);
    }

    /** Selects every object. */
    public static FieldSelector everything() {
        return EVERYTHING;
    }

    /**
     * Parses the text of a {@code fieldSelector} parameter; the empty text selects everything. Commas, equals signs and
     * backslashes inside values are escaped by a backslash.
     *
     * @throws StatusException 400 when it does not parse or names a field that the resource cannot be selected by
     */
    public static FieldSelector parse(String text, SelectableFields fields) {
        if (text.isEmpty()) {
            return EVERYTHING;
        }
        List<String> parts = split(text);
        Collections.sort(parts);
        List<Term> terms = new ArrayList<>();
        for (String part : parts) {
            if (!part.isEmpty()) {
                terms.add(term(text, part, fields));
            }
        }
        return new FieldSelector(terms);
    }

    /** Splits at commas that no backslash precedes. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == ',') {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static Term term(String text, String part, SelectableFields fields) {
        for (int i = 0; i < part.length(); i++) {
            boolean negated = part.startsWith("!=", i);
            if (negated || part.charAt(i) == '=') {
                int length = negated || part.startsWith("==", i) ? 2 : 1;
                String value = unescape(part.substring(i + length));
                String field = fields.canonical(part.substring(0, i));
                return new Term(field, fields.indexOf(field), negated, value);
            }
        }
        throw StatusException.badRequest("invalid selector: '" + text + "'; can't understand '" + part + "'");
    }

    private static String unescape(String value) {
        StringBuilder out = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '=' || c == ',') {
                throw StatusException.badRequest("invalid field selector: unescaped character in value: " + (int) c);
            }
            if (c == '\\') {
                i++;
                char escaped = i < value.length() ? value.charAt(i) : ' ';
                if (escaped != '\\' && escaped != ',' && escaped != '=') {
                    throw StatusException.badRequest("invalid field selector: invalid escape sequence: "
                            + value.substring(i - 1, Math.min(i + 1, value.length())));
                }
                c = escaped;
            }
            out.append(c);
        }
        return out.toString();
    }

    /**
     * Whether an object is selected.
     *
     * @param fields its values, made by the {@link SelectableFields#values} of the resource that this was parsed for
     */
    public boolean matches(String name, String namespace, String[] fields) {
        for (Term term : terms) {
            String actual =
                    term.index >= 0 ? fields[term.index] : term.field.equals("metadata.name") ? name : namespace;
            if (!term.accepts(actual)) {
                return false;
            }
        }
        return true;
    }

    /** Whether an object is selected whose fields the function gives; it answers the empty text for an absent field. */
    public boolean matches(UnaryOperator<String> lookup) {
        for (Term term : terms) {
            if (!term.accepts(lookup.apply(term.field))) {
                return false;
            }
        }
        return true;
    }

    /** The value that a field must have to be selected, null when none is required. */
    public @Nullable String required(String field) {
        for (Term term : terms) {
            if (!term.negated && term.field.equals(field)) {
                return term.value;
            }
        }
        return null;
    }

    /** Whether it selects everything. */
    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /** All conditions. */
    public List<Term> terms() {
        return terms;
    }

    @Override
    public String toString() {
        return String.join(",", terms.stream().map(Term::toString).toList());
    }
}
