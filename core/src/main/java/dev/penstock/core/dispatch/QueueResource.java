package dev.penstock.core.dispatch;

import dev.penstock.core.dispatch.QueueQuery.Cursor;
import dev.penstock.core.dispatch.QueueQuery.Entry;
import dev.penstock.core.dispatch.QueueWatch.Waiting;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.ids.AgentId;
import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/queue}: which jobs wait for an agent, since when, for which, and why. */
final class QueueResource implements Resource {
    private final QueueWatch queue;

    QueueResource(QueueWatch queue) {
        this.queue = queue;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/queue", this::list, Access.VIEWER);
    }

    /**
     * What an agent must be to get the job.
     *
     * @param agent the only one that may run it
     */
    private record For(
            List<String> resources,
            @Nullable String environment,
            @Nullable AgentId agent,
            @Nullable String agentHost) {}

    private record WaitingView(
            long jobId,
            String pipeline,
            long run,
            String stage,
            int stageCounter,
            String job,
            int attempts,
            int priority,
            Instant since,
            int queueTimeoutSeconds,
            For waitsFor,
            String reason,
            int matchingAgents) {

        static WaitingView of(Waiting waiting) {
            Entry entry = waiting.entry();
            AgentId pinned = entry.job().pinnedTo();
            return new WaitingView(
                    entry.job().id().value(),
                    entry.pipeline(),
                    entry.counter(),
                    entry.stage(),
                    entry.stageCounter(),
                    entry.name(),
                    entry.attempts(),
                    entry.job().priority(),
                    entry.since(),
                    entry.timeoutSeconds(),
                    new For(
                            entry.job().requires().stream().sorted().toList(),
                            entry.job().environment(),
                            pinned,
                            pinned == null ? null : entry.pinnedName()),
                    waiting.reason().text(),
                    waiting.reason().agents());
        }
    }

    private void list(Context ctx) {
        Paging paging = Paging.of(ctx);
        List<Waiting> found = queue.page(paging.after(Cursor::parse), paging.limitAndOne());
        Page<Waiting> page =
                paging.page(found, waiting -> waiting.entry().cursor().text());
        ctx.json(page.map(WaitingView::of));
    }
}
