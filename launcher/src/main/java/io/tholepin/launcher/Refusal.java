package io.tholepin.launcher;

import org.jspecify.annotations.Nullable;

/** Something the user can mend: the message says what failed, on what value, what was expected, and what to do. */
final class Refusal extends RuntimeException {
    Refusal(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
