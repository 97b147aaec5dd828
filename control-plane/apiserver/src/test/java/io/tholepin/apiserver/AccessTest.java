package io.tholepin.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.tholepin.objects.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may do what: contract 5.1 and 5.2. */
class AccessTest {
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";
    private static final UserInfo JANE = UserInfo.authenticated("jane", List.of("devs"));

    private final ApiFixture api = new ApiFixture();

    @AfterEach
    void close() {
        api.close();
    }

    private static void forbidden(MemorySink answer, String message) {
        assertThat(Json.string(ApiFixture.tree(answer), "message")).isEqualTo(message);
        assertThat(Json.string(ApiFixture.tree(answer), "reason")).isEqualTo("Forbidden");
        assertThat(answer.status).isEqualTo(403);
        assertThat(answer.headers.first("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    private void create(String uri, String body) {
        UserInfo user = api.user;
        api.user = ApiFixture.ADMIN;
        MemorySink answer = api.post(uri, body);
        assertThat(answer.status).as(answer.toString()).isEqualTo(201);
        api.user = user;
    }

    @Test
    void anonymousUsersSeeOnlyHealthAndVersion() {
        api.user = UserInfo.ANONYMOUS;
        assertThat(api.get("/version").status).isEqualTo(200);
        assertThat(api.get("/livez").status).isEqualTo(200);
        forbidden(api.get("/api"), "forbidden: User \"system:anonymous\" cannot get path \"/api\"");
        forbidden(
                api.get("/api/v1/pods"),
                "pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" at the"
                        + " cluster scope");
        forbidden(
                api.post("/api/v1/namespaces/default/configmaps", "{}"),
                "configmaps is forbidden: User \"system:anonymous\" cannot create resource \"configmaps\" in API group"
                        + " \"\" in the namespace \"default\"");
    }

    @Test
    void aTokenThatNobodyIssuedIsUnauthorized() {
        api.user = UserInfo.ANONYMOUS;
        MemorySink answer = api.get("/version", "Authorization", "Bearer nonsense");
        assertThat(answer.status).isEqualTo(401);
        assertThat(ApiFixture.tree(answer))
                .containsEntry("message", "Unauthorized")
                .containsEntry("reason", "Unauthorized");
    }

    @Test
    void authenticatedUsersDiscoverButNoMore() {
        api.user = JANE;
        assertThat(api.get("/apis").status).isEqualTo(200);
        forbidden(
                api.get("/apis/apps/v1/namespaces/default/deployments/d"),
                "deployments.apps \"d\" is forbidden: User \"jane\" cannot get resource \"deployments\" in API group"
                        + " \"apps\" in the namespace \"default\"");
        forbidden(
                api.get("/api/v1/namespaces/default/pods/p/log"),
                "pods \"p\" is forbidden: User \"jane\" cannot get resource \"pods/log\" in API group \"\" in the"
                        + " namespace \"default\"");
    }

    @Test
    void aRoleIsGoodForItsNamespace() {
        create(
                RBAC + "/namespaces/default/roles",
                "{\"metadata\":{\"name\":\"r\"},\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"configmaps\"],"
                        + "\"verbs\":[\"list\",\"get\"],\"resourceNames\":[\"a\"]},"
                        + "{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"*\"]}]}");
        create(
                RBAC + "/namespaces/default/rolebindings",
                "{\"metadata\":{\"name\":\"b\"},\"subjects\":[{\"kind\":\"Group\",\"name\":\"devs\","
                        + "\"apiGroup\":\"rbac.authorization.k8s.io\"}],\"roleRef\":{\"kind\":\"Role\",\"name\":\"r\","
                        + "\"apiGroup\":\"rbac.authorization.k8s.io\"}}");
        awaitConsistent("roles", "rolebindings");
        api.user = JANE;
        assertThat(api.get("/api/v1/namespaces/default/pods").status).isEqualTo(200);
        assertThat(api.get("/api/v1/namespaces/kube-system/pods").status).isEqualTo(403);
        assertThat(api.get("/api/v1/pods").status).isEqualTo(403);
        assertThat(api.get("/api/v1/namespaces/default/configmaps/a").status).isEqualTo(404);
        assertThat(api.get("/api/v1/namespaces/default/configmaps/b").status).isEqualTo(403);
        assertThat(api.get("/api/v1/namespaces/default/configmaps").status).isEqualTo(403);
        assertThat(api.get("/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Da").status)
                .isEqualTo(200);
        Map<String, Object> review = review(
                "{\"resourceAttributes\":{\"namespace\":\"default\",\"verb\":\"get\"," + "\"resource\":\"pods\"}}");
        assertThat(Json.flag(review, "status", "allowed")).isTrue();
        assertThat(Json.string(review, "status", "reason"))
                .isEqualTo("RBAC: allowed by RoleBinding \"b/default\" of Role \"r\" to Group \"devs\"");
    }

    /** The authorizer reads caches that may lag behind a moment. */
    private void awaitConsistent(String... resources) {
        for (String resource : resources) {
            assertThat(api.get(RBAC + "/" + resource).status).isEqualTo(200);
        }
    }

    private Map<String, Object> review(String spec) {
        MemorySink answer =
                api.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{\"spec\":" + spec + "}");
        assertThat(answer.status).as(answer.toString()).isEqualTo(201);
        return ApiFixture.tree(answer);
    }

    @Test
    void aReviewNeedsExactlyOneQuestion() {
        MemorySink answer = api.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{\"spec\":{}}");
        assertThat(answer.status).isEqualTo(422);
        assertThat(Json.string(ApiFixture.tree(answer), "message"))
                .isEqualTo("SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes:"
                        + " Required value: exactly one of nonResourceAttributes or resourceAttributes must be"
                        + " specified");
    }

    @Test
    void whoAmI() {
        api.user = JANE;
        Map<String, Object> review =
                ApiFixture.tree(api.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}"));
        assertThat(Json.text(Json.at(review, "status")))
                .isEqualTo("{\"userInfo\":{\"username\":\"jane\",\"groups\":[\"devs\",\"system:authenticated\"]}}");
    }

    @Test
    void mastersMayImpersonate() {
        MemorySink answer = api.send(
                "POST",
                "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                "{}".getBytes(StandardCharsets.UTF_8),
                "Content-Type",
                "application/json",
                "Impersonate-User",
                "system:serviceaccount:default:robot");
        assertThat(Json.text(Json.at(ApiFixture.tree(answer), "status", "userInfo", "groups")))
                .isEqualTo("[\"system:serviceaccounts\",\"system:serviceaccounts:default\",\"system:authenticated\"]");
        api.user = JANE;
        forbidden(
                api.get("/version", "Impersonate-User", "admin"),
                "users \"admin\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in API group \"\" at"
                        + " the cluster scope");
    }

    @Test
    void rulesOfAMaster() {
        MemorySink answer = api.post(
                "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "{\"spec\":{\"namespace\":\"default\"}}");
        assertThat(answer.toString())
                .contains("{\"verbs\":[\"*\"],\"apiGroups\":[\"*\"],\"resources\":[\"*\"]}")
                .contains("{\"verbs\":[\"*\"],\"nonResourceURLs\":[\"*\"]}");
    }
}
