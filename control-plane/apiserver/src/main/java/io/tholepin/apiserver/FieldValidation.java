package io.tholepin.apiserver;

/** What happens to unknown and duplicate fields of a body. Source: contract 2.7. */
public enum FieldValidation {
    /** Dropped in silence. */
    IGNORE,
    /** Dropped, with a warning for each; the server's default. */
    WARN,
    /** Refused with 400. */
    STRICT
}
