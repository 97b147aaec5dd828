package io.tholepin.apiserver;

import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.watchcache.CachedObject;
import io.tholepin.watchcache.Snapshot;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Roles and bindings as the watch caches hold them. Each is parsed once per change and kept; what has been deleted is
 * let go when its kind is next scanned. Thread-safe.
 */
final class Roles {
    private static final String GROUP = "rbac.authorization.k8s.io";

    private final Backend backend;
    private final Kept<Binding> clusterRoleBindings = new Kept<>();
    private final Kept<Binding> roleBindings = new Kept<>();
    private final Kept<List<PolicyRule>> clusterRoles = new Kept<>();
    private final Kept<List<PolicyRule>> roles = new Kept<>();

    Roles(Backend backend) {
        this.backend = backend;
    }

    /** Who a binding is for. */
    record Subject(String kind, String name, String namespace) {
        boolean is(UserInfo user, String bindingNamespace) {
            return switch (kind) {
                case "User" -> name.equals(user.name());
                case "Group" -> user.groups().contains(name);
                case "ServiceAccount" ->
                    user.name().equals("system:serviceaccount:" + namespaceOr(bindingNamespace) + ":" + name);
                default -> false;
            };
        }

        private String namespaceOr(String bindingNamespace) {
            return namespace.isEmpty() ? bindingNamespace : namespace;
        }

        String describe(String bindingNamespace) {
            return kind + " \"" + (kind.equals("ServiceAccount") ? name + "/" + namespaceOr(bindingNamespace) : name)
                    + "\"";
        }
    }

    /** A ClusterRoleBinding, or with a namespace a RoleBinding. */
    record Binding(String namespace, String name, List<Subject> subjects, String roleKind, String roleName) {
        @Nullable
        Subject subjectFor(UserInfo user) {
            for (Subject subject : subjects) {
                if (subject.is(user, namespace)) {
                    return subject;
                }
            }
            return null;
        }
    }

    /** What is known of one object, for as long as it does not change. */
    private record Entry<T>(long resourceVersion, T value) {}

    private static final class Kept<T> {
        private final Map<String, Entry<T>> entries = new ConcurrentHashMap<>();

        T of(CachedObject object, java.util.function.Function<Map<String, Object>, T> parse) {
            String key = object.namespace() + "/" + object.name();
            Entry<T> entry = entries.get(key);
            if (entry == null || entry.resourceVersion != object.resourceVersion()) {
                entry = new Entry<>(object.resourceVersion(), parse.apply(Json.parseObject(object.json())));
                entries.put(key, entry);
            }
            return entry.value;
        }

        void trim(long present) {
            if (entries.size() > 2 * present + 64) {
                entries.clear();
            }
        }
    }

    /** All cluster role bindings. */
    List<Binding> clusterRoleBindings() {
        return bindings("clusterrolebindings", "", clusterRoleBindings);
    }

    /** The role bindings of a namespace. */
    List<Binding> roleBindings(String namespace) {
        return bindings("rolebindings", namespace, roleBindings);
    }

    private List<Binding> bindings(String resource, String namespace, Kept<Binding> kept) {
        Snapshot snapshot = snapshot(resource);
        if (snapshot == null) {
            return List.of();
        }
        kept.trim(snapshot.count(""));
        List<Binding> all = new ArrayList<>();
        for (Iterator<CachedObject> objects = snapshot.iterator(namespace, ""); objects.hasNext(); ) {
            CachedObject object = objects.next();
            all.add(kept.of(object, tree -> binding(object, tree)));
        }
        return all;
    }

    private static Binding binding(CachedObject object, Map<String, Object> tree) {
        List<Subject> subjects = Json.list(tree, "subjects").stream()
                .map(s -> new Subject(Json.string(s, "kind"), Json.string(s, "name"), Json.string(s, "namespace")))
                .toList();
        return new Binding(
                object.namespace(),
                object.name(),
                subjects,
                Json.string(tree, "roleRef", "kind"),
                Json.string(tree, "roleRef", "name"));
    }

    /** The rules that a binding grants, null when its role does not exist. */
    @Nullable
    List<PolicyRule> rules(Binding binding) {
        boolean cluster = binding.roleKind.equals("ClusterRole");
        Snapshot snapshot = snapshot(cluster ? "clusterroles" : "roles");
        CachedObject role = snapshot == null ? null : snapshot.get(cluster ? "" : binding.namespace, binding.roleName);
        return role == null ? null : (cluster ? clusterRoles : roles).of(role, PolicyRule::all);
    }

    private @Nullable Snapshot snapshot(String resource) {
        ResourceType type = backend.types().resource(GROUP, "v1", resource);
        return type == null ? null : Failures.ready(backend.cacheOf(type)).latest();
    }
}
