package io.tholepin.controllers;

/** Brings one object to its desired state. */
interface Reconciler {
    /** Name for logs and threads. */
    String name();

    /**
     * Does what is missing for one key; called again after a failure, with growing pauses.
     *
     * @return false to be called again although nothing failed
     */
    boolean reconcile(String key) throws InterruptedException;
}
