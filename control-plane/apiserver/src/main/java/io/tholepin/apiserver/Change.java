package io.tholepin.apiserver;

import io.tholepin.objects.StatusException;

/**
 * One write as a function of what is there. Called again with newer facts when those it saw turn out to be old, so it
 * has no effects of its own.
 */
@FunctionalInterface
interface Change {
    /**
     * Decides. Everything it looks up through {@code view} becomes a condition of the write.
     *
     * @throws StatusException to refuse; the write is refused only if what it saw was true
     */
    Next decide(View view);
}
