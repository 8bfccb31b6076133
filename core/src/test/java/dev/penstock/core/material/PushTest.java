package dev.penstock.core.material;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PushTest {
    static final String GITHUB = """
            {"ref": "refs/heads/main", "after": "4f1c",
             "repository": {"full_name": "ada/shop", "clone_url": "https://github.com/ada/shop.git",
                            "ssh_url": "git@github.com:ada/shop.git", "html_url": "https://github.com/ada/shop"}}
            """;
    static final String GITLAB = """
            {"object_kind": "push", "ref": "refs/heads/feature/x",
             "project": {"git_http_url": "https://gitlab.example/ada/shop.git",
                         "git_ssh_url": "ssh://git@gitlab.example:2222/ada/shop.git"}}
            """;
    static final String BITBUCKET_CLOUD = """
            {"push": {"changes": [{"new": {"type": "branch", "name": "main"}},
                                  {"new": null, "old": {"type": "branch", "name": "gone"}},
                                  {"new": {"type": "tag", "name": "v1"}}]},
             "repository": {"links": {"html": {"href": "https://bitbucket.org/ada/shop"}}}}
            """;
    static final String BITBUCKET_SERVER = """
            {"changes": [{"ref": {"id": "refs/heads/main", "type": "BRANCH"}}],
             "repository": {"links": {"clone": [{"href": "ssh://git@bb.example:7999/prj/shop.git", "name": "ssh"},
                                                {"href": "https://bb.example/scm/prj/shop.git", "name": "http"}]}}}
            """;

    private static Optional<Push> read(HookKind kind, String event, String body) {
        return Push.read(kind, event, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void gitHubTellsRepositoryAndBranch() {
        Push push = read(HookKind.GITHUB, "push", GITHUB).orElseThrow();

        assertThat(push.repositories()).containsExactly("github.com/ada/shop");
        assertThat(push.branches()).containsExactlyInAnyOrder("main", "refs/heads/main");
    }

    @Test
    void gitHubsFormsAreReadToo() {
        String form = "payload=" + URLEncoder.encode(GITHUB, StandardCharsets.UTF_8);

        var push = Push.read(
                HookKind.GITHUB, "push", "application/x-www-form-urlencoded", form.getBytes(StandardCharsets.UTF_8));

        assertThat(push.orElseThrow().branches()).contains("main");
    }

    @Test
    void giteaTellsTheSame() {
        assertThat(read(HookKind.GITEA, "push", GITHUB).orElseThrow().branches())
                .contains("main");
    }

    @Test
    void gitLabTellsBothUrls() {
        Push push = read(HookKind.GITLAB, "Push Hook", GITLAB).orElseThrow();

        assertThat(push.repositories()).containsExactly("gitlab.example/ada/shop");
        assertThat(push.branches()).contains("feature/x");
    }

    @Test
    void bitbucketCloudTellsBranchesThatAreGoneAndNoTags() {
        Push push = read(HookKind.BITBUCKET, "repo:push", BITBUCKET_CLOUD).orElseThrow();

        assertThat(push.repositories()).containsExactly("bitbucket.org/ada/shop");
        assertThat(push.branches()).contains("main", "gone").doesNotContain("v1");
    }

    @Test
    void bitbucketDataCenterTellsEachCloneUrl() {
        Push push =
                read(HookKind.BITBUCKET, "repo:refs_changed", BITBUCKET_SERVER).orElseThrow();

        assertThat(push.repositories()).containsExactlyInAnyOrder("bb.example/prj/shop", "bb.example/scm/prj/shop");
        assertThat(push.branches()).contains("main");
    }

    @Test
    void tagsPingsAndOtherEventsAreNoPushes() {
        assertThat(read(HookKind.GITHUB, "push", GITHUB.replace("refs/heads/", "refs/tags/")))
                .isEmpty();
        assertThat(read(HookKind.GITHUB, "ping", "{}")).isEmpty();
        assertThat(read(HookKind.GITLAB, "Tag Push Hook", GITLAB)).isEmpty();
        assertThat(read(HookKind.GITLAB, "System Hook", GITLAB.replace("\"push\"", "\"tag_push\"")))
                .isEmpty();
        assertThat(read(HookKind.BITBUCKET, "pr:opened", BITBUCKET_SERVER)).isEmpty();
    }

    @Test
    void whatIsNotJsonIsRefused() {
        for (String body : List.of("", "null", "[]", "{", "{\"a\": 1} {", "[".repeat(100_000), "\u0000")) {
            assertThatThrownBy(() -> read(HookKind.GITHUB, "push", body))
                    .isInstanceOfSatisfying(
                            PenstockException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_REQUEST));
        }
    }

    /** Bodies of hosts with pieces cut out, doubled, swapped and replaced. */
    @Test
    void anyBodyIsAPushOrNothingOrRefused() {
        var random = new Random(11);
        List<String> seeds = List.of(GITHUB, GITLAB, BITBUCKET_CLOUD, BITBUCKET_SERVER);
        List<String> pieces =
                List.of("{", "}", "[", "]", "null", "1e999", "\"\\ud800\"", "\u0000", "\"refs/heads/\"", "{}");
        List<HookKind> kinds = List.of(HookKind.values());
        List<RuntimeException> odd = new ArrayList<>();
        int pushes = 0;
        for (int i = 0; i < 8_000; i++) {
            var body = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
            for (int edits = random.nextInt(4); edits > 0; edits--) {
                int from = random.nextInt(body.length());
                int to = Math.min(body.length(), from + random.nextInt(12));
                body.replace(from, to, pieces.get(random.nextInt(pieces.size())));
            }
            HookKind kind = kinds.get(random.nextInt(kinds.size()));
            String type = random.nextBoolean() ? "application/json" : "application/x-www-form-urlencoded";
            byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
            try {
                pushes += Push.read(kind, null, type, bytes).isPresent() ? 1 : 0;
            } catch (PenstockException e) {
                if (e.code() != ErrorCode.BAD_REQUEST) {
                    odd.add(e);
                }
            } catch (RuntimeException e) {
                odd.add(e);
            }
        }

        assertThat(odd).isEmpty();
        assertThat(pushes).isPositive();
    }
}
