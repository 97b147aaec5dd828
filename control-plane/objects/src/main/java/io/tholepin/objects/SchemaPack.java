package io.tholepin.objects;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All types of one Kubernetes release: what the build generated from the descriptors and sources of Kubernetes'
 * protobuf types, read from one compact resource. Immutable; loading takes a few milliseconds and happens once per
 * process.
 *
 * <p>Names are those of Kubernetes' protobuf files: {@code k8s.io.api.apps.v1.Deployment}, {@code
 * k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta}, {@code
 * k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition}, {@code
 * k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.APIService}. Only stable versions are in it.
 */
public final class SchemaPack {
    private final Map<String, TypeSchema> types;

    SchemaPack(Map<String, TypeSchema> types) {
        this.types = Map.copyOf(types);
    }

    /** The pack that this build carries. */
    public static SchemaPack builtIn() {
        return Holder.PACK;
    }

    /** The type with this full name, null when unknown. */
    public @Nullable TypeSchema type(String name) {
        return types.get(name);
    }

    /** All types by full name. */
    public Map<String, TypeSchema> types() {
        return types;
    }

    private static final class Holder {
        static final SchemaPack PACK = SchemaPackReader.builtIn();
    }
}
