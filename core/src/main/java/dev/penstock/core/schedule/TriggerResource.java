package dev.penstock.core.schedule;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.schedule.TriggerStore.Run;
import dev.penstock.core.schedule.TriggerStore.State;
import dev.penstock.core.schedule.TriggerStore.Trigger;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/pipelines/{pipeline}/triggers} and {@code /api/v1/triggers}: runs that somebody wants. */
public final class TriggerResource implements Resource {
    private final Triggers triggers;

    public TriggerResource(Triggers triggers) {
        this.triggers = triggers;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.post("/api/v1/pipelines/{pipeline}/triggers", this::trigger, Access.OPERATOR);
        routes.get("/api/v1/triggers/{id}", this::show, Access.VIEWER);
    }

    /** @param run null while it waits, and when it was refused */
    private record TriggerView(
            UUID id,
            String pipeline,
            State state,
            String requestedBy,
            Instant requestedAt,
            @Nullable RunView run,
            @Nullable String code,
            @Nullable String message,
            @Nullable Instant endedAt) {

        static TriggerView of(Trigger trigger) {
            Run run = trigger.run();
            return new TriggerView(
                    trigger.id(),
                    trigger.pipeline(),
                    trigger.state(),
                    trigger.requestedBy(),
                    trigger.requestedAt(),
                    run == null ? null : new RunView(run.id().value(), run.counter(), run.label()),
                    trigger.code() == null ? null : trigger.code().toLowerCase(Locale.ROOT),
                    trigger.message(),
                    trigger.endedAt());
        }
    }

    private record RunView(long id, long counter, String label) {}

    private void trigger(Context ctx) {
        TriggerWish wish = ctx.body().isBlank() ? TriggerWish.PLAIN : ctx.bodyAsClass(TriggerWish.class);
        Trigger trigger =
                triggers.trigger(ctx.pathParam("pipeline"), wish, Caller.of(ctx).name());
        ctx.status(HttpStatus.ACCEPTED)
                .header("Location", "/api/v1/triggers/" + trigger.id())
                .json(TriggerView.of(trigger));
    }

    private void show(Context ctx) {
        ctx.json(TriggerView.of(triggers.show(id(ctx))));
    }

    private static UUID id(Context ctx) {
        String text = ctx.pathParam("id");
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException _) {
            throw new PenstockException(ErrorCode.NOT_FOUND, "There is no such trigger");
        }
    }
}
