package dev.penstock.core.dispatch;

import dev.penstock.core.agent.AgentRoster;
import dev.penstock.core.dispatch.QueueQuery.Cursor;
import dev.penstock.core.dispatch.QueueQuery.Entry;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why jobs wait: to whoever asks, and in their rows, where their pages show it. Thread-safe. */
final class QueueWatch {
    static final Duration TICK = Duration.ofSeconds(10);

    /** A job that has waited for less is on its way to an agent. */
    private static final double WORTH_A_REASON_SECONDS = 3;

    /** An idle agent that fits, and a job that waits for so long: then something is wrong with us (F-25). */
    private static final double WORTH_A_WARNING_SECONDS = 60;

    private static final int PAGE = 500;

    /** What is behind them waits for what is in front of them. */
    private static final int MAX_PAGES = 20;

    private static final Logger log = LoggerFactory.getLogger(QueueWatch.class);

    private final Database database;
    private final AgentRoster roster;
    private final PluginWaits pluginWaits;

    QueueWatch(Database database, AgentRoster roster, PluginWaits pluginWaits) {
        this.database = database;
        this.roster = roster;
        this.pluginWaits = pluginWaits;
    }

    /** A waiting job and why it waits. */
    record Waiting(Entry entry, WaitReason reason) {}

    /** Part of the queue, in its order. */
    List<Waiting> page(@Nullable Cursor after, int limit) {
        List<Offer> agents = roster.all().stream().map(Offer::of).toList();
        return database.read(handle -> {
            Set<AgentId> busy = QueueQuery.busy(handle);
            return QueueQuery.entries(handle, after, limit).stream()
                    .map(entry -> new Waiting(entry, reason(entry, agents, busy)))
                    .toList();
        });
    }

    private WaitReason reason(Entry entry, List<Offer> agents, Set<AgentId> busy) {
        WaitReason reason = WaitReason.of(entry.job(), entry.pinnedName(), agents, busy);
        return pluginWaits
                .reason(entry.job().id())
                .map(text -> new WaitReason(text, reason.agents(), false))
                .orElse(reason);
    }

    /** Writes the reasons that have changed, by one commit for many. */
    void look() {
        Cursor after = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            List<Waiting> waiting = page(after, PAGE);
            List<JobRunId> jobs = new ArrayList<>();
            List<String> reasons = new ArrayList<>();
            for (Waiting one : waiting) {
                if (one.entry().waitedSeconds() >= WORTH_A_REASON_SECONDS) {
                    jobs.add(one.entry().job().id());
                    reasons.add(one.reason().text());
                    warn(one);
                }
            }
            if (!jobs.isEmpty()) {
                database.useTransaction(tx -> JobQueue.saveReasons(tx, jobs, reasons));
            }
            if (waiting.size() < PAGE) {
                return;
            }
            after = waiting.getLast().entry().cursor();
        }
    }

    private static void warn(Waiting one) {
        if (one.reason().ready() && one.entry().waitedSeconds() >= WORTH_A_WARNING_SECONDS) {
            log.atWarn()
                    .addKeyValue("job", one.entry().job().id().value())
                    .addKeyValue("seconds", Math.round(one.entry().waitedSeconds()))
                    .log("A job waits although an agent that fits is idle");
        }
    }
}
