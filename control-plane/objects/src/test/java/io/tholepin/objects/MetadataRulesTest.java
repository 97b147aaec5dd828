package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MetadataRulesTest {
    private static final String SUBDOMAIN = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
            + " characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com',"
            + " regex"
            + " used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private static final String LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters"
            + " or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc',"
            + " regex used"
            + " for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private static final String KEY = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
            + " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
            + " validation is"
            + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private static List<String> created(String resource, String metadata) {
        Map<String, Object> tree = Samples.tree("{metadata: " + metadata + "}");
        return Validation.create(Samples.resource(resource), tree).stream()
                .map(FieldError::toString)
                .toList();
    }

    private static List<String> config(String metadata) {
        return created("configmaps", metadata);
    }

    private static List<String> updated(String old, String fresh) {
        return Validation.update(
                        Samples.resource("configmaps"),
                        Samples.tree("{metadata: " + fresh + "}"),
                        Samples.tree("{metadata: " + old + "}"),
                        "")
                .stream()
                .map(FieldError::toString)
                .toList();
    }

    @Test
    void aNameIsASubdomain() {
        assertThat(config("{name: X_y, namespace: d}"))
                .containsExactly("metadata.name: Invalid value: \"X_y\": " + SUBDOMAIN);
        assertThat(config("{name: a.b-c.0, namespace: d}")).isEmpty();
        assertThat(config("{name: " + "a".repeat(254) + ", namespace: d}"))
                .singleElement()
                .asString()
                .endsWith(": must be no more than 253 bytes");
    }

    @Test
    void aNameOrAPrefixIsRequired() {
        assertThat(config("{namespace: d}"))
                .containsExactly("metadata.name: Required value: name or generateName is required");
    }

    @Test
    void aPrefixMayEndInADash() {
        assertThat(config("{generateName: web-, name: web-abcde, namespace: d}"))
                .isEmpty();
        assertThat(config("{generateName: Web-, name: web-abcde, namespace: d}"))
                .containsExactly("metadata.generateName: Invalid value: \"Web-\": " + SUBDOMAIN);
    }

    @Test
    void namespacesAreLabelsServicesBeginWithALetterAndRolesAreFree() {
        assertThat(created("namespaces", "{name: a.b}"))
                .containsExactly("metadata.name: Invalid value: \"a.b\": must not contain dots");
        assertThat(created("namespaces", "{name: A}")).containsExactly("metadata.name: Invalid value: \"A\": " + LABEL);
        assertThat(created("services", "{name: 1a, namespace: d}"))
                .contains("metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case"
                        + " alphanumeric characters or '-', start with an alphabetic character, and end with an"
                        + " alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is"
                        + " '[a-z]([-a-z0-9]*[a-z0-9])?')");
        assertThat(created("roles.rbac.authorization.k8s.io", "{name: 'system:Any Thing', namespace: d}"))
                .isEmpty();
        assertThat(created("roles.rbac.authorization.k8s.io", "{name: 'a/b%', namespace: d}"))
                .containsExactly(
                        "metadata.name: Invalid value: \"a/b%\": may not contain '/'",
                        "metadata.name: Invalid value: \"a/b%\": may not contain '%'");
        assertThat(created("roles.rbac.authorization.k8s.io", "{name: '..', namespace: d}"))
                .containsExactly("metadata.name: Invalid value: \"..\": may not be '..'");
    }

    @Test
    void theNamespaceFitsTheScope() {
        assertThat(config("{name: a}")).containsExactly("metadata.namespace: Required value");
        assertThat(created("namespaces", "{name: a, namespace: b}"))
                .containsExactly("metadata.namespace: Forbidden: not allowed on this type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"app", "a/b", "example.com/A_b.c-9", "9"})
    void labelKeysThatAreRight(String key) {
        assertThat(Names.labelKey(key)).isEmpty();
    }

    @Test
    void labelErrorsNameTheMapAndTheKeyOrValue() {
        assertThat(config("{name: a, namespace: d, labels: {-x: v}}"))
                .containsExactly("metadata.labels: Invalid value: \"-x\": name part " + KEY);
        assertThat(config("{name: a, namespace: d, labels: {UP/x: v}}"))
                .containsExactly("metadata.labels: Invalid value: \"UP/x\": prefix part " + SUBDOMAIN);
        assertThat(config("{name: a, namespace: d, labels: {/x: v}}"))
                .containsExactly("metadata.labels: Invalid value: \"/x\": prefix part must be non-empty");
        assertThat(config("{name: a, namespace: d, labels: {a/b/c: v}}"))
                .containsExactly("metadata.labels: Invalid value: \"a/b/c\": a valid label key " + KEY
                        + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        assertThat(config("{name: a, namespace: d, labels: {x: 'no spaces'}}"))
                .singleElement()
                .asString()
                .startsWith("metadata.labels: Invalid value: \"no spaces\": a valid label must be an empty string or");
        assertThat(config("{name: a, namespace: d, labels: {x: " + "v".repeat(64) + "}}"))
                .containsExactly(
                        "metadata.labels: Invalid value: \"" + "v".repeat(64) + "\": must be no more than 63 bytes");
    }

    @Test
    void annotationsMayBeUpperCaseAndLongButNotTooLong() {
        assertThat(config("{name: a, namespace: d, annotations: {Example.COM/X: any thing}}"))
                .isEmpty();
        assertThat(config("{name: a, namespace: d, annotations: {x: '" + "v".repeat(256 << 10) + "'}}"))
                .containsExactly("metadata.annotations: Too long: may not be more than 262144 bytes");
    }

    @Test
    void ownersAreNamedCompletelyAndOnlyOneControls() {
        assertThat(config("{name: a, namespace: d, ownerReferences: [{}]}"))
                .containsExactly(
                        "metadata.ownerReferences[0].apiVersion: Required value: must not be empty",
                        "metadata.ownerReferences[0].kind: Required value: must not be empty",
                        "metadata.ownerReferences[0].name: Required value: must not be empty",
                        "metadata.ownerReferences[0].uid: Required value: must not be empty");
        String owner = "{apiVersion: apps/v1, kind: Deployment, name: x, uid: u, controller: true}";
        assertThat(config("{name: a, namespace: d, ownerReferences: [" + owner + ", " + owner + "]}"))
                .singleElement()
                .asString()
                .endsWith("Only one reference can have Controller set to true. Found \"true\" in references for"
                        + " Deployment/x and Deployment/x");
        assertThat(config("{name: a, namespace: d, ownerReferences: [{apiVersion: a/b/c, kind: K, name: x, uid: u}]}"))
                .containsExactly("metadata.ownerReferences[0].apiVersion: Invalid value: \"a/b/c\": must be"
                        + " <group>/<version> or <version>");
        assertThat(config("{name: a, namespace: d, ownerReferences: [{apiVersion: v1, kind: Event, name: x, uid: u}]}"))
                .singleElement()
                .asString()
                .endsWith("/v1, Kind=Event is disallowed from being an owner");
    }

    @Test
    void finalizersAreQualifiedAndDoNotContradict() {
        assertThat(config("{name: a, namespace: d, finalizers: ['a b']}"))
                .containsExactly("metadata.finalizers: Invalid value: \"a b\": name part " + KEY);
        assertThat(config("{name: a, namespace: d, finalizers: [orphan, foregroundDeletion]}"))
                .containsExactly("metadata.finalizers: Invalid value: [\"orphan\",\"foregroundDeletion\"]: finalizer"
                        + " orphan and foregroundDeletion cannot be both set");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: a} | {name: b} | metadata.name: Invalid value: \"b\": field is immutable",
                "{uid: a} | {uid: b} | metadata.uid: Invalid value: \"b\": field is immutable",
                "{namespace: a} | {namespace: b} | metadata.namespace: Invalid value: \"b\": field is immutable",
                "{creationTimestamp: a} | {creationTimestamp: b}"
                        + " | metadata.creationTimestamp: Invalid value: \"b\": field is immutable",
                "{generation: 2} | {generation: 1} | metadata.generation: Invalid value: 1: must not be decremented",
                "{deletionTimestamp: a} | {} | metadata.deletionTimestamp: Invalid value: \"\": field is immutable",
                "{deletionTimestamp: a, finalizers: [a/b]} | {deletionTimestamp: a, finalizers: [a/b, x/y]}"
                        + " | metadata.finalizers: Forbidden: no new finalizers can be added if the object is being"
                        + " deleted, found new finalizers []string{\"x/y\"}",
            })
    void whatTheServerOwnsCannotBeChanged(String old, String fresh, String error) {
        assertThat(updated(old, fresh)).containsExactly(error);
    }

    @Test
    void aTerminatingObjectMayLoseFinalizersAndGainLabels() {
        assertThat(updated(
                        "{deletionTimestamp: a, finalizers: [a/b, x/y]}",
                        "{deletionTimestamp: a, finalizers: [x/y], labels: {a: b}}"))
                .isEmpty();
    }
}
