package io.tholepin.load;

/** An answer with status 200 that does not hold what it must. */
final class WrongAnswer extends RuntimeException {
    WrongAnswer(String message) {
        super(message, null, false, false);
    }
}
