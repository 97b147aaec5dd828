package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class TablesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");
    private static final String META =
            "'metadata':{'name':'x','namespace':'ns','creationTimestamp':'2026-11-22T04:55:00Z'}";

    static List<ResourceType> everyResource() {
        return BuiltInResources.all();
    }

    @ParameterizedTest
    @MethodSource("everyResource")
    void everyKindMakesARowFromAnAlmostEmptyObject(ResourceType type) {
        TablePrinter printer = Tables.forType(type);

        Map<String, Object> row =
                Tables.row(printer, json("{'metadata':{'name':'x'}}"), Tables.IncludeObject.METADATA, NOW);

        assertThat(Json.list(row, "cells"))
                .hasSameSizeAs(printer.columns())
                .contains("x")
                .allMatch(cell -> cell instanceof String || cell instanceof Long || cell instanceof Boolean);
        assertThat(printer.columns()).allMatch(column -> !column.name().isEmpty());
    }

    private static List<Object> cells(String group, String version, String resource, String json) {
        ResourceType type = Objects.requireNonNull(BuiltInResources.find(group, version, resource));
        return Tables.forType(type).cells(json(json), NOW);
    }

    private static List<Object> pod(String spec, String status) {
        return cells("", "v1", "pods", "{" + META + ",'spec':" + spec + ",'status':" + status + "}");
    }

    @Test
    void aRunningPodCountsReadyContainersAndRestarts() {
        List<Object> row = pod(
                "{'nodeName':'n1','containers':[{'name':'a'},{'name':'b'}]}",
                "{'phase':'Running','podIPs':[{'ip':'10.0.0.7'}],'containerStatuses':["
                        + "{'name':'a','ready':true,'restartCount':2,'state':{'running':{}},"
                        + "'lastState':{'terminated':{'finishedAt':'2026-11-22T04:58:20Z'}}},"
                        + "{'name':'b','ready':false,'restartCount':1,'state':{'running':{}}}]}");

        assertThat(row)
                .containsExactly("x", "1/2", "Running", "3 (100s ago)", "5m", "10.0.0.7", "n1", "<none>", "<none>");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'phase':'Pending'}|Pending",
                "{'phase':'Failed','reason':'Evicted'}|Evicted",
                "{'phase':'Pending','conditions':[{'type':'PodScheduled','reason':'SchedulingGated'}]}|SchedulingGated",
                "{'phase':'Pending','initContainerStatuses':[{'state':{'terminated':{'exitCode':0}}},"
                        + "{'state':{'running':{}}}]}|Init:1/2",
                "{'phase':'Pending','initContainerStatuses':[{'state':{'terminated':{'exitCode':3}}}]}|Init:ExitCode:3",
                "{'phase':'Pending','initContainerStatuses':[{'state':{'terminated':{'exitCode':1,'reason':'Error'}}}]}"
                        + "|Init:Error",
                "{'phase':'Pending','initContainerStatuses':[{'state':{'waiting':{'reason':'CrashLoopBackOff'}}}]}"
                        + "|Init:CrashLoopBackOff",
                "{'phase':'Pending','initContainerStatuses':[{'state':{'waiting':{'reason':'PodInitializing'}}}]}"
                        + "|Init:0/2",
                "{'phase':'Pending','containerStatuses':[{'state':{'waiting':{'reason':'ErrImagePull'}}}]}|"
                        + "ErrImagePull",
                "{'phase':'Running','containerStatuses':[{'state':{'terminated':{'exitCode':137,"
                        + "'signal':9}}}]}|Signal:9",
                "{'phase':'Succeeded','containerStatuses':[{'state':{'terminated':{'exitCode':0,"
                        + "'reason':'Completed'}}}]}"
                        + "|Completed",
                "{'phase':'Running','containerStatuses':[{'state':{'terminated':{'exitCode':0,'reason':'Completed'}}},"
                        + "{'ready':true,'state':{'running':{}}}]}|NotReady",
                "{'phase':'Running','conditions':[{'type':'Ready','status':'True'}],'containerStatuses':["
                        + "{'state':{'terminated':{'exitCode':0,'reason':'Completed'}}},"
                        + "{'ready':true,'state':{'running':{}}}]}|Running",
                "{'phase':'Failed','containerStatuses':[{'state':{'terminated':{'exitCode':0,'reason':'Completed'}}},"
                        + "{'state':{'terminated':{'exitCode':1,'reason':'Error'}}}]}|Error",
            })
    void aPodsStatusIsItsMostTellingReason(String status, String text) {
        assertThat(pod("{'initContainers':[{'name':'i'},{'name':'j'}]}", status).get(2))
                .isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"Running,'',Terminating", "Running,NodeLost,Unknown", "Succeeded,'',Succeeded"})
    void aDeletedPodIsTerminatingUnlessItEnded(String phase, String reason, String text) {
        Map<String, Object> pod = json("{'metadata':{'name':'x','deletionTimestamp':'2026-11-22T05:00:00Z'},'status':{"
                + "'phase':'" + phase + "','reason':'" + reason + "'}}");

        assertThat(Tables.forKind("Pod").cells(pod, NOW).get(2)).isEqualTo(text);
    }

    @Test
    void sidecarsCountAsContainersOnceStarted() {
        List<Object> row = pod(
                "{'initContainers':[{'name':'s','restartPolicy':'Always'}],'containers':[{'name':'a'}]}",
                "{'phase':'Running','initContainerStatuses':[{'name':'s','started':true,'ready':true,'restartCount':1,"
                        + "'state':{'running':{}}}],'containerStatuses':[{'name':'a','ready':true,'restartCount':0,"
                        + "'state':{'running':{}}}]}");

        assertThat(row).startsWith("x", "2/2", "Running", "1");
    }

    @Test
    void rowsOfPodsThatEndedSayCompleted() {
        Map<String, Object> row = Tables.row(
                Tables.forKind("Pod"),
                json("{'kind':'Pod','metadata':{'name':'x'},'status':{'phase':'Failed'}}"),
                Tables.IncludeObject.NONE,
                NOW);

        assertThat(Json.text(Json.list(row, "conditions")))
                .contains("\"type\":\"Completed\"", "\"status\":\"True\"", "\"reason\":\"Failed\"");
        assertThat(row).containsEntry("object", null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'type':'ClusterIP','clusterIP':'10.0.0.1','ports':[{'port':80,'protocol':'TCP'}]}|{}"
                        + "|x,ClusterIP,10.0.0.1,<none>,80/TCP,5m,<none>",
                "{'type':'NodePort','clusterIPs':['10.0.0.1'],'externalIPs':['1.2.3.4'],'selector':{'b':'2','a':'1'},"
                        + "'ports':[{'port':80,'nodePort':30080,'protocol':'TCP'},{'port':53,'protocol':'UDP'}]}|{}"
                        + "|x,NodePort,10.0.0.1,1.2.3.4,80:30080/TCP,53/UDP,5m,a=1,b=2",
                "{'type':'LoadBalancer','clusterIPs':['None']}|{}|x,LoadBalancer,None,<pending>,<none>,5m,<none>",
                "{'type':'LoadBalancer'}|{'loadBalancer':{'ingress':[{'hostname':'b'},{'ip':'1.1.1.1'}]}}"
                        + "|x,LoadBalancer,<none>,1.1.1.1,b,<none>,5m,<none>",
                "{'type':'ExternalName','externalName':'h.example'}|{}|x,ExternalName,<none>,h.example,<none>,"
                        + "5m,<none>",
            })
    void servicesShowTheirAddressesAndPorts(String spec, String status, String row) {
        assertThat(join(cells("", "v1", "services", "{" + META + ",'spec':" + spec + ",'status':" + status + "}")))
                .isEqualTo(row);
    }

    @Test
    void deploymentsShowReadyOfDesired() {
        String spec = "{'replicas':3,'selector':{'matchLabels':{'app':'web'}},'template':{'spec':{'containers':["
                + "{'name':'a','image':'i1'},{'name':'b','image':'i2'}]}}}";

        assertThat(join(cells(
                        "apps",
                        "v1",
                        "deployments",
                        "{" + META + ",'spec':" + spec
                                + ",'status':{'readyReplicas':2,'updatedReplicas':3,'availableReplicas':1}}")))
                .isEqualTo("x,2/3,3,1,5m,a,b,i1,i2,app=web");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'completions':3}|{'succeeded':1,'startTime':'2026-11-22T04:59:00Z'}|Running,1/3,60s",
                "{'completions':1}|{'succeeded':1,'startTime':'2026-11-22T04:00:00Z','completionTime':"
                        + "'2026-11-22T04:00:09Z','conditions':[{'type':'Complete','status':'True'}]}|Complete,1/1,9s",
                "{'parallelism':4}|{}|Running,0/1 of 4,",
                "{}|{'conditions':[{'type':'Suspended','status':'True'}]}|Suspended,0/1,",
            })
    void jobsShowStateCompletionsAndDuration(String spec, String status, String middle) {
        List<Object> row = cells("batch", "v1", "jobs", "{" + META + ",'spec':" + spec + ",'status':" + status + "}");
        assertThat(join(row.subList(1, 4))).isEqualTo(middle);
    }

    @Test
    void nodesShowReadinessRolesAndAddresses() {
        List<Object> row = cells(
                "",
                "v1",
                "nodes",
                "{'metadata':{'name':'n','labels':{'node-role.kubernetes.io/worker':'','kubernetes.io/role':'a'}},"
                        + "'spec':{'unschedulable':true},'status':{'conditions':[{'type':'Ready','status':'Unknown'}],"
                        + "'addresses':[{'type':'InternalIP','address':'10.1.1.1'}],"
                        + "'nodeInfo':{'kubeletVersion':'v1'}}}");

        assertThat(join(row))
                .isEqualTo("n,NotReady,SchedulingDisabled,a,worker,<unknown>,v1,10.1.1.1,<none>,<unknown>,<unknown>,"
                        + "<unknown>");
    }

    @Test
    void bothEventGroupsShowTheSameRow() {
        String core =
                "{" + META + ",'type':'Normal','reason':'Started','message':' hi ','involvedObject':{'kind':'Pod',"
                        + "'name':'p','fieldPath':'spec'},'source':{'component':'kubelet','host':'n1'},'count':3,"
                        + "'firstTimestamp':'2026-11-22T04:00:00Z','lastTimestamp':'2026-11-22T04:59:30Z'}";
        String modern = core.replace("'message'", "'note'")
                .replace("involvedObject", "regarding")
                .replace("'source'", "'deprecatedSource'")
                .replace("'count'", "'deprecatedCount'")
                .replace("'firstTimestamp'", "'deprecatedFirstTimestamp'")
                .replace("'lastTimestamp'", "'deprecatedLastTimestamp'");
        String row = "30s,Normal,Started,pod/p,spec,kubelet, n1,hi,60m,3,x";

        assertThat(join(cells("", "v1", "events", core))).isEqualTo(row);
        assertThat(join(cells("events.k8s.io", "v1", "events", modern))).isEqualTo(row);
    }

    @Test
    void autoscalersShowTheirFirstTwoTargets() {
        String spec = "{'scaleTargetRef':{'kind':'Deployment','name':'d'},'minReplicas':2,'maxReplicas':9,'metrics':["
                + "{'type':'Resource','resource':{'name':'cpu','target':{'averageUtilization':80}}},"
                + "{'type':'Pods','pods':{'target':{'averageValue':'1k'}}},{'type':'External'}]}";
        String status = "{'currentReplicas':4,'currentMetrics':[{'resource':{'current':{'averageUtilization':42}}}]}";

        assertThat(join(cells(
                        "autoscaling",
                        "v2",
                        "horizontalpodautoscalers",
                        "{" + META + ",'spec':" + spec + ",'status':" + status + "}")))
                .isEqualTo("x,Deployment/d,cpu: 42%/80%, <unknown>/1k + 1 more...,2,9,4,5m");
        assertThat(join(cells(
                        "autoscaling",
                        "v1",
                        "horizontalpodautoscalers",
                        "{" + META + ",'spec':{'targetCPUUtilizationPercentage':70,'maxReplicas':3},'status':{}}")))
                .isEqualTo("x,/,cpu: <unknown>/70%,<unset>,3,0,5m");
    }

    @Test
    void endpointsShowTheFirstThree() {
        assertThat(join(cells(
                        "",
                        "v1",
                        "endpoints",
                        "{" + META + ",'subsets':[{'addresses':[{'ip':'1.1.1.1'},{'ip':'::1'}],'ports':[{'port':80},"
                                + "{'port':443}]}]}")))
                .isEqualTo("x,1.1.1.1:80,[::1]:80,1.1.1.1:443 + 1 more...,5m");
        assertThat(join(cells("", "v1", "endpoints", "{" + META + "}"))).isEqualTo("x,<none>,5m");
    }

    @Test
    void volumesAndClaimsAbbreviateAccessModes() {
        assertThat(join(cells(
                        "",
                        "v1",
                        "persistentvolumeclaims",
                        "{" + META + ",'spec':{'volumeName':'pv','storageClassName':'fast','volumeMode':'Filesystem'},"
                                + "'status':{'phase':'Bound','capacity':{'storage':'1Gi'},'accessModes':["
                                + "'ReadWriteMany','ReadWriteOnce']}}")))
                .isEqualTo("x,Bound,pv,1Gi,RWO,RWX,fast,<unset>,5m,Filesystem");
    }

    @Test
    void kindsWithoutColumnsShowWhenTheyWereCreated() {
        ResourceType roles =
                Objects.requireNonNull(BuiltInResources.find("rbac.authorization.k8s.io", "v1", "clusterroles"));

        assertThat(Tables.forType(roles).columns().stream().map(TablePrinter.Column::name))
                .containsExactly("Name", "Created At");
        assertThat(join(Tables.forType(roles).cells(json("{" + META + "}"), NOW)))
                .isEqualTo("x,2026-11-22T04:55:00Z");
    }

    @Test
    void aTableCarriesListMetadataColumnsAndRows() {
        TablePrinter printer = Tables.forKind("Namespace");
        Map<String, Object> namespace =
                json("{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'a'}," + "'status':{'phase':'Active'}}");
        Map<String, Object> table = Tables.table(
                printer,
                json("{'resourceVersion':'7'}"),
                List.of(Tables.row(printer, namespace, Tables.IncludeObject.METADATA, NOW)),
                true);

        assertThat(Json.text(table))
                .startsWith("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\","
                        + "\"metadata\":{\"resourceVersion\":\"7\"},"
                        + "\"columnDefinitions\":[{\"name\":\"Name\",\"type\":\"string\",\"format\":\"name\",")
                .endsWith("\"rows\":[{\"cells\":[\"a\",\"Active\",\"<unknown>\"],\"object\":{\"kind\":"
                        + "\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\","
                        + "\"metadata\":{\"name\":\"a\"}}}]}");
    }

    @Test
    void anUnknownIncludeObjectIsRefused() {
        assertThat(Tables.IncludeObject.parse("")).isEqualTo(Tables.IncludeObject.METADATA);
        assertThatThrownBy(() -> Tables.IncludeObject.parse("All"))
                .hasMessage("Unable to convert to Table as requested: includeObject: Invalid value: \"All\": must be"
                        + " 'Metadata', 'Object', 'None', or empty");
    }

    @ParameterizedTest
    @CsvSource({
        "-5,<invalid>",
        "-1,0s",
        "0,0s",
        "119,119s",
        "120,2m",
        "303,5m3s",
        "600,10m",
        "10799,179m",
        "10800,3h",
        "11100,3h5m",
        "28800,8h",
        "172799,47h",
        "172800,2d",
        "187200,2d4h",
        "691200,8d",
        "63072000,2y",
        "63158400,2y1d",
        "252288000,8y",
    })
    void durationsPrintInTwoUnits(long seconds, String text) {
        assertThat(HumanDuration.of(java.time.Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    private static String join(List<Object> row) {
        return String.join(",", row.stream().map(Object::toString).toList());
    }

    private static Map<String, Object> json(String text) {
        return Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
