package dev.penstock.core.agent;

import dev.penstock.core.agent.AutoRegisterKeyStore.KeyRow;
import dev.penstock.core.agent.AutoRegisterKeys.Made;
import dev.penstock.core.agent.AutoRegisterKeys.Wish;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/agent-registration-keys}: what enables agents without a person. */
public final class RegistrationKeyResource implements Resource {
    private final AutoRegisterKeys keys;

    public RegistrationKeyResource(AutoRegisterKeys keys) {
        this.keys = keys;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/agent-registration-keys", this::list, Access.ADMIN);
        routes.post("/api/v1/agent-registration-keys", this::make, Access.ADMIN);
        routes.delete("/api/v1/agent-registration-keys/{id}", this::revoke, Access.ADMIN);
    }

    /** @param key in the answer to its making only */
    private record KeyView(
            long id,
            @Nullable String key,
            String lastFour,
            String description,
            List<String> resources,
            List<String> environments,
            @Nullable Integer usesLeft,
            Instant expiresAt,
            String createdBy,
            Instant createdAt) {
        static KeyView of(KeyRow row, @Nullable String key) {
            return new KeyView(
                    row.id(),
                    key,
                    row.lastFour(),
                    row.description(),
                    row.resources(),
                    row.environments(),
                    row.usesLeft(),
                    row.expiresAt(),
                    row.createdBy(),
                    row.createdAt());
        }
    }

    private record Keys(List<KeyView> items) {}

    private void list(Context ctx) {
        ctx.json(new Keys(keys.all().stream().map(row -> KeyView.of(row, null)).toList()));
    }

    private void make(Context ctx) {
        Made made = keys.make(ctx.bodyAsClass(Wish.class), Caller.of(ctx).name());
        ctx.status(HttpStatus.CREATED)
                .header(
                        "Location",
                        "/api/v1/agent-registration-keys/" + made.row().id())
                .json(KeyView.of(made.row(), made.key()));
    }

    private void revoke(Context ctx) {
        keys.revoke(id(ctx), Caller.of(ctx).name());
        ctx.status(HttpStatus.NO_CONTENT);
    }

    private static long id(Context ctx) {
        try {
            return Long.parseLong(ctx.pathParam("id"));
        } catch (NumberFormatException e) {
            throw new PenstockException(ErrorCode.NOT_FOUND, "There is no such registration key");
        }
    }
}
