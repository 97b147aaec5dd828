package io.tholepin.apiserver;

import java.util.List;
import java.util.Map;

/** Who asks. Groups already contain {@code system:authenticated} or {@code system:unauthenticated}. */
public record UserInfo(String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    /** Name of the user nobody vouches for. */
    public static final String ANONYMOUS_NAME = "system:anonymous";

    /** Members may do everything, whatever the roles say. */
    public static final String MASTERS = "system:masters";

    /** A request without credentials. */
    public static final UserInfo ANONYMOUS =
            new UserInfo(ANONYMOUS_NAME, "", List.of("system:unauthenticated"), Map.of());

    public UserInfo {
        groups = List.copyOf(groups);
        extra = Map.copyOf(extra);
    }

    /** An authenticated user with these groups and {@code system:authenticated}. */
    public static UserInfo authenticated(String name, List<String> groups) {
        List<String> all = new java.util.ArrayList<>(groups);
        if (!all.contains("system:authenticated")) {
            all.add("system:authenticated");
        }
        return new UserInfo(name, "", all, Map.of());
    }

    /** Whether nobody vouches for this user. */
    public boolean anonymous() {
        return name.equals(ANONYMOUS_NAME);
    }
}
