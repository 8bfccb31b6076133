package dev.penstock.core.material;

import static dev.penstock.core.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.ApiClient.Answer;
import dev.penstock.core.testing.ApiClient.Request;
import dev.penstock.core.testing.TestServer;
import dev.penstock.core.testing.TextMaterial;
import dev.penstock.core.testing.TextRepository;
import dev.penstock.core.testing.WithDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pushes as each host sends them by its documentation, over HTTP to a whole server, up to the run that follows. */
@WithDatabase
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HookDeliveriesTest {
    private final Database database;
    private final Path folder;
    private final TestServer server;

    HookDeliveriesTest(Database database, Signals signals, EventStore events, @TempDir Path folder) throws IOException {
        this.database = database;
        this.folder = folder;
        this.server = TestServer.on(database, signals, events)
                .plugins(TextMaterial.plugins(folder))
                .setting("materials.poll-seconds", "86400")
                .start();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** What a host sends. {@code NAME} in URLs and bodies is the repository. */
    enum Host {
        GITHUB("GITHUB", "git@github.com:ada/NAME.git", "application/json", """
                {"ref": "refs/heads/main", "before": "1111", "after": "2222", "created": false, "forced": false,
                 "repository": {"id": 7, "name": "NAME", "full_name": "ada/NAME",
                   "html_url": "https://github.com/ada/NAME", "url": "https://api.github.com/repos/ada/NAME",
                   "git_url": "git://github.com/ada/NAME.git", "ssh_url": "git@github.com:ada/NAME.git",
                   "clone_url": "https://github.com/ada/NAME.git", "default_branch": "main"},
                 "pusher": {"name": "ada"}, "commits": [], "head_commit": null}
                """) {
            @Override
            void send(Request request, String secret, String body, String delivery) {
                request.header("User-Agent", "GitHub-Hookshot/044aadd")
                        .header("X-GitHub-Event", isTag(body) ? "create" : "push")
                        .header("X-GitHub-Delivery", delivery)
                        .header("X-GitHub-Hook-ID", "292430182")
                        .header("X-Hub-Signature", "sha1=" + "0".repeat(40))
                        .header("X-Hub-Signature-256", "sha256=" + hmac(secret, body));
            }
        },
        GITLAB("GITLAB", "https://gitlab.example/shops/ada/NAME.git", "application/json", """
                {"object_kind": "push", "event_name": "push", "before": "1111", "after": "2222",
                 "ref": "refs/heads/main", "ref_protected": true, "checkout_sha": "2222", "user_id": 4,
                 "user_username": "ada", "project_id": 15,
                 "project": {"id": 15, "name": "NAME", "web_url": "https://gitlab.example/shops/ada/NAME",
                   "git_ssh_url": "git@gitlab.example:shops/ada/NAME.git",
                   "git_http_url": "https://gitlab.example/shops/ada/NAME.git", "namespace": "shops/ada",
                   "visibility_level": 0, "path_with_namespace": "shops/ada/NAME", "default_branch": "main",
                   "homepage": "https://gitlab.example/shops/ada/NAME",
                   "url": "git@gitlab.example:shops/ada/NAME.git",
                   "ssh_url": "git@gitlab.example:shops/ada/NAME.git",
                   "http_url": "https://gitlab.example/shops/ada/NAME.git"},
                 "repository": {"name": "NAME", "url": "git@gitlab.example:shops/ada/NAME.git", "description": "",
                   "homepage": "https://gitlab.example/shops/ada/NAME",
                   "git_http_url": "https://gitlab.example/shops/ada/NAME.git",
                   "git_ssh_url": "git@gitlab.example:shops/ada/NAME.git", "visibility_level": 0},
                 "commits": [], "total_commits_count": 1}
                """) {
            @Override
            void send(Request request, String secret, String body, String delivery) {
                request.header("User-Agent", "GitLab/17.11.0")
                        .header("X-Gitlab-Event", isTag(body) ? "Tag Push Hook" : "Push Hook")
                        .header("X-Gitlab-Instance", "https://gitlab.example")
                        .header("X-Gitlab-Webhook-UUID", "a2f5a1a5-6e4b-4d1c-9f5e-6c1f8f2c0001")
                        .header("X-Gitlab-Event-UUID", "13792a34-cac6-4fda-95a8-c58e00a3954e")
                        .header("Idempotency-Key", delivery)
                        .header("X-Gitlab-Token", secret);
            }
        },
        GITEA("GITEA", "ssh://git@gitea.example:2222/ada/NAME.git", "application/json", """
                {"ref": "refs/heads/main", "before": "1111", "after": "2222",
                 "compare_url": "https://gitea.example/ada/NAME/compare/1111...2222", "commits": [],
                 "total_commits": 1, "head_commit": null,
                 "repository": {"id": 140, "owner": {"login": "ada"}, "name": "NAME", "full_name": "ada/NAME",
                   "private": true, "html_url": "https://gitea.example/ada/NAME",
                   "ssh_url": "ssh://git@gitea.example:2222/ada/NAME.git",
                   "clone_url": "https://gitea.example/ada/NAME.git", "default_branch": "main"},
                 "pusher": {"login": "ada"}, "sender": {"login": "ada"}}
                """) {
            @Override
            void send(Request request, String secret, String body, String delivery) {
                request.header("X-Gitea-Delivery", delivery)
                        .header("X-Gitea-Event", isTag(body) ? "create" : "push")
                        .header("X-Gitea-Event-Type", isTag(body) ? "create" : "push")
                        .header("X-Gitea-Signature", hmac(secret, body))
                        .header("X-Gogs-Delivery", delivery)
                        .header("X-Gogs-Event", isTag(body) ? "create" : "push")
                        .header("X-Gogs-Signature", hmac(secret, body))
                        .header("X-Hub-Signature", "sha1=" + "0".repeat(40))
                        .header("X-Hub-Signature-256", "sha256=" + hmac(secret, body))
                        .header("X-GitHub-Delivery", delivery)
                        .header("X-GitHub-Event", isTag(body) ? "create" : "push");
            }
        },
        BITBUCKET_CLOUD("BITBUCKET", "git@bitbucket.org:shops/NAME.git", "application/json", """
                {"push": {"changes": [{"old": {"type": "branch", "name": "main", "target": {"hash": "1111"}},
                    "new": {"type": "branch", "name": "main", "target": {"type": "commit", "hash": "2222"}},
                    "created": false, "closed": false, "forced": false, "truncated": false, "commits": []}]},
                 "actor": {"type": "user", "display_name": "Ada"},
                 "repository": {"type": "repository", "full_name": "shops/NAME", "name": "NAME", "scm": "git",
                   "links": {"self": {"href": "https://api.bitbucket.org/2.0/repositories/shops/NAME"},
                     "html": {"href": "https://bitbucket.org/shops/NAME"},
                     "avatar": {"href": "https://bytebucket.org/ravatar/1"}},
                   "project": {"type": "project", "key": "SHOP"}, "uuid": "{673a}", "is_private": true}}
                """) {
            @Override
            void send(Request request, String secret, String body, String delivery) {
                request.header("User-Agent", "Bitbucket-Webhooks/2.0")
                        .header("X-Event-Key", isTag(body) ? "repo:commit_status_created" : "repo:push")
                        .header("X-Hook-UUID", "6fa7d5b0-6d8c-4a33-8f5b-000000000001")
                        .header("X-Request-UUID", delivery)
                        .header("X-Attempt-Number", "1")
                        .header("X-Hub-Signature", "sha256=" + hmac(secret, body));
            }

            @Override
            String other(String body) {
                return body.replace("\"type\": \"branch\"", "\"type\": \"tag\"");
            }
        },
        BITBUCKET_DATA_CENTER(
                "BITBUCKET", "https://bb.example/scm/shops/NAME.git", "application/json; charset=utf-8", """
                {"eventKey": "repo:refs_changed", "date": "2026-11-25T04:00:00+0000",
                 "actor": {"name": "ada", "emailAddress": "ada@example.com", "id": 1, "displayName": "Ada"},
                 "repository": {"slug": "NAME", "id": 84, "name": "NAME", "scmId": "git", "state": "AVAILABLE",
                   "statusMessage": "Available", "forkable": true,
                   "project": {"key": "SHOPS", "id": 84, "name": "Shops", "public": false, "type": "NORMAL"},
                   "public": false},
                 "changes": [{"ref": {"id": "refs/heads/main", "displayId": "main", "type": "BRANCH"},
                   "refId": "refs/heads/main", "fromHash": "1111", "toHash": "2222", "type": "UPDATE"}]}
                """) {
            @Override
            void send(Request request, String secret, String body, String delivery) {
                request.header("X-Event-Key", isTag(body) ? "repo:modified" : "repo:refs_changed")
                        .header("X-Request-Id", delivery)
                        .header("X-Hub-Signature", "sha256=" + hmac(secret, body));
            }
        };

        private final String kind;
        private final String url;
        private final String contentType;
        private final String body;

        Host(String kind, String url, String contentType, String body) {
            this.kind = kind;
            this.url = url;
            this.contentType = contentType;
            this.body = body;
        }

        /** Adds the headers that the host sends with a body. */
        abstract void send(Request request, String secret, String body, String delivery);

        /** The body of another event. */
        String other(String body) {
            return body.replace("refs/heads/main", "refs/tags/1.0");
        }

        String url(String name) {
            return url.replace("NAME", name);
        }

        String body(String name) {
            return body.replace("NAME", name);
        }

        private static boolean isTag(String body) {
            return body.contains("refs/tags/") || body.contains("\"tag\"");
        }
    }

    private static String hmac(String secret, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Hook(Host host, String path, String secret) {}

    private Hook hook(Host host) {
        JsonNode made = server.api()
                .post("/api/v1/hooks", Map.of("host_kind", host.kind, "description", host.name()))
                .expect(201)
                .json();
        return new Hook(host, made.path("path").asText(), made.path("secret").asText());
    }

    private Answer deliver(Hook hook, String secret, String body, String delivery) {
        Request request = server.api().request("POST", hook.path());
        hook.host().send(request, secret, body, delivery);
        return request.body(hook.host().contentType, body).send();
    }

    private Answer deliver(Hook hook, String body) {
        return deliver(hook, hook.secret(), body, UUID.randomUUID().toString());
    }

    /** A pipeline whose material was found once; its first run is over, so that the next can begin. */
    private TextRepository pipeline(String name, Host host) {
        TextRepository repository = new TextRepository(folder.resolve(name + ".txt")).commit("r1", "a.txt");
        Map<String, Object> options =
                Map.of("url", host.url(name), "path", repository.file().toString());
        Map<String, Object> job = Map.of(
                "name", "compile", "tasks", List.of(Map.of("type", "exec", "options", Map.of("command", "true"))));
        server.api()
                .post(
                        "/api/v1/pipelines",
                        Map.of(
                                "name",
                                name,
                                "group",
                                "main",
                                "materials",
                                List.of(Map.of("name", "code", "type", TextMaterial.TYPE, "options", options)),
                                "stages",
                                List.of(Map.of("name", "build", "jobs", List.of(job)))))
                .expect(201);
        eventually(() -> assertThat(runs(name)).hasSize(1));
        server.api().post("/api/v1/pipelines/" + name + "/runs/1/cancel").expect(202);
        return repository;
    }

    private List<String> runs(String pipeline) {
        return list("SELECT r.counter || ' ' || m.revision FROM pipeline_run r JOIN pipeline p ON p.id = r.pipeline_id"
                + " JOIN pipeline_run_material u ON u.pipeline_run_id = r.id JOIN modification m ON m.id = u.modification_id"
                + " WHERE p.name = '" + pipeline + "' ORDER BY r.counter");
    }

    private List<String> list(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    /** Everything that a delivery could have changed. */
    private List<String> state() {
        return list("SELECT 'hook ' || h::text FROM hook h UNION ALL SELECT 'delivery ' || d::text FROM hook_delivery d"
                + " UNION ALL SELECT 'look ' || c::text FROM material_check c"
                + " UNION ALL SELECT 'material ' || m.id || coalesce(m.last_checked_at::text, '') FROM material m"
                + " ORDER BY 1");
    }

    private static String name(Host host, String purpose) {
        return (host.name().replace('_', '-') + "-" + purpose).toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @EnumSource(Host.class)
    void aPushHasItsMaterialLookedAtAndARunFollows(Host host) {
        String name = name(host, "pushed");
        TextRepository pushed = pipeline(name, host);
        TextRepository other = pipeline(name(host, "other"), host);
        pushed.commit("r2", "a.txt");
        other.commit("r2", "a.txt");
        long looks = other.questions();
        Hook hook = hook(host);

        deliver(hook, host.body(name)).expect(202);

        eventually(() -> assertThat(runs(name)).containsExactly("1 r1", "2 r2"));
        assertThat(other.questions())
                .as("looks at another repository of the host")
                .isEqualTo(looks);
        assertThat(runs(name(host, "other"))).containsExactly("1 r1");
    }

    @ParameterizedTest
    @EnumSource(Host.class)
    void aDeliveryThatComesAgainDoesNothing(Host host) {
        String name = name(host, "again");
        TextRepository repository = pipeline(name, host);
        repository.commit("r2", "a.txt");
        Hook hook = hook(host);
        String delivery = UUID.randomUUID().toString();
        deliver(hook, hook.secret(), host.body(name), delivery).expect(202);
        eventually(() -> assertThat(runs(name)).hasSize(2));
        List<String> before = state();

        deliver(hook, hook.secret(), host.body(name), delivery).expect(202);

        assertThat(state()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Host.class)
    void whatDoesNotProveItselfOrIsTooLargeLeavesNothingBehind(Host host) {
        String name = name(host, "refused");
        pipeline(name, host);
        Hook hook = hook(host);
        String body = host.body(name);
        List<String> before = state();

        deliver(hook, hook.secret() + "x", body, "1").expectProblem(401, "unauthenticated");
        deliver(hook, "another secret", body, "2").expectProblem(401, "unauthenticated");
        server.api()
                .request("POST", hook.path())
                .body(host.contentType, body)
                .send()
                .expectProblem(401, "unauthenticated");
        deliver(hook, body + " ".repeat(1 << 20)).expectProblem(413, "too_large");

        assertThat(state()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Host.class)
    void otherEventsAndOtherBranchesAreTakenAndDoNothing(Host host) {
        String name = name(host, "idle");
        TextRepository repository = pipeline(name, host);
        repository.commit("r2", "a.txt");
        long looks = repository.questions();
        Hook hook = hook(host);

        deliver(hook, host.other(host.body(name))).expect(202);
        deliver(hook, host.body(name).replace("main", "side")).expect(202);

        assertThat(list("SELECT material_id::text FROM material_check c JOIN pipeline_material USING (material_id)"
                        + " JOIN pipeline p ON p.id = pipeline_id WHERE p.name = '" + name + "'"))
                .isEmpty();
        assertThat(repository.questions()).isEqualTo(looks);
    }

    /** What GitHub and Gitea send when they are asked to try a hook, and Data Center's test of a connection. */
    @ParameterizedTest
    @EnumSource(Host.class)
    void bodiesThatAreNoPushesAreNoFailures(Host host) {
        Hook hook = hook(host);

        deliver(hook, "{\"test\": true}").expect(202);
        deliver(hook, "[]").expectProblem(400, "bad_request");
        deliver(hook, "not JSON").expectProblem(400, "bad_request");
    }
}
