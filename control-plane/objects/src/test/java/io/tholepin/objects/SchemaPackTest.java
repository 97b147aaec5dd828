package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SchemaPackTest {
    private final SchemaPack pack = SchemaPack.builtIn();

    private TypeSchema type(String name) {
        return Objects.requireNonNull(pack.type(name), name);
    }

    private FieldSchema field(String typeName, String jsonName) {
        return Objects.requireNonNull(type(typeName).field(jsonName), jsonName);
    }

    @Test
    void aPodIsInThePack() {
        TypeSchema pod = type("k8s.io.api.core.v1.Pod");
        assertThat(pod.fields()).extracting(FieldSchema::jsonName).containsExactly("metadata", "spec", "status");
        assertThat(pod.fields()).extracting(FieldSchema::number).containsExactly(1, 2, 3);
        assertThat(pod.fields()).allMatch(FieldSchema::alwaysWritten);
        assertThat(pod.doc()).startsWith("Pod is a collection of containers that can run on a host.");
    }

    @Test
    void listsKnowTheirKeysAndHowTheyMerge() {
        FieldSchema volumes = field("k8s.io.api.core.v1.PodSpec", "volumes");
        assertThat(volumes.repeated()).isTrue();
        assertThat(volumes.listType()).isEqualTo(FieldSchema.ListType.MAP);
        assertThat(volumes.listMapKeys()).containsExactly("name");
        assertThat(volumes.patchStrategies()).containsExactly("merge", "retainKeys");
        assertThat(volumes.patchMergeKey()).isEqualTo("name");
        FieldSchema ports = field("k8s.io.api.core.v1.ServiceSpec", "ports");
        assertThat(ports.listMapKeys()).containsExactly("port", "protocol");
        assertThat(ports.patchMergeKey()).isEqualTo("port");
    }

    @Test
    void pointersDifferFromValues() {
        assertThat(field("k8s.io.api.apps.v1.DeploymentSpec", "replicas").pointer())
                .isTrue();
        FieldSchema observed = field("k8s.io.api.apps.v1.DeploymentStatus", "replicas");
        assertThat(observed.pointer()).isFalse();
        assertThat(observed.alwaysWritten()).isFalse();
        assertThat(field("k8s.io.api.core.v1.PodSpec", "containers").alwaysWritten())
                .isTrue();
        assertThat(field("k8s.io.api.core.v1.Container", "resources").alwaysWritten())
                .isTrue();
        FieldSchema created = field("k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta", "creationTimestamp");
        assertThat(created.pointer()).isFalse();
        assertThat(created.alwaysWritten()).as("omitzero since 1.34").isFalse();
    }

    @Test
    void inlinedFieldsAreSeenThrough() {
        TypeSchema volume = type("k8s.io.api.core.v1.Volume");
        assertThat(volume.field("volumeSource")).isNull();
        assertThat(field("k8s.io.api.core.v1.Volume", "hostPath").message())
                .isSameAs(type("k8s.io.api.core.v1.HostPathVolumeSource"));
        assertThat(field("k8s.io.api.admissionregistration.v1.NamedRuleWithOperations", "apiGroups")
                        .repeated())
                .isTrue();
    }

    @Test
    void renamedFieldsHaveTheirJsonNames() {
        TypeSchema schema = type("k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
        assertThat(schema.fields())
                .extracting(FieldSchema::jsonName)
                .contains("$ref", "$schema", "x-kubernetes-list-map-keys", "x-kubernetes-validations")
                .doesNotContain("ref", "xKubernetesListMapKeys");
        assertThat(field("k8s.io.api.networking.v1.IngressClassParametersReference", "apiGroup")
                        .number())
                .isEqualTo(1);
    }

    @Test
    void specialTypesAreMarked() {
        assertThat(type("k8s.io.apimachinery.pkg.apis.meta.v1.Time").special()).isEqualTo(TypeSchema.Special.TIME);
        assertThat(pack.types().values().stream()
                        .filter(type -> type.special() == TypeSchema.Special.STRING_LIST)
                        .map(TypeSchema::name)
                        .sorted())
                .isEqualTo(List.of(
                        "k8s.io.api.authentication.v1.ExtraValue",
                        "k8s.io.api.authorization.v1.ExtraValue",
                        "k8s.io.api.certificates.v1.ExtraValue",
                        "k8s.io.apimachinery.pkg.apis.meta.v1.Verbs"));
        assertThat(pack.types().values().stream()
                        .map(TypeSchema::special)
                        .distinct()
                        .toList())
                .contains(TypeSchema.Special.values());
    }

    @Test
    void theAggregationLayerIsThere() {
        assertThat(type("k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.APIServiceSpec")
                        .fields())
                .extracting(FieldSchema::number)
                .containsExactly(1, 2, 3, 4, 5, 7, 8);
    }

    @Test
    void theMarkersOfTheSourcesAllArrived() {
        List<FieldSchema> fields = pack.types().values().stream()
                .flatMap(type -> type.fields().stream())
                .toList();
        assertThat(pack.types()).hasSizeGreaterThan(600);
        assertThat(fields).hasSizeGreaterThan(2000);
        assertThat(fields.stream().filter(field -> field.listType() == FieldSchema.ListType.MAP))
                .hasSizeGreaterThan(60)
                .allMatch(field -> !field.listMapKeys().isEmpty());
        assertThat(fields.stream().filter(field -> !field.patchMergeKey().isEmpty()))
                .hasSizeGreaterThan(50);
        assertThat(fields.stream().filter(field -> !field.defaultJson().isEmpty()))
                .hasSizeGreaterThan(10);
        long documented =
                fields.stream().filter(field -> !field.doc().isEmpty()).count();
        assertThat(documented * 100 / fields.size()).isGreaterThan(95);
    }
}
