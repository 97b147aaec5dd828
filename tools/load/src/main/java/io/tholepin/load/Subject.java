package io.tholepin.load;

/** An API server and the store below it, as an experiment starts them. */
public enum Subject {
    /** {@code thole up}: both in one process. */
    EMBEDDED("thole up", "both in one process"),

    /** {@code thole apiserver} over {@code thole store}, two processes. */
    STORE("thole apiserver over thole store", "two processes, over gRPC"),

    /** {@code thole apiserver} over a real etcd, two processes. */
    ETCD("thole apiserver over etcd", "two processes, over gRPC");

    private final String title;
    private final String explanation;

    Subject(String title, String explanation) {
        this.title = title;
        this.explanation = explanation;
    }

    /** What a report calls it. */
    String title() {
        return title + " (" + explanation + ")";
    }
}
