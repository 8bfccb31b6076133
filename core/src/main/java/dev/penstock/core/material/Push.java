package dev.penstock.core.material;

import com.fasterxml.jackson.databind.JsonNode;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.json.Json;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A push to branches of a repository, as a host tells it. Pure.
 *
 * @param repositories {@link RepositoryUrl#key} of every URL by which the host says it can be cloned
 * @param paths the ends of such keys, with the slash before them, of a host that does not say its URLs
 * @param branches their names, and the whole refs
 */
record Push(Set<String> repositories, Set<String> paths, Set<String> branches) {
    /** A push of more branches than this is looked at like one of these. */
    private static final int MAX_BRANCHES = 1_000;

    private static final String HEADS = "refs/heads/";
    private static final String FORM_FIELD = "payload=";

    Push {
        repositories = Set.copyOf(repositories);
        paths = Set.copyOf(paths);
        branches = Set.copyOf(branches);
    }

    /**
     * Reads a verified body; empty when it tells of something else, such as a tag or a ping.
     *
     * @param event what the host's header says it is; null when it says nothing
     * @throws PenstockException BAD_REQUEST when it is not what that host sends
     */
    static Optional<Push> read(HookKind kind, @Nullable String event, @Nullable String contentType, byte[] body) {
        if (event != null && !isPush(kind, event)) {
            return Optional.empty();
        }
        JsonNode json = json(contentType, body);
        var repositories = new LinkedHashSet<String>();
        var paths = new LinkedHashSet<String>();
        var branches = new LinkedHashSet<String>();
        switch (kind) {
            case GITHUB, GITEA -> {
                urls(json.path("repository"), repositories, "clone_url", "ssh_url", "git_url", "html_url", "url");
                ref(json.path("ref"), branches);
            }
            case GITLAB -> {
                if (!json.path("object_kind").asText("push").equals("push")) {
                    return Optional.empty();
                }
                for (String where : new String[] {"project", "repository"}) {
                    urls(
                            json.path(where),
                            repositories,
                            "git_http_url",
                            "git_ssh_url",
                            "http_url",
                            "ssh_url",
                            "web_url",
                            "homepage",
                            "url");
                }
                ref(json.path("ref"), branches);
            }
            case BITBUCKET -> bitbucket(json, repositories, paths, branches);
        }
        return (repositories.isEmpty() && paths.isEmpty()) || branches.isEmpty()
                ? Optional.empty()
                : Optional.of(new Push(repositories, paths, branches));
    }

    /** The header that names the event. */
    static String eventHeader(HookKind kind) {
        return switch (kind) {
            case GITHUB -> "X-GitHub-Event";
            case GITLAB -> "X-Gitlab-Event";
            case GITEA -> "X-Gitea-Event";
            case BITBUCKET -> "X-Event-Key";
        };
    }

    private static boolean isPush(HookKind kind, String event) {
        return switch (kind) {
            case GITHUB, GITEA -> event.equals("push");
            case GITLAB -> event.equals("Push Hook") || event.equals("System Hook");
            case BITBUCKET -> event.equals("repo:push") || event.equals("repo:refs_changed");
        };
    }

    private static JsonNode json(@Nullable String contentType, byte[] body) {
        boolean form = contentType != null && contentType.startsWith("application/x-www-form-urlencoded");
        try {
            JsonNode json = form ? Json.STORED.readTree(field(body)) : Json.STORED.readTree(body);
            if (json != null && json.isObject()) {
                return json;
            }
        } catch (IOException | IllegalArgumentException _) {
            // Said below, in the same words.
        }
        throw new PenstockException(ErrorCode.BAD_REQUEST, "The body is not a JSON object, or has too much in it");
    }

    /** GitHub can send JSON as a field of a form; what it signs is the form. */
    private static String field(byte[] body) {
        for (String pair : new String(body, StandardCharsets.UTF_8).split("&", -1)) {
            if (pair.startsWith(FORM_FIELD)) {
                return URLDecoder.decode(pair.substring(FORM_FIELD.length()), StandardCharsets.UTF_8);
            }
        }
        throw new IllegalArgumentException("No payload");
    }

    private static void urls(JsonNode repository, Set<String> repositories, String... fields) {
        for (String field : fields) {
            url(repository.path(field), repositories);
        }
    }

    private static void url(JsonNode url, Set<String> repositories) {
        if (url.isTextual()) {
            RepositoryUrl.key(url.asText()).ifPresent(repositories::add);
        }
    }

    /** Tags have another prefix and are no branches. */
    private static void ref(JsonNode ref, Set<String> branches) {
        if (ref.isTextual() && ref.asText().startsWith(HEADS)) {
            branch(ref.asText().substring(HEADS.length()), branches);
        }
    }

    private static void branch(String name, Set<String> branches) {
        if (branches.size() < MAX_BRANCHES && !name.isEmpty() && name.indexOf('\0') < 0) {
            branches.add(name);
            branches.add(HEADS + name);
        }
    }

    /** Data Center names project and repository only, which every URL for cloning ends with. */
    private static void path(JsonNode project, JsonNode slug, Set<String> paths) {
        String path = "/" + project.asText() + "/" + slug.asText();
        boolean whole = project.isTextual() && slug.isTextual() && path.matches("/[^/\\x00]{1,255}/[^/\\x00]{1,255}");
        if (whole) {
            paths.add(path.toLowerCase(Locale.ROOT));
        }
    }

    private static void bitbucket(JsonNode json, Set<String> repositories, Set<String> paths, Set<String> branches) {
        JsonNode repository = json.path("repository");
        JsonNode links = repository.path("links");
        url(links.path("html").path("href"), repositories);
        for (JsonNode link : links.path("clone")) {
            url(link.path("href"), repositories);
        }
        if (repositories.isEmpty()) {
            path(repository.path("project").path("key"), repository.path("slug"), paths);
        }
        // Cloud: what each branch was and is; one that was deleted has no new state.
        for (JsonNode change : json.path("push").path("changes")) {
            JsonNode state = change.path("new").isObject() ? change.path("new") : change.path("old");
            if (state.path("type").asText().equals("branch")) {
                branch(state.path("name").asText(), branches);
            }
        }
        // Data Center.
        for (JsonNode change : json.path("changes")) {
            ref(change.path("refId"), branches);
            ref(change.path("ref").path("id"), branches);
        }
    }
}
