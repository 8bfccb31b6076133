package dev.penstock.agent.job;

import dev.penstock.agent.console.JobConsole;
import dev.penstock.agent.journal.Journal;
import dev.penstock.agent.process.JobProcesses;
import dev.penstock.agent.process.JobProcesses.Remains;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Phase;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.PublishedArtifact;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import dev.penstock.agent.server.JobServer;
import dev.penstock.pluginhost.PluginSet;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does the work of one attempt, from the working directory to the artifacts. Runs once, on one thread. */
final class JobRunner {
    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    private static final int PREPARATION = -1;
    private static final int PUBLICATION = -2;

    private final Place place;
    private final JobParts parts;
    private final JobAssignment job;
    private final Journal journal;
    private final JobConsole console;
    private final JobProcesses processes;
    private final StopSignal stop;
    private List<PublishedArtifact> artifacts = List.of();

    JobRunner(
            Place place, JobParts parts, Journal journal, JobConsole console, JobProcesses processes, StopSignal stop) {
        this.place = place;
        this.parts = parts;
        this.job = journal.assignment();
        this.journal = journal;
        this.console = console;
        this.processes = processes;
        this.stop = stop;
    }

    /** Runs the job; its end, which stands in the journal when this returns. */
    End run() {
        stop.watch();
        @Nullable Failure failure = null;
        boolean stopped = false;
        try (JobServer server = parts.servers().open()) {
            failure = work(server);
        } catch (InterruptedException _) {
            stopped = true;
        } catch (RuntimeException | Error e) {
            log.atError().addKeyValue("job", job).setCause(e).log("The job broke in the agent");
            failure = new Failure(Reason.AGENT_ERROR, "The agent failed: " + e, e);
            console.problem(String.valueOf(failure.getMessage()));
        }
        stop.ignore();
        Stop why = stop.reason().orElse(null);
        // A stop that came when all was done changes nothing any more; one that nobody asked for is the agent's own
        // fault.
        Outcome outcome = stopped ? Outcome.of(why, job) : Outcome.of(failure);
        console.letEverythingIn();
        int cleanUp = endProcesses(stopped);
        if (stopped && outcome.message() != null) {
            console.problem(outcome.message());
        }
        console.note("Job " + outcome.result().name().toLowerCase(Locale.ROOT));
        console.end();
        var end = new End(
                outcome.result(),
                outcome.reason(),
                outcome.message() == null ? null : console.masked(outcome.message()),
                parts.clock().instant(),
                0,
                outcome.result() == Result.CANCELLED ? List.of() : artifacts,
                cleanUp);
        journal.add(end);
        return end;
    }

    private @Nullable Failure work(JobServer server) throws InterruptedException {
        var persistence = new Persistence(console, stop);
        var preparation = new Preparation(place, job, console, parts.plugins());
        enter(Phase.PREPARING);
        TaskRun begun = begin(PREPARATION, "prepare");
        @Nullable PluginSet plugins = null;
        try {
            Workspace workspace;
            JobEnvironment environment;
            try {
                console.note("Job " + job.locator() + ", attempt " + job.attempt() + ", on agent " + place.agentName());
                workspace = Workspace.open(place.workspaces(), job.workspace(), job.cleanWorkspace());
                console.note("Working directory " + workspace.folder() + (job.cleanWorkspace() ? ", emptied" : ""));
                plugins = preparation.plugins(server, persistence);
                preparation.checkOut(workspace, plugins);
                environment = preparation.environment();
                finish(begun, TaskState.PASSED);
            } catch (Failure e) {
                log.atInfo().addKeyValue("job", job).setCause(e).log("The job could not be prepared");
                console.problem(String.valueOf(e.getMessage()));
                finish(begun, TaskState.FAILED);
                return e;
            } catch (InterruptedException e) {
                finish(begun, TaskState.CANCELLED);
                throw e;
            }
            enter(Phase.BUILDING);
            var programs = new AgentTaskContext.Programs(parts, processes, journal, console);
            var means = new TaskRunner.Means(
                    workspace, environment.variables(), plugins, new FetchTask.Source(server, persistence), stop);
            Failure failure = new TaskRunner(place, programs, parts.clock(), means).run(job.tasks());
            enter(Phase.COMPLETING);
            Failure unpublished = publish(workspace, server, persistence);
            return failure != null ? failure : unpublished;
        } finally {
            if (plugins != null) {
                plugins.close();
            }
        }
    }

    private @Nullable Failure publish(Workspace workspace, JobServer server, Persistence persistence)
            throws InterruptedException {
        if (job.artifacts().isEmpty()) {
            return null;
        }
        TaskRun begun = begin(PUBLICATION, "publish artifacts");
        try {
            var publication =
                    new Publisher(journal.held(), server, persistence, console).publish(workspace, job.artifacts());
            artifacts = publication.artifacts();
            finish(begun, publication.failure() == null ? TaskState.PASSED : TaskState.FAILED);
            return publication.failure();
        } catch (InterruptedException e) {
            finish(begun, TaskState.CANCELLED);
            throw e;
        }
    }

    private void enter(Phase phase) {
        journal.add(new PhaseEntered(phase, parts.clock().instant()));
    }

    private TaskRun begin(int index, String summary) {
        Instant now = parts.clock().instant();
        var run = new TaskRun(index, summary, TaskState.RUNNING, console.begin(summary), now, null, null);
        journal.add(run);
        return run;
    }

    private void finish(TaskRun begun, TaskState state) {
        Instant now = parts.clock().instant();
        String seconds =
                TaskRunner.tenths(now.toEpochMilli() - begun.startedAt().toEpochMilli());
        console.finish(state.name().toLowerCase(Locale.ROOT) + " after " + seconds + " s");
        journal.add(new TaskRun(
                begun.index(), begun.summary(), state, begun.consoleOffset(), begun.startedAt(), now, null));
    }

    /** How many were left and had to be ended. */
    private int endProcesses(boolean all) {
        Remains remains = all ? processes.endAll(place.grace()) : processes.endLeftOver(place.grace());
        if (!remains.ended().isEmpty()) {
            console.problem("Processes that the job left and that were ended: " + String.join(", ", remains.ended())
                    + (all
                            ? ""
                            : ". To keep a program running after its job, start it with nohup or setsid, or send its"
                                    + " output to a file"));
        }
        if (!remains.living().isEmpty()) {
            console.note(
                    "Processes that the job started and that keep running: " + String.join(", ", remains.living()));
        }
        if (!remains.immortal().isEmpty()) {
            console.problem("Processes that did not end, even when killed: " + String.join(", ", remains.immortal()));
        }
        return remains.ended().size() + remains.immortal().size();
    }
}
