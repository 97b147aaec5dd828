package io.tholepin.objects;

import static io.tholepin.objects.TableCells.NONE;
import static io.tholepin.objects.TableCells.UNSET;
import static io.tholepin.objects.TableCells.age;
import static io.tholepin.objects.TableCells.flag;
import static io.tholepin.objects.TableCells.joined;
import static io.tholepin.objects.TableCells.joinedStrings;
import static io.tholepin.objects.TableCells.name;
import static io.tholepin.objects.TableCells.or;
import static io.tholepin.objects.TableCells.size;
import static io.tholepin.objects.TableCells.string;
import static io.tholepin.objects.TableCells.text;
import static io.tholepin.objects.TableCells.with;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Rows of volumes, their classes and drivers. */
final class StorageTables {
    private static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
    private static final Map<String, String> ACCESS_MODES =
            Map.of("ReadWriteOnce", "RWO", "ReadOnlyMany", "ROX", "ReadWriteMany", "RWX", "ReadWriteOncePod", "RWOP");
    private static final List<String> ACCESS_MODE_ORDER =
            List.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");

    private StorageTables() {}

    static void register(Map<String, TablePrinter> printers) {
        printers.put(
                "PersistentVolume",
                TablePrinter.of(
                        "Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass"
                                + "|Reason|Age|VolumeMode*",
                        StorageTables::volume));
        printers.put(
                "PersistentVolumeClaim",
                TablePrinter.of(
                        "Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode*",
                        StorageTables::claim));
        printers.put(
                "StorageClass",
                TablePrinter.of(
                        "Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age",
                        StorageTables::storageClass));
        printers.put(
                "VolumeAttributesClass",
                TablePrinter.of(
                        "Name|DriverName|Age",
                        (object, now) -> List.of(name(object), string(object, "driverName"), age(object, now))));
        printers.put(
                "VolumeAttachment", TablePrinter.of("Name|Attacher|PV|Node|Attached?|Age", StorageTables::attachment));
        printers.put(
                "CSINode",
                TablePrinter.of(
                        "Name|Drivers#|Age",
                        (object, now) -> List.of(name(object), size(object, "spec", "drivers"), age(object, now))));
        printers.put(
                "CSIDriver",
                TablePrinter.of(
                        "Name|AttachRequired?|PodInfoOnMount?|StorageCapacity?|TokenRequests|RequiresRepublish?|Modes"
                                + "|Age",
                        StorageTables::driver));
        printers.put(
                "CSIStorageCapacity",
                TablePrinter.of(
                        "Name|StorageClassName|Capacity",
                        (object, now) -> List.of(
                                name(object), string(object, "storageClassName"), text(object, UNSET, "capacity"))));
    }

    private static List<Object> volume(Map<String, Object> object, Instant now) {
        Map<String, Object> claim = Json.object(object, "spec", "claimRef");
        return with(
                List.of(
                        name(object),
                        text(object, "0", "spec", "capacity", "storage"),
                        accessModes(object, "spec"),
                        string(object, "spec", "persistentVolumeReclaimPolicy"),
                        phase(object),
                        claim == null ? "" : string(claim, "namespace") + "/" + string(claim, "name"),
                        className(object)),
                text(object, UNSET, "spec", "volumeAttributesClassName"),
                string(object, "status", "reason"),
                age(object, now),
                text(object, UNSET, "spec", "volumeMode"));
    }

    private static List<Object> claim(Map<String, Object> object, Instant now) {
        String volume = string(object, "spec", "volumeName");
        boolean bound = !volume.isEmpty();
        return List.of(
                name(object),
                phase(object),
                volume,
                bound ? text(object, "0", "status", "capacity", "storage") : "",
                bound ? accessModes(object, "status") : "",
                className(object),
                text(object, UNSET, "spec", "volumeAttributesClassName"),
                age(object, now),
                text(object, UNSET, "spec", "volumeMode"));
    }

    private static String phase(Map<String, Object> object) {
        return TableCells.deleting(object) ? "Terminating" : string(object, "status", "phase");
    }

    private static String className(Map<String, Object> object) {
        return or(
                string(object, "metadata", "annotations", CLASS_ANNOTATION),
                string(object, "spec", "storageClassName"));
    }

    private static String accessModes(Map<String, Object> object, String part) {
        List<Object> modes = Json.list(object, part, "accessModes");
        return String.join(
                ",",
                ACCESS_MODE_ORDER.stream()
                        .filter(modes::contains)
                        .map(mode -> ACCESS_MODES.getOrDefault(mode, mode))
                        .toList());
    }

    private static List<Object> storageClass(Map<String, Object> object, Instant now) {
        boolean isDefault = isTrue(object, "storageclass.kubernetes.io/is-default-class")
                || isTrue(object, "storageclass.beta.kubernetes.io/is-default-class");
        return List.of(
                isDefault ? name(object) + " (default)" : name(object),
                string(object, "provisioner"),
                text(object, "Delete", "reclaimPolicy"),
                text(object, "Immediate", "volumeBindingMode"),
                flag(object, false, "allowVolumeExpansion"),
                age(object, now));
    }

    private static boolean isTrue(Map<String, Object> object, String annotation) {
        return string(object, "metadata", "annotations", annotation).equals("true");
    }

    private static List<Object> attachment(Map<String, Object> object, Instant now) {
        return List.of(
                name(object),
                string(object, "spec", "attacher"),
                string(object, "spec", "source", "persistentVolumeName"),
                string(object, "spec", "nodeName"),
                flag(object, false, "status", "attached"),
                age(object, now));
    }

    private static List<Object> driver(Map<String, Object> object, Instant now) {
        boolean asksTokens = Json.at(object, "spec", "tokenRequests") != null;
        return List.of(
                name(object),
                flag(object, true, "spec", "attachRequired"),
                flag(object, false, "spec", "podInfoOnMount"),
                flag(object, false, "spec", "storageCapacity"),
                asksTokens ? joined(object, "audience", "spec", "tokenRequests") : UNSET,
                flag(object, false, "spec", "requiresRepublish"),
                or(joinedStrings(object, "spec", "volumeLifecycleModes"), NONE),
                age(object, now));
    }
}
