package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ValidationTest {
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");

    static List<Map<String, Object>> bundle() {
        return Samples.bundle().toList();
    }

    private static Map<String, Object> prepared(ResourceType type, Map<String, Object> tree) {
        Defaults.apply(type, tree);
        Json.child(tree, "metadata").putIfAbsent("uid", "2d1a3c6e-0000-4000-8000-000000000000");
        Strategy.of(type).prepareForCreate(tree, NOW);
        return tree;
    }

    /** What is wrong with an object, its metadata filled in. */
    private static List<String> created(String resource, String yaml) {
        ResourceType type = Samples.resource(resource);
        Map<String, Object> tree = Samples.typed(type, Samples.tree(yaml));
        Map<String, Object> metadata = Json.child(tree, "metadata");
        metadata.putIfAbsent("name", "a");
        if (type.namespaced()) {
            metadata.putIfAbsent("namespace", "d");
        }
        return texts(Validation.create(type, prepared(type, tree)));
    }

    private static List<String> updated(String resource, String old, String fresh) {
        ResourceType type = Samples.resource(resource);
        Map<String, Object> before = Samples.typed(type, Samples.tree(old));
        Map<String, Object> after = Samples.typed(type, Samples.tree(fresh));
        Defaults.apply(type, before);
        Defaults.apply(type, after);
        Strategy.of(type).prepareForUpdate(after, before, "", NOW);
        return texts(Validation.update(type, after, before, ""));
    }

    private static List<String> texts(List<FieldError> errors) {
        return errors.stream().map(FieldError::toString).toList();
    }

    @ParameterizedTest
    @MethodSource("bundle")
    void aRealisticApplicationIsAccepted(Map<String, Object> tree) {
        ResourceType type = Samples.resourceOf(tree);
        assertThat(texts(Validation.create(type, prepared(type, tree)))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bundle")
    void writingAnObjectBackUnchangedIsAcceptedAndStartsNoGeneration(Map<String, Object> tree) {
        ResourceType type = Samples.resourceOf(tree);
        Map<String, Object> old = prepared(type, tree);
        Map<String, Object> fresh = Json.copyObject(old);
        Defaults.apply(type, fresh);
        Strategy.of(type).prepareForUpdate(fresh, old, "", NOW);
        assertThat(texts(Validation.update(type, fresh, old, ""))).isEmpty();
        assertThat(Json.text(fresh)).isEqualTo(Json.text(old));
    }

    /** Containers of a pod that is right otherwise, and the one error. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | spec.containers: Required value",
                "[{name: a}] | spec.containers[0].image: Required value",
                "[{image: x}] | spec.containers[0].name: Required value",
                "[{name: a, image: x}, {name: a, image: x}] | spec.containers[1].name: Duplicate value: \"a\"",
                "[{name: a.b, image: x}] | spec.containers[0].name: Invalid value: \"a.b\": must not contain dots",
                "[{name: a, image: x, imagePullPolicy: Often}]"
                        + " | spec.containers[0].imagePullPolicy: Unsupported value: \"Often\": supported values:"
                        + " \"Always\", \"IfNotPresent\", \"Never\"",
                "[{name: a, image: x, ports: [{containerPort: 0}]}]"
                        + " | spec.containers[0].ports[0].containerPort: Required value",
                "[{name: a, image: x, ports: [{containerPort: 70000}]}]"
                        + " | spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1"
                        + " and 65535,"
                        + " inclusive",
                "[{name: a, image: x, ports: [{containerPort: 1, protocol: ICMP}]}]"
                        + " | spec.containers[0].ports[0].protocol: Unsupported value: \"ICMP\": supported values:"
                        + " \"SCTP\","
                        + " \"TCP\", \"UDP\"",
                "[{name: a, image: x, ports: [{containerPort: 1, name: w}, {containerPort: 2, name: w}]}]"
                        + " | spec.containers[0].ports[1].name: Duplicate value: \"w\"",
                "[{name: a, image: x, ports: [{containerPort: 1, hostPort: 5}, {containerPort: 2, hostPort: 5}]}]"
                        + " | spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//5\"",
                "[{name: a, image: x, env: [{name: 'A=B'}]}]"
                        + " | spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable"
                        + " name must"
                        + " consist only of printable ASCII characters other than '='",
                "[{name: a, image: x, env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]"
                        + " | spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified when"
                        + " `value` is"
                        + " not empty",
                "[{name: a, image: x, env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.bogus}}}]}]"
                        + " | spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value:"
                        + " \"spec.bogus\": error"
                        + " converting fieldPath: field label not supported: spec.bogus",
            })
    void aContainersNamesPortsAndVariablesAreChecked(String containers, String error) {
        assertThat(created("pods", podOf(containers))).contains(error);
    }

    /** The same for what a container mounts, asks for, and how it is probed. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{name: a, image: x, volumeMounts: [{name: none, mountPath: /x}]}]"
                        + " | spec.containers[0].volumeMounts[0].name: Not found: \"none\"",
                "[{name: a, image: x, volumeMounts: [{name: v, mountPath: /x}, {name: v, mountPath: /x}]}]"
                        + " | spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/x\": must be unique",
                "[{name: a, image: x, resources: {requests: {cpu: '2'}, limits: {cpu: '1'}}}]"
                        + " | spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or"
                        + " equal to cpu"
                        + " limit of 1",
                "[{name: a, image: x, resources: {limits: {cpu: '-1'}, requests: {cpu: '-1'}}}]"
                        + " | spec.containers[0].resources.limits[cpu]: Invalid value: \"-1\": must be greater"
                        + " than or equal"
                        + " to 0",
                "[{name: a, image: x, resources: {requests: {disks: '1'}}}]"
                        + " | spec.containers[0].resources.requests[disks]: Invalid value: \"disks\": must be a"
                        + " standard"
                        + " resource for containers",
                "[{name: a, image: x, livenessProbe: {}}]"
                        + " | spec.containers[0].livenessProbe: Required value: must specify a handler type",
                "[{name: a, image: x, livenessProbe: {exec: {command: [x]}, successThreshold: 2}}]"
                        + " | spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
                "[{name: a, image: x, readinessProbe: {exec: {command: [x]}, tcpSocket: {port: 1}}}]"
                        + " | spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1"
                        + " handler"
                        + " type",
                "[{name: a, image: x, securityContext: {privileged: true, allowPrivilegeEscalation: false}}]"
                        + " | spec.containers[0].securityContext: Invalid value:"
                        + " {\"allowPrivilegeEscalation\":false,\"privileged\":true}: cannot set"
                        + " `allowPrivilegeEscalation`"
                        + " to false and `privileged` to true",
            })
    void aContainersMountsResourcesAndProbesAreChecked(String containers, String error) {
        assertThat(created("pods", podOf(containers))).contains(error);
    }

    private static String podOf(String containers) {
        return "{spec: {containers: " + containers + ", volumes: [{name: v}]}}";
    }

    /** More of a pod's spec, and the one error. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "restartPolicy: Maybe | spec.restartPolicy: Unsupported value: \"Maybe\": supported values: \"Always\","
                        + " \"OnFailure\", \"Never\"",
                "dnsPolicy: X | spec.dnsPolicy: Unsupported value: \"X\": supported values:"
                        + " \"ClusterFirstWithHostNet\","
                        + " \"ClusterFirst\", \"Default\", \"None\"",
                "dnsPolicy: None | spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None",
                "activeDeadlineSeconds: 0 | spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and"
                        + " 2147483647,"
                        + " inclusive",
                "volumes: [{name: v}, {name: v}] | spec.volumes[1].name: Duplicate value: \"v\"",
                "volumes: [{name: v, emptyDir: {}, hostPath: {path: /x}}]"
                        + " | spec.volumes[0].emptyDir: Forbidden: may not specify more than 1 volume type",
                "volumes: [{name: v, secret: {}}] | spec.volumes[0].secret.secretName: Required value",
                "volumes: [{name: v, configMap: {name: c, defaultMode: 1000}}]"
                        + " | spec.volumes[0].configMap.defaultMode: Invalid value: 1000: must be a number between"
                        + " 0 and 0777"
                        + " (octal), both inclusive",
                "tolerations: [{key: a, operator: Near}]"
                        + " | spec.tolerations[0].operator: Unsupported value: \"Near\": supported values: \"Equal\","
                        + " \"Exists\"",
                "nodeSelector: {a b: c} | spec.nodeSelector: Invalid value: \"a b\": name part must consist of"
                        + " alphanumeric"
                        + " characters, '-', '_' or '.', and must start and end with an alphanumeric character"
                        + " (e.g. 'MyName',"
                        + "  or 'my.name',  or '123-abc', regex used for validation is"
                        + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
                "hostname: a.b | spec.hostname: Invalid value: \"a.b\": must not contain dots",
            })
    void aPodIsChecked(String field, String error) {
        assertThat(created("pods", "{spec: {containers: [{name: a, image: x}], " + field + "}}"))
                .containsExactly(error);
    }

    @Test
    void everyErrorIsReportedAtOnce() {
        List<FieldError> errors = Validation.create(
                Samples.resource("pods"), Samples.tree("{metadata: {name: A, namespace: d}, spec: {}}"));
        assertThat(errors.size()).isGreaterThan(3);
        assertThat(StatusException.invalid(Samples.resource("pods"), "A", errors))
                .hasMessageStartingWith("Pod \"A\" is invalid: [metadata.name: Invalid value: \"A\": a lowercase")
                .satisfies(status -> assertThat(status.getMessage()).endsWith("]"));
    }

    private static final String TEMPLATE =
            "template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: x}]}}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deployments.apps | replicas: -1, selector: {matchLabels: {app: a}}"
                        + " | spec.replicas: Invalid value: -1: must be greater than or equal to 0",
                "deployments.apps | selector: {matchLabels: {app: b}} | spec.template.metadata.labels: Invalid value:"
                        + " {\"app\":\"a\"}: `selector` does not match template `labels`",
                "deployments.apps | replicas: 1 | spec.selector: Required value",
                "deployments.apps | selector: {}"
                        + " | spec.selector: Invalid value: {}: empty selector is invalid for deployment",
                "deployments.apps | selector: {matchLabels: {app: a}}, strategy: {rollingUpdate: {maxSurge: 0,"
                        + " maxUnavailable: 0}} | spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0:"
                        + " may not be 0"
                        + " when `maxSurge` is 0",
                "deployments.apps | selector: {matchLabels: {app: a}}, strategy: {type: Recreate, rollingUpdate: {}}"
                        + " | spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is"
                        + " 'Recreate'",
                "deployments.apps | selector: {matchLabels: {app: a}}, progressDeadlineSeconds: 5, minReadySeconds: 5"
                        + " | spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds",
                "replicasets.apps | selector: {matchExpressions: [{key: app, operator: Near}]}"
                        + " | spec.selector.matchExpressions[0].operator: Invalid value: \"Near\": not a valid selector"
                        + " operator",
                "daemonsets.apps | selector: {matchLabels: {app: b}} | spec.template.metadata.labels: Invalid value:"
                        + " {\"app\":\"a\"}: `selector` does not match template `labels`",
                "statefulsets.apps | podManagementPolicy: X, selector: {matchLabels: {app: a}}"
                        + " | spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'",
                "jobs.batch | parallelism: 1 | spec.template.spec.restartPolicy: Required value: valid values:"
                        + " \"OnFailure\", \"Never\"",
            })
    void aWorkloadIsChecked(String resource, String spec, String error) {
        assertThat(created(resource, "{spec: {" + spec + ", " + TEMPLATE + "}}"))
                .contains(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * * * |",
                "*/5 1-3 1,15 jan-mar sun |",
                "@daily |",
                "@every 1h |",
                "* * * * | expected exactly 5 fields, found 4: [* * * *]",
                "60 * * * * | end of range (60) above maximum (59): 60",
                "* * 0 * * | beginning of range (0) below minimum (1): 0",
                "*/0 * * * * | step of range should be a positive number: */0",
                "5-1 * * * * | beginning of range (5) beyond end of range (1): 5-1",
                "@often | unrecognized descriptor: @often",
            })
    void aScheduleIsChecked(String schedule, String problem) {
        assertThat(CronSchedule.problem(schedule)).isEqualTo(problem == null ? "" : problem);
    }

    @Test
    void aCronJobsNameLeavesRoomForItsJobs() {
        String spec = "spec: {schedule: '@daily', jobTemplate: {spec: {template: {spec: {restartPolicy: Never,"
                + " containers: [{name: c, image: x}]}}}}}";
        assertThat(created("cronjobs.batch", "{metadata: {name: " + "a".repeat(53) + "}, " + spec + "}"))
                .containsExactly(
                        "metadata.name: Invalid value: \"" + "a".repeat(53) + "\": must be no more than 52 characters");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | spec.ports: Required value",
                "{ports: [{port: 1}, {port: 2}]} | spec.ports[0].name: Required value",
                "{ports: [{port: 0}]} | spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                "{ports: [{name: a, port: 1}, {name: a, port: 2}]} | spec.ports[1].name: Duplicate value: \"a\"",
                "{ports: [{name: a, port: 1}, {name: b, port: 1}]} | spec.ports[1]: Duplicate value:"
                        + " {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,"
                        + "\"Port\":1,\"TargetPort\":0,\"NodePort\":0}",
                "{type: Magic, ports: [{port: 1}]} | spec.type: Unsupported value: \"Magic\": supported values:"
                        + " \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"",
                "{ports: [{port: 1, nodePort: 30000}]} | spec.ports[0].nodePort: Forbidden: may not be used when"
                        + " `type` is"
                        + " 'ClusterIP'",
                "{type: ExternalName} | spec.externalName: Required value",
                "{clusterIP: None, type: NodePort, ports: [{port: 1}]} | spec.clusterIPs[0]: Invalid value:"
                        + " \"None\": may"
                        + " not be set to 'None' for NodePort services",
                "{ports: [{port: 1, targetPort: UPPER}]} | spec.ports[0].targetPort: Invalid value: \"UPPER\":"
                        + " must contain"
                        + " only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
                "{ports: [{port: 1}], externalIPs: [1.2.3]} | spec.externalIPs[0]: Invalid value: \"1.2.3\": must"
                        + " be a valid"
                        + " IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
            })
    void aServiceIsChecked(String spec, String error) {
        assertThat(created("services", "{spec: " + spec + "}")).contains(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "configmaps | {data: {'a b': c}} | data[a b]: Invalid value: \"a b\": a valid config key must"
                        + " consist of"
                        + " alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or"
                        + " 'key-name', regex"
                        + " used for validation is '[-._a-zA-Z0-9]+')",
                "configmaps | {data: {a: c}, binaryData: {a: eA==}} | data[a]: Invalid value: \"a\": duplicate of key"
                        + " present in binaryData",
                "secrets | {type: kubernetes.io/tls, data: {tls.crt: eA==}} | data[tls.key]: Required value",
                "ingresses.networking.k8s.io | {spec: {}} | spec: Invalid value: null: either `defaultBackend` or"
                        + " `rules`"
                        + " must be specified",
                "ingresses.networking.k8s.io | {spec: {rules: [{http: {paths: [{path: x, pathType: Exact, backend:"
                        + " {service: {name: s, port: {number: 1}}}}]}}]}} | spec.rules[0].http.paths[0].path:"
                        + " Invalid value:"
                        + " \"x\": must be an absolute path",
                "ingresses.networking.k8s.io | {spec: {rules: [{http: {paths: [{path: /x, backend:"
                        + " {service: {name: s, port: {number: 1}}}}]}}]}} | spec.rules[0].http.paths[0].pathType:"
                        + " Required"
                        + " value: pathType must be specified",
                "networkpolicies.networking.k8s.io | {spec: {ingress: [{from: [{}]}]}}"
                        + " | spec.ingress[0].from[0]: Required value: must specify a peer",
                "networkpolicies.networking.k8s.io | {spec: {egress: [{ports: [{port: 5, endPort: 4}]}]}}"
                        + " | spec.egress[0].ports[0].endPort: Invalid value: 4: must be greater than or equal to"
                        + " `port`",
                "roles.rbac.authorization.k8s.io | {rules: [{verbs: [get], nonResourceURLs: [/x]}]}"
                        + " | rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to"
                        + " non-resource"
                        + " URLs",
                "clusterroles.rbac.authorization.k8s.io | {rules: [{apiGroups: [''], resources: [pods]}]}"
                        + " | rules[0].verbs: Required value: verbs must contain at least one value",
                "rolebindings.rbac.authorization.k8s.io | {roleRef: {kind: X, name: r}} | roleRef.kind:"
                        + " Unsupported value:"
                        + " \"X\": supported values: \"Role\", \"ClusterRole\"",
            })
    void configurationNetworkAndAccessAreChecked(String resource, String object, String error) {
        assertThat(created(resource, object)).contains(error);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "horizontalpodautoscalers.autoscaling | {spec: {scaleTargetRef: {kind: D, name: x}}}"
                        + " | spec.maxReplicas: Invalid value: 0: must be greater than 0",
                "horizontalpodautoscalers.autoscaling | {spec: {minReplicas: 5, maxReplicas: 3, scaleTargetRef:"
                        + " {kind: D,"
                        + " name: x}}} | spec.maxReplicas: Invalid value: 3: must be greater than or equal to"
                        + " `minReplicas`",
                "persistentvolumeclaims | {spec: {resources: {requests: {storage: 1Gi}}}} | spec.accessModes: Required"
                        + " value: at least 1 access mode is required",
                "persistentvolumeclaims | {spec: {accessModes: [ReadWriteOnce]}}"
                        + " | spec.resources.requests[storage]: Required value",
                "persistentvolumes | {spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce]}}"
                        + " | spec: Required value: must specify a volume type",
                "storageclasses.storage.k8s.io | {reclaimPolicy: Delete} | provisioner: Required value",
                "priorityclasses.scheduling.k8s.io | {value: 2000000000}"
                        + " | value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
                "leases.coordination.k8s.io | {spec: {leaseDurationSeconds: 0}}"
                        + " | spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
                "nodes | {spec: {taints: [{key: a, effect: Explode}]}} | spec.taints[0].effect: Unsupported value:"
                        + " \"Explode\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
                "customresourcedefinitions.apiextensions.k8s.io | {metadata: {name: x}, spec: {group: a.b, scope:"
                        + " Namespaced, names: {plural: xs, kind: X}}} | metadata.name: Invalid value: \"x\": must be"
                        + " spec.names.plural+\".\"+spec.group",
                "validatingwebhookconfigurations.admissionregistration.k8s.io | {webhooks: [{name: short}]}"
                        + " | webhooks[0].name: Invalid value: \"short\": should be a domain with at least three"
                        + " segments"
                        + " separated by dots",
                "flowschemas.flowcontrol.apiserver.k8s.io | {spec: {matchingPrecedence: 10001,"
                        + " priorityLevelConfiguration: {name: x}}} | spec.matchingPrecedence: Invalid value:"
                        + " 10001: must not"
                        + " be greater than 10000",
                "endpointslices.discovery.k8s.io | {addressType: IPv4, endpoints: [{addresses: ['::1']}]}"
                        + " | endpoints[0].addresses[0]: Invalid value: \"::1\": must be an IPv4 address",
            })
    void otherKindsAreChecked(String resource, String object, String error) {
        assertThat(created(resource, object)).contains(error);
    }

    @Test
    void aBudgetSaysOneOfTwoThings() {
        assertThat(created("poddisruptionbudgets.policy", "{spec: {minAvailable: 1, maxUnavailable: 1}}"))
                .singleElement()
                .asString()
                .endsWith("minAvailable and maxUnavailable cannot be both set");
    }

    @Test
    void configMapsAndSecretsHoldAMebibyte() {
        Map<String, Object> map = Samples.tree("{metadata: {name: a, namespace: d}}");
        map.put("data", new LinkedHashMap<>(Map.of("a", "x".repeat(1 << 20))));
        assertThat(Validation.create(Samples.resource("configmaps"), map)).isEmpty();
        Json.child(map, "data").put("b", "c");
        assertThat(texts(Validation.create(Samples.resource("configmaps"), map)))
                .containsExactly(": Too long: may not be more than 1048576 bytes");
        Map<String, Object> secret = Samples.tree("{metadata: {name: a, namespace: d}}");
        secret.put("stringData", Map.of("a", "x".repeat((1 << 20) + 1)));
        Defaults.apply(Samples.resource("secrets"), secret);
        assertThat(texts(Validation.create(Samples.resource("secrets"), secret)))
                .containsExactly("data: Too long: may not be more than 1048576 bytes");
    }

    private static final String POD =
            "{metadata: {name: a, namespace: d}, spec: {nodeName: node, tolerations: [{key: a,"
                    + " operator: Exists}], activeDeadlineSeconds: 100, containers: [{name: c, image: x}]}}";

    @Test
    void aPodsImageMayChange() {
        assertThat(updated("pods", POD, POD.replace("image: x", "image: z"))).isEmpty();
        assertThat(updated("pods", POD, POD.replace("Seconds: 100", "Seconds: 50")))
                .isEmpty();
        assertThat(updated(
                        "pods", POD, POD.replace("operator: Exists}", "operator: Exists}, {key: b, operator: Exists}")))
                .isEmpty();
    }

    @Test
    void littleElseOfAPodMay() {
        assertThat(updated("pods", POD, POD.replace("nodeName: node", "nodeName: other")))
                .singleElement()
                .asString()
                .startsWith("spec: Forbidden: pod updates may not change fields other than"
                        + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
                        + "`spec.tolerations` (only additions to existing tolerations),"
                        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was"
                        + " previously negative)\n")
                .contains("nodeName");
        assertThat(updated("pods", POD, POD.replace("[{name: c", "[{name: b, image: x}, {name: c")))
                .contains("spec.containers: Forbidden: pod updates may not add or remove containers");
        assertThat(updated("pods", POD, POD.replace("Seconds: 100", "Seconds: 200")))
                .contains(
                        "spec.activeDeadlineSeconds: Invalid value: 200: must be less than or equal to previous value");
        assertThat(updated("pods", POD, POD.replace("key: a", "key: z")))
                .contains("spec.tolerations: Forbidden: existing toleration can not be modified except its"
                        + " tolerationSeconds");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{type: a, data: {k: eA==}} | {type: b, data: {k: eA==}} | type: Invalid value: \"b\": field is"
                        + " immutable",
                "{immutable: true, data: {k: eA==}} | {immutable: true, data: {k: eQ==}}"
                        + " | data: Forbidden: field is immutable when `immutable` is set",
                "{immutable: true} | {} | immutable: Forbidden: field is immutable when `immutable` is set",
            })
    void aSecretsTypeAndImmutableDataStay(String old, String fresh, String error) {
        assertThat(updated("secrets", old, fresh)).containsExactly(error);
    }

    @Test
    void selectorsAndReferencesAreForever() {
        String deployment = "{spec: {selector: {matchLabels: {app: a}}, " + TEMPLATE + "}}";
        assertThat(updated("deployments.apps", deployment, deployment.replace("app: a", "app: b")))
                .containsExactly("spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"b\"}}: field is immutable");
        String binding = "{roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}}";
        assertThat(updated("rolebindings.rbac.authorization.k8s.io", binding, binding.replace("name: r", "name: s")))
                .singleElement()
                .asString()
                .endsWith("cannot change roleRef");
        String set = "{spec: {serviceName: s, selector: {matchLabels: {app: a}}, " + TEMPLATE + "}}";
        assertThat(updated("statefulsets.apps", set, set.replace("serviceName: s", "serviceName: t")))
                .containsExactly("spec: Forbidden: updates to statefulset spec for fields other than 'replicas',"
                        + " 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit',"
                        + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        assertThat(updated("statefulsets.apps", set, set.replace("image: x", "image: z")))
                .isEmpty();
        assertThat(updated("priorityclasses.scheduling.k8s.io", "{value: 1}", "{value: 2}"))
                .containsExactly("value: Forbidden: may not be changed in an update.");
        assertThat(updated("storageclasses.storage.k8s.io", "{provisioner: a}", "{provisioner: b}"))
                .containsExactly("provisioner: Forbidden: updates to provisioner are forbidden.");
    }

    @Test
    void aBoundClaimGrowsOnly() {
        String claim =
                "{spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}, status: {phase: Bound,"
                        + " capacity: {storage: 2Gi}}}";
        assertThat(updated(
                        "persistentvolumeclaims",
                        claim,
                        claim.replace("requests: {storage: 2Gi", "requests: {storage: 3Gi")))
                .isEmpty();
        assertThat(updated(
                        "persistentvolumeclaims",
                        claim,
                        claim.replace("requests: {storage: 2Gi", "requests: {storage: 1Gi")))
                .containsExactly(
                        "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity");
        assertThat(updated("persistentvolumeclaims", claim, claim.replace("ReadWriteOnce", "ReadWriteMany")))
                .hasSize(1);
    }

    @Test
    void aServicesAddressStays() {
        String service = "{spec: {clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ports: [{port: 80}]}}";
        assertThat(updated("services", service, service.replace("10.0.0.1", "10.0.0.2")))
                .containsExactly("spec.clusterIPs[0]: Invalid value: \"10.0.0.2\": may not change once set");
    }

    @Test
    void aStatusMustAddUp() {
        ResourceType type = Samples.resource("replicasets.apps");
        Map<String, Object> old = Samples.tree("{metadata: {}, spec: {}}");
        Map<String, Object> fresh = Samples.tree("{metadata: {}, spec: {}, status: {replicas: 1, readyReplicas: 2}}");
        assertThat(texts(Validation.update(type, fresh, old, "status")))
                .containsExactly("status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas");
    }

    @Test
    void ephemeralContainersAreOnlyAdded() {
        ResourceType type = Samples.resource("pods");
        String pod = "{metadata: {name: a, namespace: d}, spec: {containers: [{name: c, image: x}],"
                + " ephemeralContainers: [{name: debug, image: x}]}}";
        Map<String, Object> old = prepared(type, Samples.tree(pod));
        Map<String, Object> more =
                prepared(type, Samples.tree(pod.replace("image: x}]}}", "image: x}, {name: two, image: x}]}}")));
        assertThat(texts(Validation.update(type, more, old, "ephemeralcontainers")))
                .isEmpty();
        assertThat(texts(Validation.update(type, old, more, "ephemeralcontainers")))
                .containsExactly("spec.ephemeralContainers: Forbidden: existing ephemeral containers \"two\" may not be"
                        + " removed");
    }
}
