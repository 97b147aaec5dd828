package io.tholepin.apiserver;

import io.tholepin.kv.Bytes;
import io.tholepin.kv.Op;
import io.tholepin.objects.CustomDefinition;
import io.tholepin.objects.FieldError;
import io.tholepin.objects.Json;
import io.tholepin.objects.ResourceType;
import io.tholepin.objects.StatusException;
import io.tholepin.objects.Strategy;
import io.tholepin.objects.Validation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes an object ready to be stored: admission, what its kind's strategy sets, validation, and what has to be written
 * with it (addresses of services). Thread-safe. Source: contract 2.1, steps 7 to 9.
 */
final class Preparation {
    private final SystemFields fields;
    private final NamespaceLifecycle lifecycle;
    private final ServiceAddresses addresses;
    private final EventLeases leases;
    private final Definitions definitions;
    private final ResourceType definitionType;

    Preparation(
            Backend backend,
            SystemFields fields,
            NamespaceLifecycle lifecycle,
            ServiceAddresses addresses,
            EventLeases leases) {
        this.definitions = backend.definitions();
        this.definitionType = Objects.requireNonNull(
                backend.types().resource(CustomDefinition.GROUP, "v1", CustomDefinition.RESOURCE));
        this.fields = fields;
        this.lifecycle = lifecycle;
        this.addresses = addresses;
        this.leases = leases;
    }

    SystemFields fields() {
        return fields;
    }

    NamespaceLifecycle lifecycle() {
        return lifecycle;
    }

    /** Puts a new object; takes {@code fresh} over, defaults applied, system fields stamped. */
    Next.Put create(View view, ResourceType type, Map<String, Object> fresh, Warnings warnings) {
        String namespace = Json.string(fresh, "metadata", "namespace");
        String name = Json.string(fresh, "metadata", "name");
        lifecycle.checkCreate(view, type, namespace, name);
        underDefinition(view, type);
        if (type.custom() != null && definitions.deleting(type)) {
            throw new StatusException(
                    405,
                    "MethodNotAllowed",
                    "create not allowed while custom resource definition is terminating",
                    StatusException.Details.of(type.group(), type.resource(), ""));
        }
        Strategy strategy = Strategy.of(type);
        dropDuplicateOwners(fresh, warnings);
        strategy.prepareForCreate(fresh, fields.now());
        List<Op> ops = addresses.onCreate(view, type, fresh);
        refuseInvalid(type, name, Validation.create(type, fresh));
        strategy.warnings(fresh).forEach(warnings::add);
        if (!Json.string(fresh, "metadata", "resourceVersion").isEmpty()) {
            throw new StatusException(
                    500,
                    "",
                    "resourceVersion should not be set on objects to be created",
                    StatusException.Details.NONE);
        }
        return new Next.Put(fresh, new Next.Riders(ops, leases.leaseFor(type)));
    }

    /**
     * Puts a changed object, or removes it when the change takes the last finalizer of one that is being deleted; takes
     * {@code fresh} over, defaults applied.
     *
     * @param subresource the endpoint, empty for the object's own
     */
    Next update(
            View view,
            ResourceType type,
            Stored current,
            Map<String, Object> fresh,
            String subresource,
            Warnings warnings) {
        Map<String, Object> old = current.object();
        underDefinition(view, type);
        SystemFields.keep(fresh, old);
        Strategy strategy = Strategy.of(type);
        dropDuplicateOwners(fresh, warnings);
        strategy.prepareForUpdate(fresh, old, subresource, fields.now());
        String name = Json.string(old, "metadata", "name");
        List<Op> ops = addresses.onUpdate(view, type, old, fresh);
        refuseInvalid(type, name, Validation.update(type, fresh, old, subresource));
        strategy.warnings(fresh).forEach(warnings::add);
        if (deletes(type, fresh, old)) {
            return new Next.Delete(fresh, Next.Riders.of(addresses.onDelete(view, type, old)));
        }
        return new Next.Put(fresh, new Next.Riders(ops, leases.leaseFor(type)));
    }

    /**
     * What is written of a custom resource is written under the definition that it was checked against: one that is
     * changed or deleted at the same moment makes the write begin again.
     */
    private void underDefinition(View view, ResourceType type) {
        if (type.custom() != null) {
            Bytes key = Bytes.utf8(definitionType.key("", type.groupResource()));
            view.expect(key, definitions, () -> definitions.revision(type));
        }
    }

    private static boolean deletes(ResourceType type, Map<String, Object> fresh, Map<String, Object> old) {
        boolean deleting = Json.at(old, "metadata", "deletionTimestamp") != null;
        boolean namespaceHeld = type.resource().equals("namespaces")
                && type.group().isEmpty()
                && !Json.list(fresh, "spec", "finalizers").isEmpty();
        return deleting
                && !namespaceHeld
                && Json.list(fresh, "metadata", "finalizers").isEmpty()
                && Json.integer(old, 0, "metadata", "deletionGracePeriodSeconds") <= 0;
    }

    /** Owner references that are given twice count once, with a warning. */
    private static void dropDuplicateOwners(Map<String, Object> object, Warnings warnings) {
        List<Object> owners = Json.list(object, "metadata", "ownerReferences");
        Set<Object> distinct = new LinkedHashSet<>(owners);
        if (distinct.size() == owners.size()) {
            return;
        }
        List<Object> twice = new ArrayList<>(owners);
        distinct.forEach(twice::remove);
        String uids = twice.stream()
                .map(owner -> Json.string(owner, "uid"))
                .distinct()
                .collect(Collectors.joining(" "));
        Json.child(object, "metadata").put("ownerReferences", new ArrayList<>(distinct));
        warnings.add(
                ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+,"
                        + " and may reject such requests as early as 1.24; please fix your requests; "
                        + "duplicate UID(s) observed: ["
                        + uids + "]");
    }

    /** What goes with an object that is removed. */
    Next.Riders onDelete(View view, ResourceType type, Map<String, Object> old) {
        return Next.Riders.of(addresses.onDelete(view, type, old));
    }

    static void refuseInvalid(ResourceType type, String name, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw StatusException.invalid(type, name, errors);
        }
    }
}
