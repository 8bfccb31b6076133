package dev.penstock.core.agent;

import dev.penstock.core.agent.AgentQuery.Listed;
import dev.penstock.core.agent.AgentQuery.PastJob;
import dev.penstock.core.agent.Agents.Change;
import dev.penstock.core.agent.Agents.LabelChange;
import dev.penstock.core.http.Access;
import dev.penstock.core.http.Caller;
import dev.penstock.core.http.Page;
import dev.penstock.core.http.Paging;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.ids.AgentId;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/agents}: who works for us, whether they are alive, and what they may do. */
public final class AgentResource implements Resource {
    /** Half of the largest installation that we promise; each has its own transaction. */
    private static final int MAX_BULK = 500;

    private final Agents agents;

    public AgentResource(Agents agents) {
        this.agents = agents;
    }

    @Override
    public void addTo(JavalinDefaultRoutingApi routes) {
        routes.get("/api/v1/agents", this::list, Access.VIEWER);
        routes.patch("/api/v1/agents", this::changeMany, Access.ADMIN);
        routes.get("/api/v1/agents/{id}", this::show, Access.VIEWER);
        routes.patch("/api/v1/agents/{id}", this::change, Access.ADMIN);
        routes.delete("/api/v1/agents/{id}", this::delete, Access.ADMIN);
        routes.get("/api/v1/agents/{id}/jobs", this::history, Access.VIEWER);
    }

    private record OneChange(
            @Nullable AgentState state,
            @Nullable List<String> resources,
            @Nullable List<String> environments) {}

    private record Labels(
            @Nullable List<String> add, @Nullable List<String> remove) {}

    private record ManyChanges(
            @Nullable List<String> ids,
            @Nullable AgentState state,
            @Nullable Labels resources,
            @Nullable Labels environments) {}

    private record Done(
            String id,
            boolean changed,
            @Nullable String code,
            @Nullable String detail) {}

    private record AllDone(List<Done> items) {}

    private void list(Context ctx) {
        Paging paging = Paging.of(ctx);
        AgentId after = paging.after(text -> new AgentId(UUID.fromString(text)));
        List<Listed> found = agents.page(state(ctx), after, paging.limitAndOne());
        Page<Listed> page =
                paging.page(found, listed -> listed.agent().id().value().toString());
        ctx.json(page.map(AgentView::of));
    }

    private void show(Context ctx) {
        ctx.json(AgentView.of(agents.show(agentId(ctx.pathParam("id")))));
    }

    private void change(Context ctx) {
        AgentId id = agentId(ctx.pathParam("id"));
        OneChange wish = ctx.bodyAsClass(OneChange.class);
        agents.change(
                id,
                new Change(wish.state(), replaced(wish.resources()), replaced(wish.environments())),
                Caller.of(ctx).name());
        ctx.json(AgentView.of(agents.show(id)));
    }

    private void changeMany(Context ctx) {
        ManyChanges wish = ctx.bodyAsClass(ManyChanges.class);
        List<String> ids = wish.ids() == null ? List.of() : List.copyOf(new LinkedHashSet<>(wish.ids()));
        if (ids.isEmpty() || ids.size() > MAX_BULK) {
            throw new PenstockException(
                    ErrorCode.INVALID, "\"ids\" has " + ids.size() + " agents; give 1 to " + MAX_BULK);
        }
        Change change = new Change(wish.state(), edited(wish.resources()), edited(wish.environments()));
        List<Done> done = new ArrayList<>();
        for (String id : ids) {
            try {
                agents.change(agentId(id), change, Caller.of(ctx).name());
                done.add(new Done(id, true, null, null));
            } catch (PenstockException e) {
                done.add(new Done(id, false, e.code().name().toLowerCase(Locale.ROOT), e.getMessage()));
            }
        }
        ctx.json(new AllDone(done));
    }

    private void delete(Context ctx) {
        agents.delete(
                agentId(ctx.pathParam("id")),
                "true".equals(ctx.queryParam("force")),
                Caller.of(ctx).name());
        ctx.status(HttpStatus.NO_CONTENT);
    }

    private void history(Context ctx) {
        AgentId id = agentId(ctx.pathParam("id"));
        agents.show(id);
        Paging paging = Paging.of(ctx);
        Attempt after = paging.after(Attempt::parse);
        List<PastJob> found = agents.history(
                id, after == null ? null : after.job(), after == null ? null : after.attempt(), paging.limitAndOne());
        ctx.json(paging.page(found, job -> job.jobId() + "-" + job.attempt()));
    }

    /** The attempt at which a list of jobs was left. */
    private record Attempt(long job, int attempt) {
        static Attempt parse(String text) {
            String[] parts = text.split("-", 2);
            return new Attempt(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
        }
    }

    private static @Nullable LabelChange replaced(@Nullable List<String> all) {
        return all == null ? null : new LabelChange(all, List.of(), List.of());
    }

    private static @Nullable LabelChange edited(@Nullable Labels labels) {
        return labels == null ? null : new LabelChange(null, orEmpty(labels.add()), orEmpty(labels.remove()));
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }

    private static @Nullable AgentState state(Context ctx) {
        String text = ctx.queryParam("state");
        if (text == null) {
            return null;
        }
        for (AgentState state : AgentState.values()) {
            if (state.name().equals(text)) {
                return state;
            }
        }
        throw new PenstockException(ErrorCode.BAD_REQUEST, "\"state\" is not one of " + List.of(AgentState.values()));
    }

    private static AgentId agentId(String text) {
        return Assertions.agentId(text)
                .orElseThrow(() -> new PenstockException(ErrorCode.NOT_FOUND, "There is no agent with this id"));
    }
}
