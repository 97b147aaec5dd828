package io.tholepin.objects;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of volumes, claims and the storage group. Source: contract 2.12, 2.14. */
final class StorageRules {
    private static final String[] ACCESS_MODES = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};
    private static final Set<String> NOT_SOURCES = Set.of(
            "capacity",
            "accessModes",
            "claimRef",
            "persistentVolumeReclaimPolicy",
            "storageClassName",
            "mountOptions",
            "volumeMode",
            "nodeAffinity",
            "volumeAttributesClassName");

    private StorageRules() {}

    static void claim(Check root) {
        claimSpec(root.at("spec"));
    }

    static void claimSpec(Check spec) {
        spec.required("accessModes", "at least 1 access mode is required");
        accessModes(spec);
        spec.selector("selector");
        Check requests = spec.at("resources", "requests");
        if (requests.isEmpty("storage")) {
            spec.add(FieldError.required(requests.path() + "[storage]", ""));
        } else {
            Check storage = requests.at("storage").as(requests.path() + "[storage]");
            Quantity size = storage.quantity();
            if (size != null && size.signum() <= 0) {
                storage.invalid("must be greater than zero");
            }
        }
        spec.optionalName("storageClassName", Names::subdomain);
        spec.optionalOneOf("volumeMode", "Block", "Filesystem");
        spec.with("dataSource", source -> {
            source.required("name");
            source.required("kind");
        });
    }

    private static void accessModes(Check spec) {
        int index = 0;
        for (Object mode : spec.list("accessModes")) {
            if (!List.of(ACCESS_MODES).contains(mode)) {
                spec.add(FieldError.unsupported(spec.path("accessModes"), mode, List.of(ACCESS_MODES)));
            }
            index++;
        }
        if (index > 1 && spec.list("accessModes").contains("ReadWriteOncePod")) {
            spec.forbidden("accessModes", "may not use ReadWriteOncePod with other access modes");
        }
    }

    static void claimUpdate(Check root, Map<String, Object> old) {
        Map<String, Object> before = Json.child(Json.copyObject(old), "spec");
        Map<String, Object> after =
                Json.copyObject(root.at("spec").value() instanceof Map<?, ?> map ? Json.asObject(map) : Map.of());
        if (before.get("volumeName") == null) {
            Strategy.keep(after, before, "volumeName");
        }
        if (before.get("storageClassName") == null) {
            Strategy.keep(after, before, "storageClassName");
        }
        Strategy.keep(after, before, "volumeAttributesClassName");
        Object fresh = Json.at(after, "resources", "requests", "storage");
        Object stale = Json.at(before, "resources", "requests", "storage");
        boolean bound = Json.string(old, "status", "phase").equals("Bound");
        Quantity size = Quantity.tryParse(String.valueOf(fresh));
        Quantity sizeBefore = Quantity.tryParse(String.valueOf(stale));
        if (bound && size != null && sizeBefore != null) {
            if (size.compareTo(sizeBefore) < 0) {
                Quantity capacity = Quantity.tryParse(Json.string(old, "status", "capacity", "storage"));
                if (capacity == null || size.compareTo(capacity) <= 0) {
                    root.add(FieldError.forbidden(
                            "spec.resources.requests.storage", "field can not be less than status.capacity"));
                }
            }
            Json.child(Json.child(after, "resources"), "requests").put("storage", String.valueOf(stale));
        }
        if (!Trees.same(after, before)) {
            root.add(FieldError.forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound"
                            + " claims"));
        }
    }

    static void volume(Check root) {
        Check spec = root.at("spec");
        spec.required("accessModes");
        accessModes(spec);
        if (spec.required("capacity")) {
            if (Json.object(spec.value(), "capacity") instanceof Map<?, ?> capacity
                    && (!capacity.containsKey("storage") || capacity.size() > 1)) {
                spec.add(FieldError.unsupported(spec.path("capacity"), capacity, List.of("storage")));
            }
            spec.entries("capacity", entry -> {
                Quantity size = entry.quantity();
                if (size != null && size.signum() <= 0) {
                    entry.invalid("must be greater than zero");
                }
            });
        }
        if (!spec.isEmpty("persistentVolumeReclaimPolicy")) {
            spec.optionalOneOf("persistentVolumeReclaimPolicy", "Delete", "Recycle", "Retain");
        }
        spec.with("nodeAffinity", affinity -> affinity.with("required", PodRules::nodeSelector));
        volumeSource(spec);
        spec.optionalName("storageClassName", Names::subdomain);
        spec.optionalOneOf("volumeMode", "Block", "Filesystem");
    }

    private static void volumeSource(Check spec) {
        int set = 0;
        if (spec.value() instanceof Map<?, ?> fields) {
            for (Object field : fields.keySet()) {
                String kind = (String) field;
                if (!NOT_SOURCES.contains(kind) && spec.has(kind) && set++ > 0) {
                    spec.forbidden(kind, "may not specify more than 1 volume type");
                }
            }
        }
        if (set == 0) {
            spec.add(FieldError.required("spec", "must specify a volume type"));
        }
        spec.with("hostPath", path -> {
            path.required("path");
            VolumeRules.hostPath(path);
        });
        spec.with("csi", csi -> {
            csi.required("driver");
            csi.required("volumeHandle");
        });
        spec.with("nfs", nfs -> {
            nfs.required("server");
            nfs.required("path");
        });
        spec.with("local", local -> {
            local.required("path");
            if (!spec.has("nodeAffinity")) {
                spec.add(FieldError.required("metadata.annotations", "Local volume requires node affinity"));
            }
        });
    }

    static void volumeUpdate(Check root, Map<String, Object> old) {
        Check spec = root.at("spec");
        Map<String, Object> before = Json.child(Json.copyObject(old), "spec");
        if (!(spec.value() instanceof Map<?, ?> map)) {
            return;
        }
        Map<String, Object> after = Json.asObject(map);
        before.keySet().stream()
                .filter(kind -> !NOT_SOURCES.contains(kind) && !Trees.same(before.get(kind), after.get(kind)))
                .findFirst()
                .ifPresent(kind -> spec.forbidden(
                        "persistentvolumesource", "spec.persistentvolumesource is immutable after creation"));
        if (!Trees.same(before.get("volumeMode"), after.get("volumeMode"))) {
            spec.add(FieldError.invalid("volumeMode", Json.string(after, "volumeMode"), Check.IMMUTABLE));
        }
    }

    static void storageClass(Check root) {
        root.requiredName("provisioner", Names::labelKey);
        root.optionalOneOf("reclaimPolicy", "Delete", "Retain");
        root.optionalOneOf("volumeBindingMode", "Immediate", "WaitForFirstConsumer");
        long size = 0;
        for (Map.Entry<String, String> parameter :
                Json.strings(root.value(), "parameters").entrySet()) {
            if (parameter.getKey().isEmpty()) {
                root.invalid("parameters", "field can not be empty.");
            }
            size += Names.bytes(parameter.getKey()) + Names.bytes(parameter.getValue());
        }
        if (size > 256 << 10) {
            root.add(FieldError.tooLong("parameters", 256 << 10));
        }
    }

    static void storageClassUpdate(Check root, Map<String, Object> old) {
        if (!Trees.same(root.value("parameters"), old.get("parameters"))) {
            root.forbidden("parameters", "updates to parameters are forbidden.");
        }
        if (!Trees.same(root.value("provisioner"), old.get("provisioner"))) {
            root.forbidden("provisioner", "updates to provisioner are forbidden.");
        }
        if (!Trees.same(root.value("reclaimPolicy"), old.get("reclaimPolicy"))) {
            root.forbidden("reclaimPolicy", "updates to reclaimPolicy are forbidden.");
        }
        root.immutable("volumeBindingMode", old.get("volumeBindingMode"));
    }

    static void csiDriver(Check root) {
        Check spec = root.at("spec");
        spec.each("volumeLifecycleModes", mode -> {
            if (!List.of("Ephemeral", "Persistent").contains(mode.value())) {
                mode.add(FieldError.unsupported(
                        mode.path(), String.valueOf(mode.value()), List.of("Ephemeral", "Persistent")));
            }
        });
        spec.optionalOneOf("fsGroupPolicy", "File", "None", "ReadWriteOnceWithFSType");
    }

    static void csiNode(Check root) {
        root.at("spec").unique("drivers", "name");
        root.at("spec").each("drivers", driver -> {
            driver.required("name");
            driver.required("nodeID");
            driver.each("topologyKeys", key -> key.name(Names::labelKey));
        });
    }

    static void attachment(Check root) {
        Check spec = root.at("spec");
        spec.required("attacher");
        spec.required("nodeName");
        Check source = spec.at("source");
        if (!source.has("persistentVolumeName") && !source.has("inlineVolumeSpec")) {
            source.add(FieldError.required(
                    source.path(), "must specify exactly one of inlineVolumeSpec and persistentVolumeName"));
        }
    }
}
