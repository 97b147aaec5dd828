package io.tholepin.objects;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ConversionsTest {
    private static final ResourceType NEW_EVENTS = find("events.k8s.io", "v1", "events");
    private static final ResourceType OLD_AUTOSCALERS = find("autoscaling", "v1", "horizontalpodautoscalers");

    @Test
    void whatIsStoredAsServedPassesUnchanged() {
        Map<String, Object> pod = json("{'kind':'Pod'}");

        assertThat(Conversions.toStorage(find("", "v1", "pods"), pod)).isSameAs(pod);
        assertThat(Conversions.fromStorage(find("", "v1", "pods"), pod)).isSameAs(pod);
        assertThat(Conversions.toStorage(find("autoscaling", "v2", "horizontalpodautoscalers"), pod))
                .isSameAs(pod);
    }

    @Test
    void newEventsAreStoredAsCoreEventsAndComeBack() {
        String served = "{'kind':'Event','apiVersion':'events.k8s.io/v1','metadata':{'name':'e'},"
                + "'regarding':{'kind':'Pod'},'reason':'r','note':'n','deprecatedSource':{'component':'c'},"
                + "'deprecatedFirstTimestamp':null,'deprecatedLastTimestamp':'t','deprecatedCount':2,'type':'Normal',"
                + "'eventTime':'2026-11-22T05:00:00.000000Z','series':{'count':2},'action':'a',"
                + "'related':{'kind':'Node'},"
                + "'reportingController':'rc','reportingInstance':'ri'}";

        Map<String, Object> stored = Conversions.toStorage(NEW_EVENTS, json(served));

        assertThat(Json.text(stored))
                .isEqualTo(Json.text(json("{'kind':'Event','apiVersion':'v1','metadata':{'name':'e'},"
                        + "'involvedObject':{'kind':'Pod'},'reason':'r','message':'n','source':{'component':'c'},"
                        + "'firstTimestamp':null,'lastTimestamp':'t','count':2,'type':'Normal',"
                        + "'eventTime':'2026-11-22T05:00:00.000000Z','series':{'count':2},'action':'a',"
                        + "'related':{'kind':'Node'},'reportingComponent':'rc','reportingInstance':'ri'}")));
        assertThat(Conversions.fromStorage(NEW_EVENTS, stored)).isEqualTo(json(served));
    }

    @Test
    void theCpuTargetOfAnOldAutoscalerIsAMetric() {
        Map<String, Object> stored = Conversions.toStorage(
                OLD_AUTOSCALERS,
                json("{'kind':'HorizontalPodAutoscaler','apiVersion':'autoscaling/v1','metadata':{'name':'h'},"
                        + "'spec':{'scaleTargetRef':{'kind':'Deployment','name':'d'},'minReplicas':1,'maxReplicas':5,"
                        + "'targetCPUUtilizationPercentage':80},'status':{'currentReplicas':2,'desiredReplicas':3,"
                        + "'currentCPUUtilizationPercentage':90}}"));

        assertThat(Json.text(stored))
                .isEqualTo(Json.text(json("{'kind':'HorizontalPodAutoscaler','apiVersion':'autoscaling/v2','metadata':"
                        + "{'name':'h'},'spec':{'scaleTargetRef':{'kind':'Deployment','name':'d'},'minReplicas':1,"
                        + "'maxReplicas':5,'metrics':[{'type':'Resource','resource':{'name':'cpu','target':{'type':"
                        + "'Utilization','averageUtilization':80}}}]},'status':{'currentReplicas':2,"
                        + "'desiredReplicas':3,"
                        + "'currentMetrics':[{'type':'Resource','resource':{'name':'cpu','current':"
                        + "{'averageUtilization':90}}}]}}")));
    }

    @Test
    void whatAnOldAutoscalerCannotSayTravelsInAnnotations() {
        Map<String, Object> stored =
                json("{'kind':'HorizontalPodAutoscaler','apiVersion':'autoscaling/v2','metadata':{'name':'h',"
                        + "'annotations':{'mine':'1'}},'spec':{'scaleTargetRef':{'kind':'Deployment','name':'d'},"
                        + "'maxReplicas':5,'metrics':["
                        + "{'type':'Resource','resource':{'name':'cpu','target':{'averageUtilization':70,"
                        + "'type':'Utilization'}}},"
                        + "{'type':'Resource','resource':{'name':'memory','target':{'averageValue':'1Gi',"
                        + "'type':'AverageValue'}}},"
                        + "{'type':'Pods','pods':{'metric':{'name':'rps','selector':{'matchLabels':{'a':'b'}}},"
                        + "'target':{'averageValue':'1k','type':'AverageValue'}}},"
                        + "{'type':'Object','object':{'describedObject':{'kind':'Ingress','name':'i'},'metric':{'name':"
                        + "'hits'},'target':{'value':'10k','type':'Value'}}},"
                        + "{'type':'External','external':{'metric':{'name':'queue','selector':{}},'target':{"
                        + "'averageValue':'30','type':'AverageValue'}}},"
                        + "{'type':'ContainerResource','containerResource':{'name':'cpu','container':'c','target':{"
                        + "'averageUtilization':60,'type':'Utilization'}}}],"
                        + "'behavior':{'scaleDown':{'stabilizationWindowSeconds':60}}},"
                        + "'status':{'currentReplicas':1,'currentMetrics':[{'type':'Resource','resource':{'name':'cpu',"
                        + "'current':{'averageValue':'20m','averageUtilization':33}}}],'conditions':[{'type':"
                        + "'AbleToScale','status':'True'}]}}");
        Map<String, Object> before = Json.copyObject(stored);

        Map<String, Object> served = Conversions.fromStorage(OLD_AUTOSCALERS, stored);

        assertThat(served).containsEntry("apiVersion", "autoscaling/v1");
        assertThat(Json.integer(served, 0, "spec", "targetCPUUtilizationPercentage"))
                .isEqualTo(70);
        assertThat(Json.integer(served, 0, "status", "currentCPUUtilizationPercentage"))
                .isEqualTo(33);
        assertThat(Json.child(Json.child(served, "metadata"), "annotations"))
                .containsKeys(
                        "mine",
                        "autoscaling.alpha.kubernetes.io/metrics",
                        "autoscaling.alpha.kubernetes.io/current-metrics",
                        "autoscaling.alpha.kubernetes.io/conditions",
                        "autoscaling.alpha.kubernetes.io/behavior");
        assertThat(Json.string(served, "metadata", "annotations", "autoscaling.alpha.kubernetes.io/metrics"))
                .contains("\"targetAverageValue\":\"1Gi\"", "\"metricName\":\"queue\",\"metricSelector\":{}");
        assertThat(stored).as("the stored tree is not changed").isEqualTo(before);
        assertThat(Conversions.toStorage(OLD_AUTOSCALERS, served)).isEqualTo(before);
    }

    @Test
    void anAnnotationThatCannotBeReadIsLost() {
        Map<String, Object> stored = Conversions.toStorage(
                OLD_AUTOSCALERS,
                json("{'metadata':{'annotations':{'autoscaling.alpha.kubernetes.io/metrics':'[{'}},'spec':{}}"));

        assertThat(Json.at(stored, "spec", "metrics")).isNull();
        assertThat(Json.child(stored, "metadata")).doesNotContainKey("annotations");
    }

    private static ResourceType find(String group, String version, String resource) {
        return Objects.requireNonNull(BuiltInResources.find(group, version, resource));
    }

    private static Map<String, Object> json(String text) {
        return Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
