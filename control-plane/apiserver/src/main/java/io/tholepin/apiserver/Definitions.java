package io.tholepin.apiserver;

import io.tholepin.objects.ResourceType;

/** The definitions of custom resources as this server has taken them in. Thread-safe. */
public interface Definitions {
    /** None, ever. */
    Definitions NONE = new Definitions() {
        @Override
        public long revision(ResourceType type) {
            throw new SupersededException(type);
        }

        @Override
        public boolean deleting(ResourceType type) {
            return false;
        }

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public void look() {
            // nothing to see
        }

        @Override
        public void catchUp() {
            // nothing to learn
        }
    };

    /**
     * Revision of the newest known state of the definition that a custom resource was made by: what a write under its
     * schema depends on.
     *
     * @throws SupersededException when the definition says something else by now, or is gone
     */
    long revision(ResourceType type);

    /** Whether the definition of a custom resource is being deleted, so that nothing may be created. */
    boolean deleting(ResourceType type);

    /** Whether everything is served that was defined when the server started. */
    boolean ready();

    /**
     * Takes in every change that this server may have shown somebody; returns at once. Who has seen a definition
     * established finds its resource in the documents that are made after this.
     */
    void look();

    /**
     * Takes in every change of a definition that was acknowledged before the call; waits for the store. Fails as reads
     * of the most recent state do.
     */
    void catchUp();

    /** The definition of a resource has changed since a request began: it must begin again. */
    final class SupersededException extends RuntimeException {
        SupersededException(ResourceType type) {
            super("the definition of " + type.groupResource() + " has changed", null, false, false);
        }
    }
}
