package io.tholepin.apiserver;

import io.tholepin.apiserver.Roles.Binding;
import io.tholepin.apiserver.Roles.Subject;
import java.util.ArrayList;
import java.util.List;

/**
 * Role-based access control: members of {@code system:masters} may do everything; everyone may see the version and
 * health; authenticated users may discover the API and ask about themselves; the rest is what roles and bindings grant.
 * Source: contract 5.2.
 */
public final class RbacAuthorizer implements Authorizer {
    private static final PolicyRule PUBLIC = PolicyRule.urls(
            List.of("get"),
            List.of("/healthz", "/livez", "/readyz", "/healthz/*", "/livez/*", "/readyz/*", "/version", "/version/"));
    private static final PolicyRule DISCOVERY =
            PolicyRule.urls(List.of("get"), List.of("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"));
    private static final PolicyRule SELF_ACCESS = PolicyRule.resources(
            List.of("create"),
            List.of("authorization.k8s.io"),
            List.of("selfsubjectaccessreviews", "selfsubjectrulesreviews"));
    private static final PolicyRule SELF =
            PolicyRule.resources(List.of("create"), List.of("authentication.k8s.io"), List.of("selfsubjectreviews"));
    private static final List<PolicyRule> EVERYTHING = List.of(
            PolicyRule.resources(List.of("*"), List.of("*"), List.of("*")),
            PolicyRule.urls(List.of("*"), List.of("*")));

    private final Roles roles;

    public RbacAuthorizer(Backend backend) {
        this.roles = new Roles(backend);
    }

    @Override
    public Decision decide(Attributes wanted) {
        UserInfo user = wanted.user();
        if (user.groups().contains(UserInfo.MASTERS)) {
            return new Decision(true, "");
        }
        for (PolicyRule rule : builtIn(user)) {
            if (rule.allows(wanted)) {
                return new Decision(true, "");
            }
        }
        List<String> missing = new ArrayList<>();
        for (Binding binding : roles.clusterRoleBindings()) {
            String how = granted(binding, wanted, missing);
            if (!how.isEmpty()) {
                return new Decision(true, "RBAC: allowed by ClusterRoleBinding \"" + binding.name() + "\" of " + how);
            }
        }
        if (!wanted.namespace().isEmpty()) {
            for (Binding binding : roles.roleBindings(wanted.namespace())) {
                String how = granted(binding, wanted, missing);
                if (!how.isEmpty()) {
                    return new Decision(
                            true,
                            "RBAC: allowed by RoleBinding \"" + binding.name() + "/" + binding.namespace() + "\" of "
                                    + how);
                }
            }
        }
        return missing.isEmpty() ? Decision.NO_OPINION : new Decision(false, "RBAC: " + joined(missing));
    }

    private static String joined(List<String> missing) {
        return missing.size() == 1 ? missing.getFirst() : "[" + String.join(", ", missing) + "]";
    }

    /** How a binding allows it, empty when it does not. */
    private String granted(Binding binding, Attributes wanted, List<String> missing) {
        Subject subject = binding.subjectFor(wanted.user());
        if (subject == null) {
            return "";
        }
        List<PolicyRule> rules = roles.rules(binding);
        if (rules == null) {
            missing.add(binding.roleKind().toLowerCase(java.util.Locale.ROOT) + ".rbac.authorization.k8s.io \""
                    + binding.roleName() + "\" not found");
            return "";
        }
        return rules.stream().anyMatch(rule -> rule.allows(wanted))
                ? binding.roleKind() + " \"" + binding.roleName() + "\" to " + subject.describe(binding.namespace())
                : "";
    }

    private static List<PolicyRule> builtIn(UserInfo user) {
        return user.groups().contains("system:authenticated")
                ? List.of(PUBLIC, DISCOVERY, SELF_ACCESS, SELF)
                : List.of(PUBLIC);
    }

    /** All rules that apply to a user in a namespace. */
    List<PolicyRule> rulesOf(UserInfo user, String namespace) {
        List<PolicyRule> all = new ArrayList<>(builtIn(user));
        if (user.groups().contains(UserInfo.MASTERS)) {
            all.addAll(EVERYTHING);
        }
        List<Binding> bindings = new ArrayList<>(roles.clusterRoleBindings());
        bindings.addAll(roles.roleBindings(namespace));
        for (Binding binding : bindings) {
            List<PolicyRule> rules = binding.subjectFor(user) == null ? null : roles.rules(binding);
            if (rules != null) {
                all.addAll(rules);
            }
        }
        return all;
    }
}
