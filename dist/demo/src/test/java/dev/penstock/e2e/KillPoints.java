package dev.penstock.e2e;

import dev.penstock.e2e.KillPoint.Victim;
import java.util.List;

/**
 * The places at which server and agent are ended (F-1, F-3): before and after each commit of a life cycle, and between
 * the steps of what touches a row and a file. Who adds such a step adds a line here.
 */
final class KillPoints {
    private static final String CORE = "dev.penstock.core.";
    private static final String AGENT = "dev.penstock.agent.";

    private KillPoints() {}

    static List<KillPoint> all() {
        return List.of(
                // A trigger becomes a run.
                at("a key is taken", CORE + "http.IdempotencyStore", "take", "EXIT", Act.TRIGGER),
                at("a run is inserted", CORE + "run.PipelineRuns", "create", "EXIT", Act.TRIGGER),
                at("an act is in the audit trail", CORE + "platform.audit.AuditStore", "record", "EXIT", Act.TRIGGER),
                at("facts are appended", CORE + "platform.event.EventStore", "appendAll", "EXIT", Act.TRIGGER),
                at("an answer is kept", CORE + "http.IdempotencyStore", "keep", "EXIT", Act.TRIGGER),
                before("a trigger is committed", "http.Idempotency.handle", Act.TRIGGER),
                after("a trigger is committed", "http.Idempotency.handle", Act.TRIGGER),
                // An agent gets a job.
                before("a claim is committed", "dispatch.Claims.claim", Act.TRIGGER),
                after("a claim is committed", "dispatch.Claims.claim", Act.TRIGGER),
                at("an assignment is made", CORE + "dispatch.Claims", "assignment", "EXIT", Act.TRIGGER),
                at("an assignment is handed over", CORE + "dispatch.Seats", "deliver", "EXIT", Act.TRIGGER),
                // It reports.
                at("bytes of a console are written", CORE + "console.ConsoleFolder", "append", "EXIT", Act.TRIGGER),
                after("progress is committed", "dispatch.Reports.progress", Act.TRIGGER),
                at("a blob has its row, no file", CORE + "artifact.BlobStore", "keep", "EXIT", Act.TRIGGER),
                at("a blob has its file, no row", CORE + "artifact.BlobFolder", "keep", "EXIT", Act.TRIGGER),
                // The job ends, and what follows.
                at("a console is on disk", CORE + "console.Consoles", "flush", "EXIT", Act.TRIGGER),
                at("a console has its row", CORE + "console.ConsoleStore", "close", "EXIT", Act.TRIGGER),
                at("the next stage is inserted", CORE + "run.StageStarter", "insert", "EXIT", Act.TRIGGER)
                        .calledFrom(CORE + "run.StageSettler.settle"),
                at("artifacts are published", CORE + "artifact.Artifacts", "publish", "EXIT", Act.TRIGGER),
                before("the end of a job is committed", "dispatch.Reports.apply", Act.TRIGGER),
                after("the end of a job is committed", "dispatch.Reports.apply", Act.TRIGGER),
                // A commit arrives.
                at("revisions are appended", CORE + "material.RevisionStore", "append", "EXIT", Act.COMMIT),
                after("a finding is committed", "material.Findings.keep", Act.COMMIT),
                after("a decision is committed", "schedule.ScheduleWorker.step", Act.COMMIT),
                after("a delivery is committed", "material.Hooks.take", Act.HOOK),
                // People act.
                before("a definition is committed", "config.Pipelines.transact", Act.SAVE),
                after("a definition is committed", "config.Pipelines.transact", Act.SAVE),
                after("a cancel is committed", "run.RunActs.cancel", Act.CANCEL),
                after("a re-run is committed", "run.StageActs.rerun", Act.RERUN),
                // The server starts.
                at("the database runs", CORE + "platform.db.EmbeddedPostgres", "start", "EXIT", Act.START_SERVER),
                // The agent.
                idle("an assignment has come", AGENT + "Agent$Shell", "start", "ENTRY"),
                idle("an assignment is about to be written", AGENT + "journal.Journal", "create", "ENTRY"),
                working("an assignment is written", AGENT + "journal.Journal", "create", "EXIT"),
                working("a program is started, not noted", AGENT + "process.Launcher", "start", "EXIT"),
                working("the tasks are done", AGENT + "job.TaskRunner", "run", "EXIT"),
                working("an artifact is sent", AGENT + "server.HttpJobServer", "upload", "EXIT"),
                idle("the end is written", AGENT + "job.JobRunner", "run", "EXIT"),
                idle("the end is about to be told", AGENT + "job.Reporter", "finish", "ENTRY"),
                idle("the end is told", AGENT + "job.Reporter", "finish", "EXIT"),
                idle("the journal is about to go", AGENT + "journal.Journal", "delete", "ENTRY"));
    }

    private static KillPoint at(String name, String type, String method, String place, Act act) {
        return new KillPoint("server: " + name, Victim.SERVER, type, method, place, "", act);
    }

    private static KillPoint before(String name, String caller, Act act) {
        return commit("before " + name, "ENTRY", caller, act);
    }

    private static KillPoint after(String name, String caller, Act act) {
        return commit("after " + name, "EXIT", caller, act);
    }

    private static KillPoint commit(String name, String place, String caller, Act act) {
        return at(name, "org.postgresql.jdbc.PgConnection", "commit", place, act)
                .calledFrom(CORE + caller);
    }

    private static KillPoint idle(String name, String type, String method, String place) {
        return new KillPoint("agent: " + name, Victim.AGENT, type, method, place, "", Act.TRIGGER);
    }

    private static KillPoint working(String name, String type, String method, String place) {
        return new KillPoint("agent: " + name, Victim.WORKING_AGENT, type, method, place, "", Act.TRIGGER);
    }
}
