package io.tholepin.objects;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Rules of containers: images, ports, environment, mounts, probes, security. Source: contract 2.14. */
final class ContainerRules {
    private static final List<String> PROBES = List.of("livenessProbe", "readinessProbe", "startupProbe");
    private static final Set<String> ENVIRONMENT_PATHS = new LinkedHashSet<>(List.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs"));
    static final List<String> RESOURCE_FIELDS = List.of(
            "limits.cpu",
            "limits.ephemeral-storage",
            "limits.memory",
            "requests.cpu",
            "requests.ephemeral-storage",
            "requests.memory");

    private ContainerRules() {}

    static void containers(Check spec, Set<String> volumes) {
        Set<String> names = new HashSet<>();
        if (spec.required("containers")) {
            for (Check container : spec.items("containers")) {
                common(container, volumes);
                uniqueName(container, names);
                lifecycle(container);
                probes(container);
                container.optionalOneOf("restartPolicy", "Always", "OnFailure", "Never");
            }
        }
        for (Check container : spec.items("initContainers")) {
            common(container, volumes);
            uniqueName(container, names);
            initContainer(container);
        }
        for (Check container : spec.items("ephemeralContainers")) {
            common(container, volumes);
            uniqueName(container, names);
            for (String field : List.of("ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle")) {
                if (!container.isEmpty(field)) {
                    container.forbidden(field, "cannot be set for an Ephemeral Container");
                }
            }
            if (!container.at("resources").isEmpty("limits")
                    || !container.at("resources").isEmpty("requests")) {
                container.forbidden("resources", "cannot be set for an Ephemeral Container");
            }
        }
        hostPorts(spec, "containers");
    }

    private static void uniqueName(Check container, Set<String> names) {
        if (!names.add(container.string("name"))) {
            container.add(FieldError.duplicate(container.path("name"), container.string("name")));
        }
    }

    /** A sidecar may do what a container may; what only runs once has no lifecycle. */
    private static void initContainer(Check container) {
        if (container.string("restartPolicy").equals("Always")) {
            lifecycle(container);
            probes(container);
            return;
        }
        if (container.has("lifecycle")) {
            container.forbidden("lifecycle", "may not be set for init containers without restartPolicy=Always");
        }
        for (String probe : PROBES) {
            if (container.has(probe)) {
                container.forbidden(probe, "may not be set for init containers without restartPolicy=Always");
            }
        }
    }

    private static void common(Check container, Set<String> volumes) {
        container.requiredName("name", Names::label);
        container.required("image");
        container.oneOf("terminationMessagePolicy", "File", "FallbackToLogsOnError");
        ports(container);
        container.each("env", ContainerRules::environment);
        container.each("envFrom", source -> environmentSource(source, container));
        VolumeRules.mounts(container, volumes);
        container.oneOf("imagePullPolicy", "Always", "IfNotPresent", "Never");
        ResourceRules.requirements(container.at("resources"));
        container.each("resizePolicy", policy -> {
            policy.oneOf("resourceName", "cpu", "memory");
            policy.oneOf("restartPolicy", "NotRequired", "RestartContainer");
        });
        container.with("securityContext", ContainerRules::security);
    }

    private static void ports(Check container) {
        Set<String> names = new HashSet<>();
        for (Check port : container.items("ports")) {
            String name = port.string("name");
            List<String> wrong = name.isEmpty() ? List.of() : Names.portName(name);
            wrong.forEach(message -> port.invalid("name", message));
            if (!name.isEmpty() && wrong.isEmpty() && !names.add(name)) {
                port.add(FieldError.duplicate(port.path("name"), name));
            }
            if (port.required("containerPort")) {
                port.port("containerPort");
            }
            if (!port.isEmpty("hostPort")) {
                port.port("hostPort");
            }
            port.oneOf("protocol", "SCTP", "TCP", "UDP");
        }
    }

    private static void hostPorts(Check spec, String kind) {
        Set<String> taken = new HashSet<>();
        spec.each(
                kind,
                container -> container.each("ports", port -> {
                    if (!port.isEmpty("hostPort")) {
                        String key = port.string("protocol") + "/" + port.string("hostIP") + "/"
                                + port.integer("hostPort", 0);
                        if (!taken.add(key)) {
                            port.add(FieldError.duplicate(port.path("hostPort"), key));
                        }
                    }
                }));
    }

    private static void environment(Check variable) {
        if (variable.required("name")) {
            variable.at("name").name(Names::environmentVariable);
        }
        if (!variable.has("valueFrom")) {
            return;
        }
        Check from = variable.at("valueFrom");
        List<String> sources = List.of("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef");
        long set = sources.stream().filter(from::has).count();
        from.with("fieldRef", reference -> fieldRef(reference, ENVIRONMENT_PATHS));
        from.with("resourceFieldRef", reference -> resourceFieldRef(reference, false));
        from.with("configMapKeyRef", ContainerRules::keyReference);
        from.with("secretKeyRef", ContainerRules::keyReference);
        String wrong = "";
        if (set == 0) {
            wrong = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`";
        } else if (!variable.isEmpty("value")) {
            wrong = "may not be specified when `value` is not empty";
        } else if (set > 1) {
            wrong = "may not have more than one field specified at a time";
        }
        if (!wrong.isEmpty()) {
            from.add(FieldError.invalid(from.path(), "", wrong));
        }
    }

    private static void keyReference(Check reference) {
        reference.required("name");
        if (reference.required("key")) {
            reference.at("key").name(Names::configKey);
        }
    }

    /** A field of the pod, named by path; labels and annotations by key as well. */
    static void fieldRef(Check reference, Set<String> paths) {
        if (!reference.required("apiVersion") || !reference.required("fieldPath")) {
            return;
        }
        String path = reference.string("fieldPath");
        int bracket = path.indexOf("['");
        if (bracket > 0 && path.endsWith("']")) {
            String key = path.substring(bracket + 2, path.length() - 2);
            switch (path.substring(0, bracket)) {
                case "metadata.annotations" ->
                    Names.annotationKey(key).forEach(m -> reference.add(FieldError.invalid(reference.path(), key, m)));
                case "metadata.labels" ->
                    Names.labelKey(key).forEach(m -> reference.add(FieldError.invalid(reference.path(), key, m)));
                default ->
                    reference.add(FieldError.invalid(
                            reference.path(), path.substring(0, bracket), "does not support subscript"));
            }
        } else if (!paths.contains(path)) {
            boolean known = path.equals("metadata.labels") || path.equals("metadata.annotations");
            boolean status = ENVIRONMENT_PATHS.contains(path);
            if (known || status) {
                reference.add(
                        FieldError.unsupported(reference.path("fieldPath"), path, new java.util.TreeSet<>(paths)));
            } else {
                reference.invalid("fieldPath", "error converting fieldPath: field label not supported: " + path);
            }
        }
    }

    static void resourceFieldRef(Check reference, boolean volume) {
        if (volume && !reference.required("containerName")) {
            return;
        }
        if (reference.required("resource")) {
            String resource = reference.string("resource");
            boolean pages = resource.startsWith("limits.hugepages-") || resource.startsWith("requests.hugepages-");
            if (!pages && !RESOURCE_FIELDS.contains(resource)) {
                reference.add(FieldError.unsupported(reference.path("resource"), resource, RESOURCE_FIELDS));
            }
        }
    }

    private static void environmentSource(Check source, Check container) {
        source.optionalName("prefix", Names::environmentVariable);
        int set = 0;
        for (String kind : List.of("configMapRef", "secretRef")) {
            if (source.has(kind)) {
                set++;
                source.at(kind).requiredName("name", Names::subdomain);
            }
        }
        if (set != 1) {
            container.add(FieldError.invalid(
                    container.path("envFrom"),
                    "",
                    set == 0
                            ? "must specify one of: `configMapRef` or `secretRef`"
                            : "may not have more than one field specified at a time"));
        }
    }

    private static void lifecycle(Check container) {
        for (String hook : List.of("postStart", "preStop")) {
            Check handler = container.at("lifecycle", hook);
            if (handler.value() != null) {
                handler(handler, List.of("exec", "httpGet", "tcpSocket", "sleep"));
            }
        }
    }

    private static void probes(Check container) {
        for (String kind : PROBES) {
            container.with(kind, probe -> {
                handler(probe, List.of("exec", "httpGet", "tcpSocket", "grpc"));
                probe.nonNegative(
                        "initialDelaySeconds",
                        "timeoutSeconds",
                        "periodSeconds",
                        "successThreshold",
                        "failureThreshold");
                if (probe.has("terminationGracePeriodSeconds")
                        && probe.integer("terminationGracePeriodSeconds", 1) <= 0) {
                    probe.invalid("terminationGracePeriodSeconds", "must be greater than 0");
                }
                if (!kind.equals("readinessProbe") && probe.integer("successThreshold", 1) != 1) {
                    probe.invalid("successThreshold", "must be 1");
                }
            });
        }
    }

    private static void handler(Check handler, List<String> kinds) {
        int set = 0;
        for (String kind : kinds) {
            if (!handler.has(kind)) {
                continue;
            }
            if (set++ > 0) {
                handler.forbidden(kind, "may not specify more than 1 handler type");
                continue;
            }
            Check action = handler.at(kind);
            switch (kind) {
                case "exec" -> action.required("command");
                case "httpGet" -> {
                    action.required("path");
                    action.portOrName("port");
                    action.oneOf("scheme", "HTTP", "HTTPS");
                    action.each("httpHeaders", header -> header.requiredName("name", ContainerRules::headerName));
                }
                case "tcpSocket" -> action.portOrName("port");
                case "grpc" -> action.port("port");
                default -> action.nonNegative("seconds");
            }
        }
        if (set == 0) {
            handler.add(FieldError.required(handler.path(), "must specify a handler type"));
        }
    }

    private static List<String> headerName(String name) {
        return name.matches("[-A-Za-z0-9]+")
                ? List.of()
                : List.of(Names.regex(
                        "a valid HTTP header must consist of alphanumeric characters or '-'",
                        "[-A-Za-z0-9]+",
                        "X-Header-Name"));
    }

    private static void security(Check context) {
        context.range("runAsUser", 0, Integer.MAX_VALUE);
        context.range("runAsGroup", 0, Integer.MAX_VALUE);
        context.optionalOneOf("procMount", "Default", "Unmasked");
        context.with("seccompProfile", ContainerRules::seccomp);
        if (Boolean.FALSE.equals(context.value("allowPrivilegeEscalation"))) {
            if (context.flag("privileged")) {
                context.invalid("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            if (context.at("capabilities").list("add").contains("CAP_SYS_ADMIN")) {
                context.invalid("cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
    }

    static void seccomp(Check profile) {
        String type = profile.string("type");
        switch (type) {
            case "Localhost" -> profile.required("localhostProfile", "must be set when seccomp type is Localhost");
            case "RuntimeDefault", "Unconfined" -> {
                if (profile.has("localhostProfile")) {
                    profile.invalid("localhostProfile", "can only be set when seccomp type is Localhost");
                }
            }
            case "" ->
                profile.add(FieldError.required(profile.path("type"), "type is required when seccompProfile is set"));
            default ->
                profile.add(FieldError.unsupported(
                        profile.path("type"), type, List.of("Localhost", "RuntimeDefault", "Unconfined")));
        }
    }
}
