package dev.penstock.core.material;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.Resource;
import dev.penstock.core.material.HookStore.Hook;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.error.Violation;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/hooks}: hosts that tell of pushes; and {@code /hooks/{id}}, where they do. */
public final class HookResource implements Resource {
    /** The largest push that hosts describe is far smaller; they leave commits out beyond some number. */
    private static final int MAX_BODY_BYTES = 1 << 20;

    private final Hooks hooks;

    HookResource(Hooks hooks) {
        this.hooks = hooks;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/hooks", this::list, Access.ADMIN);
        routes.post("/api/v1/hooks", this::make, Access.ADMIN);
        routes.delete("/api/v1/hooks/{id}", this::delete, Access.ADMIN);
        routes.post("/hooks/{id}", this::receive, Access.WEBHOOK);
    }

    private record HookWish(
            @Nullable HookKind hostKind, @Nullable String description) {}

    /**
     * @param path where the host sends to, on this server
     * @param secret in the answer to its making only
     */
    private record HookView(
            UUID id,
            HookKind hostKind,
            String description,
            String path,
            @Nullable String secret,
            String createdBy,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {
        static HookView of(Hook hook, @Nullable String secret) {
            return new HookView(
                    hook.id(),
                    hook.kind(),
                    hook.description(),
                    "/hooks/" + hook.id(),
                    secret,
                    hook.createdBy(),
                    hook.createdAt(),
                    hook.lastUsedAt());
        }
    }

    private record Taken(boolean accepted) {}

    private void list(Context ctx) {
        Page<Hook> page = hooks.page(Paging.of(ctx));
        ctx.json(page.map(hook -> HookView.of(hook, null)));
    }

    private void make(Context ctx) {
        HookWish wish = ctx.bodyAsClass(HookWish.class);
        if (wish.hostKind() == null) {
            throw new PenstockException(
                    ErrorCode.INVALID,
                    "\"host_kind\" is missing: GITHUB, GITLAB, GITEA or BITBUCKET",
                    List.of(Violation.at("/host_kind", "required", "Give GITHUB, GITLAB, GITEA or BITBUCKET")));
        }
        Hooks.Made made = hooks.make(
                wish.hostKind(),
                wish.description() == null ? "" : wish.description(),
                Caller.of(ctx).name());
        ctx.status(HttpStatus.CREATED)
                .header("Location", "/api/v1/hooks/" + made.hook().id())
                .json(HookView.of(made.hook(), made.secret()));
    }

    private void delete(Context ctx) {
        UUID id = id(ctx).orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no such hook"));
        hooks.delete(id, Caller.of(ctx).name());
        ctx.status(HttpStatus.NO_CONTENT);
    }

    private void receive(Context ctx) {
        hooks.receive(id(ctx), ctx::header, body(ctx));
        ctx.status(HttpStatus.ACCEPTED).json(new Taken(true));
    }

    private static byte[] body(Context ctx) {
        try (InputStream in = ctx.bodyInputStream()) {
            byte[] body = in.readNBytes(MAX_BODY_BYTES + 1);
            if (body.length > MAX_BODY_BYTES) {
                throw new PenstockException(ErrorCode.TOO_LARGE, "The body has more than " + MAX_BODY_BYTES + " bytes");
            }
            return body;
        } catch (IOException _) {
            throw new PenstockException(ErrorCode.BAD_REQUEST, "The body ended early");
        }
    }

    private static Optional<UUID> id(Context ctx) {
        try {
            return Optional.of(UUID.fromString(ctx.pathParam("id")));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
