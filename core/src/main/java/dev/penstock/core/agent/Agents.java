package dev.penstock.core.agent;

import dev.penstock.core.agent.AgentQuery.Listed;
import dev.penstock.core.agent.AgentQuery.PastJob;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.signal.Channel;
import dev.penstock.core.platform.signal.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What people do with agents: look at them, let them work, label them, remove them. Thread-safe. */
public final class Agents {
    private final Database database;
    private final AgentRoster roster;
    private final AgentListener listener;
    private final EventStore events;
    private final Signals signals;

    public Agents(Database database, AgentRoster roster, AgentListener listener, EventStore events, Signals signals) {
        this.database = database;
        this.roster = roster;
        this.listener = listener;
        this.events = events;
        this.signals = signals;
    }

    /**
     * What is to change; what is null stays.
     *
     * @param state ENABLED or DISABLED
     */
    record Change(
            @Nullable AgentState state,
            @Nullable LabelChange resources,
            @Nullable LabelChange environments) {
        Change {
            if (state != null && state != AgentState.ENABLED && state != AgentState.DISABLED) {
                throw new PenstockException(
                        ErrorCode.INVALID, "\"state\" is \"" + state + "\"; it can be set to ENABLED or DISABLED");
            }
            if (state == null && resources == null && environments == null) {
                throw new PenstockException(
                        ErrorCode.INVALID, "Nothing to change: give \"state\", \"resources\" or \"environments\"");
            }
        }
    }

    /**
     * How labels change.
     *
     * @param all the new labels; null: those that are there, with some more and some fewer
     */
    record LabelChange(@Nullable List<String> all, List<String> add, List<String> remove) {
        List<String> applyTo(List<String> labels) {
            if (all != null) {
                return all;
            }
            List<String> result = new ArrayList<>(labels);
            List<String> gone =
                    remove.stream().map(label -> label.toLowerCase(Locale.ROOT)).toList();
            result.removeIf(label -> gone.contains(label.toLowerCase(Locale.ROOT)));
            result.addAll(add);
            return result;
        }
    }

    List<Listed> page(@Nullable AgentState state, @Nullable AgentId after, int limit) {
        return database.read(handle -> AgentQuery.page(handle, state, after, limit));
    }

    Listed show(AgentId id) {
        return database.read(handle -> AgentQuery.find(handle, id)).orElseThrow(() -> unknown(id));
    }

    List<PastJob> history(AgentId id, @Nullable Long beforeJob, @Nullable Integer beforeAttempt, int limit) {
        return database.read(handle -> AgentQuery.history(handle, id, beforeJob, beforeAttempt, limit));
    }

    /** Changes one agent. */
    void change(AgentId id, Change change, String by) {
        database.useTransaction(tx -> {
            Agent agent = require(tx, id);
            AgentState state = agent.state();
            if (change.state() != null) {
                AgentEvent event =
                        change.state() == AgentState.ENABLED ? new AgentEvent.Enable() : new AgentEvent.Disable();
                state = apply(tx, agent, event, by);
            }
            if (change.resources() != null || change.environments() != null) {
                label(tx, agent, state, change);
            }
            String object = "agent/" + id.value();
            AuditStore.record(tx, by, "agent.change", object, detail(change, agent));
            events.append(tx, object, "agent.changed", Map.of("state", state.name(), "by", by));
            signals.raise(tx, Channel.DISPATCH);
        });
        roster.refresh(id);
    }

    /** Removes one agent. With {@code force} it loses the job that it holds. */
    void delete(AgentId id, boolean force, String by) {
        database.useTransaction(tx -> {
            if (!force && AgentQuery.holdsJob(tx, id)) {
                throw new PenstockException(
                        ErrorCode.IN_USE,
                        "Agent \"" + id.value() + "\" has a job; wait for its end, or delete it with force=true");
            }
            // Jobs are locked before agents, by everybody.
            listener.deleted(tx, id);
            Agent agent = require(tx, id);
            apply(tx, agent, new AgentEvent.Delete(AgentQuery.holdsJob(tx, id), force), by);
            String object = "agent/" + id.value();
            AuditStore.record(
                    tx,
                    by,
                    "agent.delete",
                    object,
                    Map.of("host_name", agent.facts().hostName(), "force", force));
            events.append(tx, object, "agent.deleted", Map.of("by", by));
        });
        roster.refresh(id);
    }

    private static AgentState apply(Handle tx, Agent agent, AgentEvent event, String by) {
        return switch (AgentStore.apply(tx, agent, event, by)) {
            case AgentLife.Step.To(var state, var _) -> state;
            case AgentLife.Step.Refused(var message) -> throw new PenstockException(ErrorCode.IN_USE, message);
        };
    }

    private static void label(Handle tx, Agent agent, AgentState state, Change change) {
        if (state == AgentState.PENDING) {
            throw new PenstockException(
                    ErrorCode.CONFLICT,
                    "Agent \"" + agent.id().value() + "\" is pending: enable it first, or with this");
        }
        AgentStore.saveLabels(
                tx,
                agent.id(),
                Facts.labels("resource", applied(change.resources(), agent.resources())),
                Facts.labels("environment", applied(change.environments(), agent.environments())));
    }

    private static List<String> applied(@Nullable LabelChange change, List<String> labels) {
        return change == null ? labels : change.applyTo(labels);
    }

    private static Agent require(Handle tx, AgentId id) {
        return AgentStore.lock(tx, id)
                .filter(agent -> agent.state() != AgentState.DELETED)
                .orElseThrow(() -> unknown(id));
    }

    private static Map<String, Object> detail(Change change, Agent before) {
        return Map.of(
                "host_name",
                before.facts().hostName(),
                "state",
                Optional.ofNullable(change.state()).orElse(before.state()).name(),
                "resources",
                Objects.requireNonNullElse(applied(change.resources(), before.resources()), List.of()),
                "environments",
                Objects.requireNonNullElse(applied(change.environments(), before.environments()), List.of()));
    }

    private static PenstockException unknown(AgentId id) {
        return new PenstockException(ErrorCode.NOT_FOUND, "There is no agent \"" + id.value() + "\"");
    }
}
