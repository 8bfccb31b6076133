package dev.penstock.core.schedule;

import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Resource;
import dev.penstock.core.schedule.Pauses.Status;
import dev.penstock.core.schedule.Situation.Pause;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/pipelines/{pipeline}/pause}, {@code unpause} and {@code status}: whether and why it does not start. */
public final class PauseResource implements Resource {
    private final Pauses pauses;

    public PauseResource(Pauses pauses) {
        this.pauses = pauses;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/pipelines/{pipeline}/status", this::status, Access.VIEWER);
        routes.post("/api/v1/pipelines/{pipeline}/pause", this::pause, Access.OPERATOR);
        routes.post("/api/v1/pipelines/{pipeline}/unpause", this::unpause, Access.OPERATOR);
    }

    private record PauseWish(@Nullable String reason) {}

    private record PauseView(String by, @Nullable String reason, Instant at) {
        static @Nullable PauseView of(@Nullable Pause pause) {
            return pause == null ? null : new PauseView(pause.by(), pause.reason(), pause.since());
        }
    }

    /**
     * @param startsNow whether it is about to start by itself
     * @param reason why not; null when it does
     * @param lastLook why it did not when it was last looked at; null when it did
     */
    private record StatusView(
            String pipeline,
            boolean paused,
            @Nullable PauseView pause,
            @Nullable Long activeRun,
            boolean startsNow,
            @Nullable ReasonView reason,
            @Nullable LookView lastLook) {}

    private record ReasonView(String code, String message, String remedy) {
        static ReasonView of(Reason reason) {
            return new ReasonView(
                    word(reason.code().name()), reason.message(), reason.code().remedy());
        }
    }

    /** As codes of problems are written. */
    private static String word(String code) {
        return code.toLowerCase(Locale.ROOT);
    }

    private record LookView(String code, String message, Instant at) {}

    private void status(Context ctx) {
        show(ctx);
    }

    private void pause(Context ctx) {
        PauseWish wish = ctx.body().isBlank() ? new PauseWish(null) : ctx.bodyAsClass(PauseWish.class);
        pauses.pause(ctx.pathParam("pipeline"), wish.reason(), Caller.of(ctx).name());
        show(ctx);
    }

    private void unpause(Context ctx) {
        pauses.unpause(ctx.pathParam("pipeline"), Caller.of(ctx).name());
        show(ctx);
    }

    private void show(Context ctx) {
        Status status = pauses.status(ctx.pathParam("pipeline"));
        ReasonView reason = switch (status.decision()) {
            case Decision.Start _ -> null;
            case Decision.Wait(var why) -> ReasonView.of(why);
            case Decision.Nothing(var why) -> ReasonView.of(why);
        };
        ctx.json(new StatusView(
                status.now().pipeline().name(),
                status.now().paused() != null,
                PauseView.of(status.now().paused()),
                status.now().activeRun(),
                reason == null,
                reason,
                status.said()
                        .map(said -> new LookView(word(said.code()), said.message(), said.at()))
                        .orElse(null)));
    }
}
