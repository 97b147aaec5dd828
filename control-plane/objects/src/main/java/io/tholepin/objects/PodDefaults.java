package io.tholepin.objects;

import static io.tholepin.objects.Trees.each;
import static io.tholepin.objects.Trees.empty;
import static io.tholepin.objects.Trees.unset;
import static io.tholepin.objects.Trees.with;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Defaults of pods, and of the pod templates that workloads hold. Source: contract 2.11. */
final class PodDefaults {
    private static final List<String> CONTAINERS = List.of("containers", "initContainers", "ephemeralContainers");
    private static final List<String> PROBES = List.of("livenessProbe", "readinessProbe", "startupProbe");
    private static final long MODE_0644 = 0644;

    private PodDefaults() {}

    /** What only a pod gets, not a template. */
    static void pod(Map<String, Object> pod) {
        Map<String, Object> spec = Json.child(pod, "spec");
        spec(spec);
        for (String kind : List.of("containers", "initContainers")) {
            each(spec, kind, PodDefaults::requestsFromLimits);
            if (Json.flag(spec, "hostNetwork")) {
                each(spec, kind, PodDefaults::hostPorts);
            }
        }
        with(spec, "resources", resources -> {
            if (!Trees.isEmpty(resources.get("limits"))) {
                PodResources.requestsFromContainers(spec, resources);
            }
        });
        unset(spec, "enableServiceLinks", true);
    }

    /** The template under a key of a workload's spec. */
    static void template(@Nullable Map<String, Object> holder) {
        with(holder, "template", template -> spec(Json.child(template, "spec")));
    }

    static void spec(Map<String, Object> spec) {
        empty(spec, "dnsPolicy", "ClusterFirst");
        empty(spec, "restartPolicy", "Always");
        unset(spec, "securityContext", new LinkedHashMap<String, Object>());
        unset(spec, "terminationGracePeriodSeconds", 30L);
        empty(spec, "schedulerName", "default-scheduler");
        serviceAccount(spec);
        each(spec, "volumes", VolumeDefaults::volume);
        for (String kind : CONTAINERS) {
            each(spec, kind, PodDefaults::container);
        }
        with(spec, "overhead", PodDefaults::roundToMilli);
        with(spec, "resources", PodDefaults::resources);
    }

    /** The old name of the field always shows what the new one says. */
    private static void serviceAccount(Map<String, Object> spec) {
        if (Trees.isEmpty(spec.get("serviceAccountName")) && !Trees.isEmpty(spec.get("serviceAccount"))) {
            spec.put("serviceAccountName", spec.get("serviceAccount"));
        } else if (!Trees.isEmpty(spec.get("serviceAccountName"))) {
            spec.put("serviceAccount", spec.get("serviceAccountName"));
        }
    }

    private static void container(Map<String, Object> container) {
        empty(container, "imagePullPolicy", pullPolicy(Json.string(container, "image")));
        empty(container, "terminationMessagePath", "/dev/termination-log");
        empty(container, "terminationMessagePolicy", "File");
        each(container, "ports", port -> empty(port, "protocol", "TCP"));
        each(
                container,
                "env",
                variable -> with(variable, "valueFrom", source -> {
                    with(source, "fieldRef", PodDefaults::fieldRef);
                    with(source, "fileKeyRef", file -> unset(file, "optional", false));
                }));
        with(container, "resources", PodDefaults::resources);
        for (String kind : PROBES) {
            with(container, kind, PodDefaults::probe);
        }
        with(container, "lifecycle", lifecycle -> {
            with(lifecycle, "postStart", PodDefaults::handler);
            with(lifecycle, "preStop", PodDefaults::handler);
        });
    }

    static void fieldRef(Map<String, Object> reference) {
        empty(reference, "apiVersion", "v1");
    }

    private static void probe(Map<String, Object> probe) {
        handler(probe);
        with(probe, "grpc", grpc -> unset(grpc, "service", ""));
        empty(probe, "timeoutSeconds", 1L);
        empty(probe, "periodSeconds", 10L);
        empty(probe, "successThreshold", 1L);
        empty(probe, "failureThreshold", 3L);
    }

    private static void handler(Map<String, Object> handler) {
        with(handler, "httpGet", get -> {
            empty(get, "path", "/");
            empty(get, "scheme", "HTTP");
        });
    }

    /** Always for the tag {@code latest} and for none (which means it) unless a digest is given, else IfNotPresent. */
    static String pullPolicy(String image) {
        String name = image.substring(image.lastIndexOf('/') + 1);
        int at = name.indexOf('@');
        String beforeDigest = at < 0 ? name : name.substring(0, at);
        int colon = beforeDigest.indexOf(':');
        String tag = colon < 0 ? "" : beforeDigest.substring(colon + 1);
        boolean latest = tag.equals("latest") || (tag.isEmpty() && at < 0);
        return latest && !image.isEmpty() ? "Always" : "IfNotPresent";
    }

    private static void resources(Map<String, Object> resources) {
        with(resources, "limits", PodDefaults::roundToMilli);
        with(resources, "requests", PodDefaults::roundToMilli);
    }

    /** Resources are kept in thousandths; what is finer is rounded up. */
    static void roundToMilli(Map<String, Object> quantities) {
        quantities.replaceAll((name, value) -> {
            Quantity quantity = value instanceof String text ? Quantity.tryParse(text) : null;
            return quantity == null ? value : quantity.roundedToMilli().toString();
        });
    }

    private static void requestsFromLimits(Map<String, Object> container) {
        Map<String, Object> limits = Json.object(container, "resources", "limits");
        if (limits != null && !limits.isEmpty()) {
            Map<String, Object> requests = Json.child(Json.child(container, "resources"), "requests");
            limits.forEach(requests::putIfAbsent);
        }
    }

    private static void hostPorts(Map<String, Object> container) {
        each(container, "ports", port -> {
            if (port.get("containerPort") instanceof Number number) {
                empty(port, "hostPort", number.longValue());
            }
        });
    }

    /** Defaults of volumes. */
    static final class VolumeDefaults {
        private VolumeDefaults() {}

        static void volume(Map<String, Object> volume) {
            boolean source = volume.entrySet().stream()
                    .anyMatch(field -> !field.getKey().equals("name") && field.getValue() != null);
            if (!source) {
                volume.put("emptyDir", new LinkedHashMap<String, Object>());
            }
            for (String kind : List.of("secret", "configMap", "downwardAPI", "projected")) {
                with(volume, kind, files -> unset(files, "defaultMode", MODE_0644));
            }
            with(volume, "downwardAPI", VolumeDefaults::items);
            with(volume, "projected", projected -> each(projected, "sources", VolumeDefaults::projection));
            with(
                    volume,
                    "ephemeral",
                    ephemeral -> with(
                            ephemeral,
                            "volumeClaimTemplate",
                            template -> WorkloadDefaults.claimSpec(Json.child(template, "spec"))));
            with(volume, "image", image -> empty(image, "pullPolicy", pullPolicy(Json.string(image, "reference"))));
            network(volume);
        }

        /** Sources that persistent volumes have as well. */
        static void network(Map<String, Object> holder) {
            with(holder, "hostPath", path -> unset(path, "type", ""));
            with(holder, "iscsi", iscsi -> empty(iscsi, "iscsiInterface", "default"));
            with(holder, "rbd", rbd -> {
                empty(rbd, "pool", "rbd");
                empty(rbd, "user", "admin");
                empty(rbd, "keyring", "/etc/ceph/keyring");
            });
            with(holder, "azureDisk", disk -> {
                unset(disk, "cachingMode", "ReadWrite");
                unset(disk, "kind", "Shared");
                unset(disk, "fsType", "ext4");
                unset(disk, "readOnly", false);
            });
            with(holder, "scaleIO", scale -> {
                empty(scale, "storageMode", "ThinProvisioned");
                empty(scale, "fsType", "xfs");
            });
        }

        private static void projection(Map<String, Object> source) {
            with(source, "serviceAccountToken", token -> unset(token, "expirationSeconds", 3600L));
            with(source, "downwardAPI", VolumeDefaults::items);
        }

        private static void items(Map<String, Object> downward) {
            each(downward, "items", item -> with(item, "fieldRef", PodDefaults::fieldRef));
        }
    }
}
