package io.tholepin.objects;

/**
 * One thing wrong with one field, printed as Kubernetes prints it: {@code path: Type: value: detail}.
 *
 * @param field path such as {@code spec.containers[0].name}
 * @param value the offending value as printed: Go-quoted string, number or JSON; empty where the type prints none
 */
public record FieldError(String field, Type type, String value, String detail) {

    /** Kind of error; the reason goes into the status' cause. Source: contract 2.14. */
    public enum Type {
        REQUIRED("FieldValueRequired", "Required value"),
        INVALID("FieldValueInvalid", "Invalid value"),
        TYPE_INVALID("FieldValueTypeInvalid", "Invalid value"),
        NOT_SUPPORTED("FieldValueNotSupported", "Unsupported value"),
        DUPLICATE("FieldValueDuplicate", "Duplicate value"),
        NOT_FOUND("FieldValueNotFound", "Not found"),
        FORBIDDEN("FieldValueForbidden", "Forbidden"),
        TOO_LONG("FieldValueTooLong", "Too long"),
        TOO_MANY("FieldValueTooMany", "Too many"),
        INTERNAL("InternalError", "Internal error");

        private final String reason;
        private final String text;

        Type(String reason, String text) {
            this.reason = reason;
            this.text = text;
        }

        /** The cause's reason. */
        public String reason() {
            return reason;
        }

        boolean printsValue() {
            return switch (this) {
                case INVALID, TYPE_INVALID, NOT_SUPPORTED, DUPLICATE, NOT_FOUND, TOO_MANY -> true;
                case REQUIRED, FORBIDDEN, TOO_LONG, INTERNAL -> false;
            };
        }
    }

    /** A field that must be there. */
    public static FieldError required(String field, String detail) {
        return new FieldError(field, Type.REQUIRED, "", detail);
    }

    /** A value that is not allowed; {@code value} may be any JSON tree. */
    public static FieldError invalid(String field, Object value, String detail) {
        return new FieldError(field, Type.INVALID, Json.text(value), detail);
    }

    /** A value of another type than its field. */
    public static FieldError typeInvalid(String field, Object value, String detail) {
        return new FieldError(field, Type.TYPE_INVALID, Json.text(value), detail);
    }

    /** More items or fields than allowed. */
    public static FieldError tooMany(String field, long actual, long max) {
        return new FieldError(
                field,
                Type.TOO_MANY,
                Long.toString(actual),
                "must have at most " + max + (max == 1 ? " item" : " items"));
    }

    /** A change or field that is not allowed. */
    public static FieldError forbidden(String field, String detail) {
        return new FieldError(field, Type.FORBIDDEN, "", detail);
    }

    /** The second of two equal values. */
    public static FieldError duplicate(String field, Object value) {
        return new FieldError(field, Type.DUPLICATE, Json.text(value), "");
    }

    /** A value outside a closed set. */
    public static FieldError unsupported(String field, Object value, Iterable<String> supported) {
        StringBuilder detail = new StringBuilder("supported values: ");
        String separator = "";
        for (String one : supported) {
            detail.append(separator).append(Json.text(one));
            separator = ", ";
        }
        return new FieldError(field, Type.NOT_SUPPORTED, Json.text(value), detail.toString());
    }

    /** More bytes than allowed. */
    public static FieldError tooLong(String field, int bytesMax) {
        return new FieldError(field, Type.TOO_LONG, "", "may not be more than " + bytesMax + " bytes");
    }

    /** The message without the path: {@code Type: value: detail}. */
    public String body() {
        StringBuilder out = new StringBuilder(type.text);
        if (type.printsValue()) {
            out.append(": ").append(value);
        }
        if (!detail.isEmpty()) {
            out.append(": ").append(detail);
        }
        return out.toString();
    }

    @Override
    public String toString() {
        return field + ": " + body();
    }
}
