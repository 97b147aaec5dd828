package io.tholepin.objects;

import io.tholepin.objects.LabelSelector.Operator;
import io.tholepin.objects.LabelSelector.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads {@code a=b,c!=d,e in (f,g),h,!i,j>1}. The words {@code in} and {@code notin} are operators only where an
 * operator may stand, else names. Used once, by one thread.
 */
final class LabelSelectorParser {
    private static final Set<String> SYMBOLS = Set.of("(", ")", ",", "!", "=", "==", "!=", ">", "<");
    private static final String BINARY_OPERATORS = List.of(
                    Operator.IN,
                    Operator.NOT_IN,
                    Operator.EQUALS,
                    Operator.DOUBLE_EQUALS,
                    Operator.NOT_EQUALS,
                    Operator.GREATER,
                    Operator.LESS)
            .stream()
            .map(Operator::text)
            .collect(Collectors.joining(", "));

    /** A lexical element; {@code word} is false for symbols, scan errors and the end, whose text is empty. */
    private record Token(String text, boolean word) {
        boolean is(String symbol) {
            return !word && text.equals(symbol);
        }

        boolean isEnd() {
            return text.isEmpty();
        }
    }

    private static final Token END = new Token("", false);

    private final List<Token> tokens;
    private int position;

    LabelSelectorParser(String text) {
        tokens = scan(text);
    }

    List<Requirement> parse() {
        List<Requirement> requirements = new ArrayList<>();
        if (!peek().isEnd() && !startsRequirement(peek())) {
            throw refused("found '" + peek().text + "', expected: !, identifier, or 'end of string'");
        }
        while (!peek().isEnd()) {
            requirements.add(requirement());
            Token separator = next();
            if (separator.isEnd()) {
                return requirements;
            }
            if (!separator.is(",")) {
                throw refused("found '" + separator.text + "', expected: ',' or 'end of string'");
            }
            if (!startsRequirement(peek())) {
                throw refused("found '" + peek().text + "', expected: identifier after ','");
            }
        }
        return requirements;
    }

    private static boolean startsRequirement(Token token) {
        return token.word || token.is("!");
    }

    private Requirement requirement() {
        boolean negated = peek().is("!");
        if (negated) {
            next();
        }
        Token key = next();
        if (!key.word) {
            throw badRequirement("found '" + key.text + "', expected: identifier");
        }
        List<String> errors = Names.labelKey(key.text);
        if (!errors.isEmpty()) {
            throw badRequirement(FieldError.invalid("<nil>", key.text, String.join("; ", errors))
                    .toString());
        }
        if (negated || peek().isEnd() || peek().is(",")) {
            return LabelSelector.requirement(key.text, negated ? Operator.DOES_NOT_EXIST : Operator.EXISTS, List.of());
        }
        Operator operator = operator();
        Set<String> values = operator == Operator.IN || operator == Operator.NOT_IN ? values() : exactValue();
        return LabelSelector.requirement(key.text, operator, values);
    }

    private Operator operator() {
        Token token = next();
        return switch (token.text) {
            case "in" -> Operator.IN;
            case "notin" -> Operator.NOT_IN;
            case "=" -> Operator.EQUALS;
            case "==" -> Operator.DOUBLE_EQUALS;
            case "!=" -> Operator.NOT_EQUALS;
            case ">" -> Operator.GREATER;
            case "<" -> Operator.LESS;
            default -> throw badRequirement("found '" + token.text + "', expected: " + BINARY_OPERATORS);
        };
    }

    /** A parenthesised list; an empty place in it is the empty value. */
    private Set<String> values() {
        Token open = next();
        if (!open.is("(")) {
            throw badRequirement("found '" + open.text + "' expected: '('");
        }
        if (!peek().word && !peek().is(",") && !peek().is(")")) {
            throw badRequirement("found '" + peek().text + "', expected: ',', ')' or identifier");
        }
        Set<String> values = new TreeSet<>();
        while (true) {
            if (peek().word) {
                values.add(next().text);
                if (!peek().is(",") && !peek().is(")")) {
                    throw badRequirement("found '" + peek().text + "', expected: ',' or ')'");
                }
            } else {
                values.add("");
            }
            Token separator = next();
            if (separator.is(")")) {
                return values;
            }
            if (!separator.is(",")) {
                throw badRequirement("found '" + separator.text + "', expected: ',', or identifier");
            }
        }
    }

    private Set<String> exactValue() {
        if (peek().isEnd() || peek().is(",")) {
            return Set.of("");
        }
        Token value = next();
        if (!value.word) {
            throw badRequirement("found '" + value.text + "', expected: identifier");
        }
        return Set.of(value.text);
    }

    private Token peek() {
        return tokens.get(position);
    }

    private Token next() {
        Token token = tokens.get(position);
        if (!token.isEnd()) {
            position++;
        }
        return token;
    }

    private static List<Token> scan(String text) {
        List<Token> tokens = new ArrayList<>();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int start = i;
            if (isSpace(c)) {
                i++;
            } else if (isSymbol(c)) {
                i = symbolEnd(text, start);
                tokens.add(new Token(text.substring(start, i), false));
            } else {
                while (i < text.length() && !isSymbol(text.charAt(i)) && !isSpace(text.charAt(i))) {
                    i++;
                }
                tokens.add(new Token(text.substring(start, i), true));
            }
        }
        tokens.add(END);
        return tokens;
    }

    /** End of the longest symbol that starts here. */
    private static int symbolEnd(String text, int start) {
        return start + 2 <= text.length() && SYMBOLS.contains(text.substring(start, start + 2)) ? start + 2 : start + 1;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean isSymbol(char c) {
        return "=!(),><".indexOf(c) >= 0;
    }

    private static StatusException badRequirement(String why) {
        return refused("unable to parse requirement: " + why);
    }

    private static StatusException refused(String why) {
        return StatusException.badRequest(why);
    }
}
