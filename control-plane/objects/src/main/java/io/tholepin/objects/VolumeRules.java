package io.tholepin.objects;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of volumes, what they come from and where containers mount them. Source: contract 2.14. */
final class VolumeRules {
    /** Fields that a source cannot be without. */
    private static final Map<String, List<String>> REQUIRED = Map.ofEntries(
            Map.entry("hostPath", List.of("path")),
            Map.entry("secret", List.of("secretName")),
            Map.entry("configMap", List.of("name")),
            Map.entry("persistentVolumeClaim", List.of("claimName")),
            Map.entry("nfs", List.of("server", "path")),
            Map.entry("iscsi", List.of("targetPortal", "iqn")),
            Map.entry("gcePersistentDisk", List.of("pdName")),
            Map.entry("awsElasticBlockStore", List.of("volumeID")),
            Map.entry("gitRepo", List.of("repository")),
            Map.entry("glusterfs", List.of("endpoints", "path")),
            Map.entry("rbd", List.of("monitors", "image")),
            Map.entry("cinder", List.of("volumeID")),
            Map.entry("cephfs", List.of("monitors")),
            Map.entry("flocker", List.of()),
            Map.entry("azureDisk", List.of("diskName", "diskURI")),
            Map.entry("azureFile", List.of("secretName", "shareName")),
            Map.entry("vsphereVolume", List.of("volumePath")),
            Map.entry("quobyte", List.of("registry", "volume")),
            Map.entry("portworxVolume", List.of("volumeID")),
            Map.entry("flexVolume", List.of("driver")),
            Map.entry("csi", List.of("driver")),
            Map.entry("ephemeral", List.of("volumeClaimTemplate")),
            Map.entry("image", List.of()));

    private static final Set<String> FILE_PATHS =
            Set.of("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid");
    private static final int MODE_MAX = 0777;

    private VolumeRules() {}

    /** Checks the volumes of a pod and gives their names. */
    static Set<String> volumes(Check spec) {
        Set<String> names = new HashSet<>();
        spec.each("volumes", volume -> {
            if (volume.required("name")) {
                volume.at("name").name(Names::label);
                if (!names.add(volume.string("name"))) {
                    volume.add(FieldError.duplicate(volume.path("name"), volume.string("name")));
                }
            }
            source(volume);
        });
        return names;
    }

    private static void source(Check volume) {
        int set = 0;
        if (volume.value() instanceof Map<?, ?> fields) {
            for (Map.Entry<String, Object> field : Json.asObject(fields).entrySet()) {
                if (field.getKey().equals("name") || field.getValue() == null) {
                    continue;
                }
                if (set++ > 0) {
                    volume.forbidden(field.getKey(), "may not specify more than 1 volume type");
                } else {
                    details(field.getKey(), volume.at(field.getKey()));
                }
            }
        }
        if (set == 0) {
            volume.add(FieldError.required(volume.path(), "must specify a volume type"));
        }
    }

    private static void details(String kind, Check source) {
        REQUIRED.getOrDefault(kind, List.of()).forEach(source::required);
        mode(source, "defaultMode");
        switch (kind) {
            case "emptyDir" -> {
                source.with("sizeLimit", limit -> {
                    Quantity size = limit.quantity();
                    if (size != null && size.signum() < 0) {
                        source.forbidden("sizeLimit", "SizeLimit field must be a valid resource quantity");
                    }
                });
            }
            case "hostPath" -> hostPath(source);
            case "secret", "configMap" -> source.each("items", VolumeRules::keyToPath);
            case "downwardAPI" -> source.each("items", VolumeRules::downwardFile);
            case "projected" -> source.each("sources", VolumeRules::projection);
            case "ephemeral" -> StorageRules.claimSpec(source.at("volumeClaimTemplate", "spec"));
            case "image" -> source.optionalOneOf("pullPolicy", "Always", "IfNotPresent", "Never");
            default -> {}
        }
    }

    static void hostPath(Check source) {
        if (List.of(source.string("path").split("/", -1)).contains("..")) {
            source.invalid("path", "must not contain '..'");
        }
        source.optionalOneOf(
                "type",
                "",
                "BlockDevice",
                "CharDevice",
                "Directory",
                "DirectoryOrCreate",
                "File",
                "FileOrCreate",
                "Socket");
    }

    private static void mode(Check holder, String field) {
        long mode = holder.integer(field, 0);
        if (mode < 0 || mode > MODE_MAX) {
            holder.invalid(field, "must be a number between 0 and 0777 (octal), both inclusive");
        }
    }

    private static void keyToPath(Check item) {
        item.required("key");
        if (item.required("path")) {
            localPath(item, "path");
        }
        mode(item, "mode");
    }

    private static void downwardFile(Check item) {
        if (item.required("path")) {
            localPath(item, "path");
        }
        item.with("fieldRef", reference -> ContainerRules.fieldRef(reference, FILE_PATHS));
        item.with("resourceFieldRef", reference -> ContainerRules.resourceFieldRef(reference, true));
        if (item.has("fieldRef") && item.has("resourceFieldRef")) {
            item.invalid("fieldRef and resourceFieldRef can not be specified simultaneously");
        } else if (!item.has("fieldRef") && !item.has("resourceFieldRef")) {
            item.add(FieldError.required(item.path(), "one of fieldRef and resourceFieldRef is required"));
        }
        mode(item, "mode");
    }

    private static void projection(Check source) {
        int set = 0;
        for (String kind : List.of(
                "secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate")) {
            if (!source.has(kind)) {
                continue;
            }
            if (set++ > 0) {
                source.forbidden(kind, "may not specify more than 1 volume type");
                continue;
            }
            Check projected = source.at(kind);
            switch (kind) {
                case "secret", "configMap" -> {
                    projected.required("name");
                    projected.each("items", VolumeRules::keyToPath);
                }
                case "downwardAPI" -> projected.each("items", VolumeRules::downwardFile);
                case "serviceAccountToken" -> {
                    long seconds = projected.integer("expirationSeconds", 600);
                    if (seconds < 600) {
                        projected.invalid("expirationSeconds", "may not specify a duration less than 10 minutes");
                    }
                    projected.required("path");
                }
                default -> projected.required(kind.equals("clusterTrustBundle") ? "path" : "signerName");
            }
        }
    }

    /** A path that stays below where it is mounted. */
    private static void localPath(Check holder, String field) {
        String path = holder.string(field);
        if (path.startsWith("/")) {
            holder.invalid(field, "must be a relative path");
        }
        if (List.of(path.split("/", -1)).contains("..")) {
            holder.invalid(field, "must not contain '..'");
        }
        if (field.equals("path") && path.startsWith("..") && !path.startsWith("../") && !path.equals("..")) {
            holder.invalid(field, "must not start with '..'");
        }
    }

    /** Mounts and devices of a container. */
    static void mounts(Check container, Set<String> volumes) {
        Set<String> paths = new HashSet<>();
        container.each("volumeMounts", mount -> {
            volumeName(mount, volumes);
            mount.required("mountPath");
            if (!paths.add(mount.string("mountPath"))) {
                mount.invalid("mountPath", "must be unique");
            }
            if (!mount.isEmpty("subPath")) {
                localPath(mount, "subPath");
            }
            if (!mount.isEmpty("subPathExpr")) {
                if (!mount.isEmpty("subPath")) {
                    mount.invalid("subPathExpr", "subPathExpr and subPath are mutually exclusive");
                }
                localPath(mount, "subPathExpr");
            }
            if (!mount.isEmpty("mountPropagation")) {
                mount.optionalOneOf("mountPropagation", "Bidirectional", "HostToContainer", "None");
            }
        });
        Set<String> devices = new HashSet<>();
        container.each("volumeDevices", device -> {
            volumeName(device, volumes);
            if (device.required("devicePath") && !devices.add(device.string("devicePath"))) {
                device.invalid("devicePath", "must be unique");
            }
        });
    }

    private static void volumeName(Check mount, Set<String> volumes) {
        String name = mount.string("name");
        mount.required("name");
        if (!volumes.contains(name)) {
            mount.add(new FieldError(mount.path("name"), FieldError.Type.NOT_FOUND, Json.text(name), ""));
        }
    }
}
