package io.tholepin.apiserver;

/** Decides whether a user may do something. Thread-safe. */
public interface Authorizer {
    /**
     * What is to be done. Strings are empty where they do not apply.
     *
     * @param path of a non-resource request; empty for a resource request
     */
    record Attributes(
            UserInfo user,
            String verb,
            String group,
            String version,
            String namespace,
            String resource,
            String subresource,
            String name,
            String path) {

        static Attributes of(UserInfo user, RequestInfo info) {
            return info.resourceRequest()
                    ? new Attributes(
                            user,
                            info.verb(),
                            info.group(),
                            info.version(),
                            info.namespace(),
                            info.resource(),
                            info.subresource(),
                            info.name(),
                            "")
                    : new Attributes(user, info.verb(), "", "", "", "", "", "", info.path());
        }

        boolean isResource() {
            return path.isEmpty();
        }

        /** {@code pods} or {@code pods/log}, as rules name it. */
        String resourcePath() {
            return subresource.isEmpty() ? resource : resource + "/" + subresource;
        }
    }

    /**
     * The answer.
     *
     * @param reason for people; empty when there is nothing to say
     */
    record Decision(boolean allowed, String reason) {
        static final Decision NO_OPINION = new Decision(false, "");
    }

    /** Decides; quick, from memory. */
    Decision decide(Attributes attributes);
}
