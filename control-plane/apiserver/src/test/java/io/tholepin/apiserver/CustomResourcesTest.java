package io.tholepin.apiserver;

import static io.tholepin.apiserver.CustomFixture.DEFINITIONS;
import static io.tholepin.apiserver.CustomFixture.WIDGETS;
import static io.tholepin.apiserver.CustomFixture.definition;
import static io.tholepin.apiserver.CustomFixture.ok;
import static io.tholepin.apiserver.CustomFixture.widget;
import static io.tholepin.apiserver.CustomFixture.widgets;
import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.keyspace.LocalStore;
import io.tholepin.kv.Bytes;
import io.tholepin.kv.KeyRange;
import io.tholepin.kv.RangeRequest;
import io.tholepin.kv.Store;
import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CustomResourcesTest {
    private static final String SPEC = "{'type':'object','properties':{'color':{'type':'string','default':'red'},"
            + "'size':{'type':'integer','maximum':10}}}";
    private static final String SUBRESOURCES =
            "'subresources':{'status':{},'scale':{'specReplicasPath':'.spec.size','statusReplicasPath':'.status.size',"
                    + "'labelSelectorPath':'.status.selector'}},'selectableFields':[{'jsonPath':'.spec.color'}]";

    private final Store store = LocalStore.ephemeral();
    private final CustomFixture api = new CustomFixture(store, 42);

    @AfterEach
    void close() {
        api.close();
        store.close();
    }

    private static Map<String, Object> event(MemorySink watch) throws InterruptedException {
        return Json.parseObject(watch.nextLine().getBytes(StandardCharsets.UTF_8));
    }

    private static String seen(Map<String, Object> event) {
        return Json.string(event, "type") + " " + Json.string(event, "object", "metadata", "name");
    }

    private long stored() {
        KeyRange range = KeyRange.prefix(Bytes.utf8("/registry/example.com/widgets/"));
        return store.range(RangeRequest.of(range).counting()).join().count();
    }

    @Test
    void aResourceIsServedOnceItsDefinitionIsEstablished() throws InterruptedException {
        assertThat(api.get(WIDGETS).status).isEqualTo(404);
        api.define(widgets(SPEC, SUBRESOURCES));

        Map<String, Object> created = ok(201, api.post(WIDGETS, widget("a", "{'size':1}")));

        assertThat(Json.string(created, "spec", "color")).isEqualTo("red");
        assertThat(Json.at(created, "metadata", "generation")).isEqualTo(1L);
        Map<String, Object> list = ok(200, api.get(WIDGETS));
        assertThat(Json.string(list, "kind")).isEqualTo("WidgetList");
        assertThat(Json.string(Json.list(list, "items").getFirst(), "apiVersion"))
                .isEqualTo("example.com/v1");
        Bytes value = store.range(RangeRequest.of(KeyRange.key(Bytes.utf8("/registry/example.com/widgets/default/a"))))
                .join()
                .kvs()
                .getFirst()
                .value();
        Map<String, Object> kept = Json.parseObject(value.array());
        assertThat(Json.at(kept, "metadata", "resourceVersion")).isNull();
        assertThat(Json.string(kept, "apiVersion")).isEqualTo("example.com/v1");
    }

    @Test
    void writesFollowTheRulesOfCustomResources() throws InterruptedException {
        api.define(widgets(SPEC, SUBRESOURCES));
        ok(201, api.post(WIDGETS, widget("a", "{'size':1}")));

        assertThat(api.post(WIDGETS + "?fieldValidation=Strict", widget("b", "{'foo':1}")))
                .hasToString("400 {\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                        + "\"message\":\"Widget in version \\\"v1\\\" cannot be handled as a Widget: strict"
                        + " decoding error:"
                        + " unknown field \\\"spec.foo\\\"\",\"reason\":\"BadRequest\",\"code\":400}\n");
        MemorySink warned = api.post(WIDGETS + "?dryRun=All", widget("b", "{'foo':1}"));
        assertThat(warned.status).isEqualTo(201);
        assertThat(warned.headers.value("Warning")).isEqualTo("299 - \"unknown field \\\"spec.foo\\\"\"");
        assertThat(api.get(WIDGETS + "/b").status).isEqualTo(404);
        assertThat(api.send("PUT", WIDGETS + "/a", widget("a", "{'size':2}")).toString())
                .contains("metadata.resourceVersion: Invalid value: 0: must be specified for an update");
        assertThat(api.send(
                                "PATCH",
                                WIDGETS + "/a",
                                "{'spec':{'size':2}}",
                                "Content-Type",
                                "application/strategic-merge-patch+json")
                        .status)
                .isEqualTo(415);
        assertThat(api.merge(WIDGETS + "/a", "{'spec':{'size':11}}").toString())
                .contains("\"code\":422")
                .contains("spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10");
        Map<String, Object> status =
                ok(200, api.merge(WIDGETS + "/a/status", "{'spec':{'size':3},'status':{'size':7,'selector':'a=b'}}"));
        assertThat(Json.at(status, "spec", "size")).isEqualTo(1L);
        Map<String, Object> scale = ok(200, api.merge(WIDGETS + "/a/scale", "{'spec':{'replicas':4}}"));
        assertThat(Json.text(scale.get("spec"))).isEqualTo("{\"replicas\":4}");
        assertThat(Json.text(scale.get("status"))).isEqualTo("{\"replicas\":7,\"selector\":\"a=b\"}");
        assertThat(Json.at(ok(200, api.get(WIDGETS + "/a")), "metadata", "generation"))
                .isEqualTo(2L);
        assertThat(Json.string(ok(200, api.delete(WIDGETS + "/a")), "status")).isEqualTo("Success");
    }

    @Test
    void aSelectableFieldIsAnIndexOfListsWatchesAndDeletions() throws InterruptedException {
        api.define(widgets(SPEC, SUBRESOURCES));
        for (int i = 0; i < 30; i++) {
            ok(201, api.post(WIDGETS, widget("w" + i, "{'color':'" + (i == 7 ? "blue" : "green") + "'}")));
        }
        String blue = "?fieldSelector=spec.color%3Dblue";

        Map<String, Object> list = ok(200, api.get(WIDGETS + blue));
        assertThat(Json.list(list, "items")).hasSize(1);
        assertThat(api.get("/metrics").toString())
                .contains("apiserver_cache_list_fetched_objects_total{group=\"example.com\",index=\"f:spec.color\","
                        + "resource=\"widgets\"} 1");
        assertThat(api.get(WIDGETS + "?fieldSelector=spec.size%3D1").toString())
                .contains("\"message\":\"field label not supported: spec.size\"")
                .contains("\"code\":400");

        String from = Json.string(list, "metadata", "resourceVersion");
        MemorySink watch = api.open(WIDGETS + blue + "&watch=1&resourceVersion=" + from);
        ok(200, api.merge(WIDGETS + "/w1", "{'spec':{'color':'blue'}}"));
        ok(200, api.merge(WIDGETS + "/w7", "{'spec':{'color':'green'}}"));
        ok(200, api.merge(WIDGETS + "/w2", "{'spec':{'size':1}}"));
        ok(200, api.merge(WIDGETS + "/w1", "{'spec':{'size':1}}"));
        assertThat(List.of(seen(event(watch)), seen(event(watch)), seen(event(watch))))
                .containsExactly("ADDED w1", "DELETED w7", "MODIFIED w1");
        watch.leave();

        ok(200, api.delete(WIDGETS + blue));
        assertThat(Json.list(ok(200, api.get(WIDGETS)), "items")).hasSize(29);
    }

    @Test
    void whenADefinitionGoesItsObjectsGoFirstAndOpenWatchesEnd() throws InterruptedException {
        api.define(widgets(SPEC, ""));
        ok(201, api.post(WIDGETS, widget("a", "{}")));
        ok(
                201,
                api.post(
                        WIDGETS,
                        "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'held','finalizers':"
                                + "['example.com/hold']}}"));
        MemorySink watch = api.open(WIDGETS + "?watch=1&resourceVersion=0");
        assertThat(List.of(seen(event(watch)), seen(event(watch)))).containsExactly("ADDED a", "ADDED held");

        Map<String, Object> going = ok(200, api.delete(DEFINITIONS + "/widgets.example.com"));

        assertThat(Json.list(going, "metadata", "finalizers"))
                .containsExactly("customresourcecleanup.apiextensions.k8s.io");
        assertThat(api.post(WIDGETS, widget("b", "{}")).toString())
                .contains("\"message\":\"create not allowed while custom resource definition is terminating\"")
                .contains("\"code\":405");
        assertThat(List.of(seen(event(watch)), seen(event(watch))))
                .containsExactlyInAnyOrder("DELETED a", "MODIFIED held");
        api.awaitCondition("widgets.example.com", "Terminating True");
        ok(200, api.merge(WIDGETS + "/held", "{'metadata':{'finalizers':null}}"));
        assertThat(seen(event(watch))).isEqualTo("DELETED held");
        watch.awaitEnd();
        assertThat(watch.aborted).isFalse();
        api.awaitGone("widgets.example.com");
        assertThat(api.get(WIDGETS).status).isEqualTo(404);
        assertThat(stored()).isZero();
    }

    @Test
    void anotherSchemaEndsWatchesAndShowsWhatIsStoredInItsOwnWay() throws InterruptedException {
        api.define(widgets(SPEC, ""));
        ok(201, api.post(WIDGETS, widget("a", "{'color':'blue','size':3}")));
        MemorySink watch = api.open(WIDGETS + "?watch=1&resourceVersion=0");
        assertThat(seen(event(watch))).isEqualTo("ADDED a");

        String other = "{'type':'object','properties':{'size':{'type':'integer'},'shape':{'type':'string','default':"
                + "'round'}}}";
        ok(
                200,
                api.merge(
                        DEFINITIONS + "/widgets.example.com",
                        widgets(other, "").replaceFirst("'metadata':\\{[^}]*}", "'metadata':{}")));

        watch.awaitEnd();
        assertThat(Json.text(ok(200, api.get(WIDGETS + "/a")).get("spec")))
                .isEqualTo("{\"size\":3,\"shape\":\"round\"}");
        assertThat(Json.text(Json.at(
                        Json.list(ok(200, api.get(WIDGETS)), "items").getFirst(), "spec")))
                .isEqualTo("{\"size\":3,\"shape\":\"round\"}");
    }

    private static final String TWO_VERSIONS = "{'name':'v1beta1','served':true,'storage':false,'deprecated':true,"
            + "'schema':{'openAPIV3Schema':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}},"
            + "{'name':'v1','served':true,'storage':true,"
            + "'schema':{'openAPIV3Schema':{'type':'object','x-kubernetes-preserve-unknown-fields':true}}}";

    @Test
    void anObjectIsTheSameInEachVersion() throws InterruptedException {
        api.define(definition("widgets", "Widget", TWO_VERSIONS));
        String beta = WIDGETS.replace("/v1/", "/v1beta1/");

        MemorySink created = api.post(beta, widget("a", "{'x':1}").replace("com/v1", "com/v1beta1"));

        assertThat(created.status).isEqualTo(201);
        assertThat(created.headers.value("Warning")).contains("example.com/v1beta1 Widget is deprecated");
        Map<String, Object> shown = ok(200, api.get(WIDGETS + "/a"));
        assertThat(Json.string(shown, "apiVersion")).isEqualTo("example.com/v1");
        assertThat(Json.at(shown, "metadata", "resourceVersion"))
                .isEqualTo(Json.at(ok(201, created), "metadata", "resourceVersion"));
        assertThat(Json.list(ok(200, api.get("/apis/example.com")), "versions"))
                .extracting(version -> Json.string(version, "version"))
                .containsExactly("v1", "v1beta1");
    }

    @Test
    void aResourceOfTheWholeClusterHasNoNamespace() throws InterruptedException {
        api.define(definition("gadgets", "Gadget", TWO_VERSIONS).replace("'Namespaced'", "'Cluster'"));
        String gadgets = "/apis/example.com/v1/gadgets";

        ok(
                201,
                api.post(
                        gadgets,
                        "{'apiVersion':'example.com/v1','kind':'Gadget','metadata':{'name':'a'},'items':[1]}"));

        assertThat(Json.list(ok(200, api.get(gadgets + "/a")), "items")).containsExactly(1L);
        assertThat(api.get(WIDGETS.replace("widgets", "gadgets") + "/a").status).isEqualTo(404);
        assertThat(api.get(gadgets + "?fieldSelector=metadata.namespace%3Da").toString())
                .contains("field label not supported: metadata.namespace");
        assertThat(Json.list(ok(200, api.delete(gadgets)), "items")).hasSize(1);
        assertThat(Json.list(ok(200, api.get(gadgets)), "items")).isEmpty();
    }

    @Test
    void otherFormsOfAnObjectAreThoseOfEveryObject() throws InterruptedException {
        api.define(widgets(
                SPEC, "'additionalPrinterColumns':[{'name':'Color','type':'string','jsonPath':'.spec.color'}]"));
        ok(201, api.post(WIDGETS, widget("a", "{}")));
        String protobuf = "application/vnd.kubernetes.protobuf";

        assertThat(api.get(WIDGETS, "Accept", protobuf).status).isEqualTo(406);
        assertThat(api.get(WIDGETS, "Accept", protobuf + ",application/json")
                        .headers
                        .value("Content-Type"))
                .isEqualTo("application/json");
        assertThat(api.get(WIDGETS, "Accept", protobuf + ";as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
                        .headers
                        .value("Content-Type"))
                .isEqualTo(protobuf);
        Map<String, Object> table = ok(200, api.get(WIDGETS, "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"));
        assertThat(Json.text(Json.at(Json.list(table, "rows").getFirst(), "cells")))
                .isEqualTo("[\"a\",\"red\"]");
        assertThat(api.get(WIDGETS + "/a", "Accept", "application/yaml").toString())
                .contains("kind: Widget");
    }

    @Test
    void aChangeTouchesTheDocumentsOfItsOwnGroupAlone() throws InterruptedException {
        api.define(widgets(SPEC, ""));
        Map<String, Object> before = Json.child(ok(200, api.get("/openapi/v3")), "paths");
        Map<String, Object> document = ok(200, api.get("/openapi/v3/apis/example.com/v1"));
        assertThat(Json.at(
                        document,
                        "components",
                        "schemas",
                        "com.example.v1.Widget",
                        "properties",
                        "spec",
                        "properties",
                        "size",
                        "maximum"))
                .isEqualTo(10L);
        assertThat(Json.object(document, "paths"))
                .containsKeys("/apis/example.com/v1/namespaces/{namespace}/widgets/{name}");

        api.define(definition("gadgets", "Gadget", TWO_VERSIONS));

        Map<String, Object> after = Json.child(ok(200, api.get("/openapi/v3")), "paths");
        assertThat(after).containsKey("apis/example.com/v1beta1");
        assertThat(after.get("apis/example.com/v1")).isNotEqualTo(before.get("apis/example.com/v1"));
        before.remove("apis/example.com/v1");
        assertThat(after).containsAllEntriesOf(before);
        assertThat(api.get("/openapi/v2").toString()).contains("com.example.v1.Gadget");
        assertThat(Json.list(ok(200, api.get("/apis/example.com/v1")), "resources"))
                .extracting(resource -> Json.string(resource, "name"))
                .containsExactly("gadgets", "widgets");
    }

    @Test
    void whatThisServerDoesNotEnforceIsSaidWhenItIsWritten() {
        MemorySink answer =
                api.post(DEFINITIONS, widgets("{'type':'object','x-kubernetes-validations':[{'rule':'true'}]}", ""));

        assertThat(answer.status).isEqualTo(201);
        assertThat(answer.headers.value("Warning")).contains("x-kubernetes-validations are kept but not enforced");
    }

    @Test
    void aServerThatStartsServesWhatWasDefinedBefore() throws InterruptedException {
        api.define(widgets(SPEC, SUBRESOURCES));
        ok(201, api.post(WIDGETS, widget("a", "{'color':'blue'}")));

        try (CustomFixture next = new CustomFixture(store, 43)) {
            assertThat(next.get("/readyz").status).isEqualTo(200);
            assertThat(Json.list(ok(200, next.get(WIDGETS + "?fieldSelector=spec.color%3Dblue")), "items"))
                    .hasSize(1);
        }
    }

    @Test
    void aResourceSeenEstablishedOnOneServerIsServedOnAnother() throws InterruptedException {
        try (CustomFixture other = new CustomFixture(store, 43)) {
            for (int i = 0; i < 10; i++) {
                api.define(widgets(SPEC, ""));
                ok(201, other.post(WIDGETS, widget("a", "{}")));
                ok(200, api.delete(DEFINITIONS + "/widgets.example.com"));
                api.awaitGone("widgets.example.com");
                assertThat(other.get(WIDGETS + "/a").status).isEqualTo(404);
                assertThat(stored()).isZero();
            }
        }
    }

    @Test
    void noWriteSlipsPastAChangeOfItsDefinitionOnAnotherServer() throws InterruptedException {
        api.define(widgets(SPEC, ""));
        Random random = new Random(7);
        try (CustomFixture other = new CustomFixture(store, 43)) {
            for (int i = 0; i < 40; i++) {
                int max = random.nextInt(100);
                String stricter = SPEC.replace("'maximum':10", "'maximum':" + max);
                ok(
                        200,
                        api.merge(
                                DEFINITIONS + "/widgets.example.com",
                                widgets(stricter, "").replaceFirst("'metadata':\\{[^}]*}", "'metadata':{}")));
                assertThat(other.post(WIDGETS, widget("over" + i, "{'size':" + (max + 1) + "}")).status)
                        .isEqualTo(422);
                ok(201, other.post(WIDGETS, widget("w" + i, "{'size':" + max + "}")));
            }
        }
    }

    @Test
    void nothingIsLeftOfWhatIsCreatedWhileItsDefinitionGoes() throws InterruptedException {
        try (CustomFixture other = new CustomFixture(store, 43)) {
            for (int i = 0; i < 10; i++) {
                api.define(widgets(SPEC, ""));
                ok(201, other.post(WIDGETS, widget("first", "{}")));
                Thread creator = Thread.ofVirtual().start(() -> {
                    for (int n = 0; other.post(WIDGETS, widget("n" + n, "{}")).status == 201; n++) {
                        Thread.onSpinWait();
                    }
                });
                ok(200, api.delete(DEFINITIONS + "/widgets.example.com"));
                creator.join();
                api.awaitGone("widgets.example.com");
                assertThat(stored()).isZero();
            }
        }
    }

    @Test
    void aNameThatIsGivenUpGoesToWhoWaitsForIt() throws InterruptedException {
        String names = "{'spec':{'names':{'shortNames':%s}}}";
        api.define(definition("gadgets", "Gadget", TWO_VERSIONS));
        ok(200, api.merge(DEFINITIONS + "/gadgets.example.com", names.formatted("['g']")));
        api.define(definition("gizmos", "Gizmo", TWO_VERSIONS));
        ok(200, api.merge(DEFINITIONS + "/gizmos.example.com", names.formatted("['g']")));
        api.awaitCondition("gizmos.example.com", "NamesAccepted False");

        ok(200, api.merge(DEFINITIONS + "/gadgets.example.com", names.formatted("[]")));

        api.awaitCondition("gizmos.example.com", "NamesAccepted True");
    }

    @Test
    void twoServersGrantANameOnce() throws InterruptedException {
        try (CustomFixture other = new CustomFixture(store, 43)) {
            for (int i = 0; i < 30; i++) {
                Thread first = Thread.ofVirtual()
                        .start(() -> api.post(DEFINITIONS, definition("gadgets", "Thing", TWO_VERSIONS)));
                other.post(DEFINITIONS, definition("gizmos", "Thing", TWO_VERSIONS));
                first.join();
                for (String name : List.of("gadgets.example.com", "gizmos.example.com")) {
                    for (int n = 0; api.conditions(name).size() < 2 && n < 5_000; n++) {
                        Thread.sleep(1);
                    }
                }
                List<String> accepted = List.of("gadgets.example.com", "gizmos.example.com").stream()
                        .filter(name -> api.conditions(name).contains("NamesAccepted True"))
                        .toList();
                assertThat(accepted).hasSize(1);
                String loser = accepted.contains("gadgets.example.com") ? "gizmos.example.com" : "gadgets.example.com";
                ok(200, api.delete(DEFINITIONS + "/" + accepted.getFirst()));
                api.awaitEstablished(loser);
                ok(200, api.delete(DEFINITIONS + "/" + loser));
                api.awaitGone(loser);
            }
        }
    }
}
