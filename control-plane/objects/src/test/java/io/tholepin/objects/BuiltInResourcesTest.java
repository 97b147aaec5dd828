package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BuiltInResourcesTest {
    @Test
    void everyGaResourceOfTheContractIsServed() {
        assertThat(BuiltInResources.all().stream()
                        .map(t -> t.apiVersion() + " " + t.resource())
                        .distinct()
                        .count())
                .isEqualTo(68);
        assertThat(BuiltInResources.all().stream().map(ResourceType::apiVersion).distinct())
                .startsWith("v1", "apiregistration.k8s.io/v1", "apps/v1")
                .containsSubsequence("autoscaling/v2", "autoscaling/v1");
    }

    @Test
    void podsHaveTheNamesVerbsAndSubresourcesOfKubernetes() {
        ResourceType pods = find("", "v1", "pods");

        assertThat(pods.kind()).isEqualTo("Pod");
        assertThat(pods.singular()).isEqualTo("pod");
        assertThat(pods.namespaced()).isTrue();
        assertThat(pods.shortNames()).containsExactly("po");
        assertThat(pods.categories()).containsExactly("all");
        assertThat(pods.verbs()).hasSize(8);
        assertThat(pods.typeName()).isEqualTo("k8s.io.api.core.v1.Pod");
        assertThat(pods.subresources()).hasSize(10);
        ResourceType.Subresource eviction = Objects.requireNonNull(pods.subresource("eviction"));
        assertThat(eviction.typeName()).isEqualTo("k8s.io.api.policy.v1.Eviction");
        assertThat(pods.subresource("log"))
                .isEqualTo(new ResourceType.Subresource("log", "", "v1", "Pod", java.util.List.of("get"), ""));
        assertThat(pods.subresource("nothing")).isNull();
    }

    @Test
    void historicalPlacesInTheRegistryAreKept() {
        assertThat(find("", "v1", "pods").key("ns", "p")).isEqualTo("/registry/pods/ns/p");
        assertThat(find("", "v1", "services").key("ns", "s")).isEqualTo("/registry/services/specs/ns/s");
        assertThat(find("", "v1", "endpoints").keyPrefix("")).isEqualTo("/registry/services/endpoints/");
        assertThat(find("", "v1", "nodes").key("", "n")).isEqualTo("/registry/minions/n");
        assertThat(find("networking.k8s.io", "v1", "ingresses").keyPrefix("ns")).isEqualTo("/registry/ingress/ns/");
        assertThat(find("apps", "v1", "deployments").storagePrefix()).isEqualTo("/registry/deployments/");
        assertThat(find("apiextensions.k8s.io", "v1", "customresourcedefinitions")
                        .storagePrefix())
                .isEqualTo("/registry/apiextensions.k8s.io/customresourcedefinitions/");
    }

    @Test
    void reviewsAndBindingsAreStoredNowhere() {
        assertThat(BuiltInResources.all().stream().filter(t -> !t.stored()).map(ResourceType::resource))
                .containsExactlyInAnyOrder(
                        "bindings",
                        "componentstatuses",
                        "selfsubjectreviews",
                        "tokenreviews",
                        "localsubjectaccessreviews",
                        "selfsubjectaccessreviews",
                        "selfsubjectrulesreviews",
                        "subjectaccessreviews");
    }

    @Test
    void twoResourcesShareAPlaceOnlyWithOneStoredForm() {
        Set<String> places = new HashSet<>();
        for (ResourceType type : BuiltInResources.all()) {
            if (type.stored() && !type.convertsForStorage()) {
                assertThat(places.add(type.storagePrefix()))
                        .as(type.groupResource())
                        .isTrue();
            }
        }
        ResourceType newEvents = find("events.k8s.io", "v1", "events");
        assertThat(newEvents.storagePrefix()).isEqualTo(find("", "v1", "events").storagePrefix());
        assertThat(newEvents.storageApiVersion()).isEqualTo("v1");
        assertThat(newEvents.storageTypeName()).isEqualTo("k8s.io.api.core.v1.Event");
        assertThat(find("autoscaling", "v1", "horizontalpodautoscalers").storageApiVersion())
                .isEqualTo("autoscaling/v2");
    }

    @Test
    void aKindLeadsToItsResource() {
        ResourceType ingress = Objects.requireNonNull(BuiltInResources.findKind("networking.k8s.io", "v1", "Ingress"));
        assertThat(ingress.resource()).isEqualTo("ingresses");
        assertThat(BuiltInResources.findKind("", "v1", "Ingress")).isNull();
    }

    private static ResourceType find(String group, String version, String resource) {
        return Objects.requireNonNull(BuiltInResources.find(group, version, resource));
    }
}
