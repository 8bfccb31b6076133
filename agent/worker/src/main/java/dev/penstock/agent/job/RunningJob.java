package dev.penstock.agent.job;

import dev.penstock.agent.console.ConsoleFile;
import dev.penstock.agent.console.JobConsole;
import dev.penstock.agent.console.Secrets;
import dev.penstock.agent.journal.Journal;
import dev.penstock.agent.process.JobProcesses;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.agent.server.JobServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One attempt of a job that this agent runs: from its assignment until the server has its end. Thread-safe. */
public final class RunningJob {
    private static final Logger log = LoggerFactory.getLogger(RunningJob.class);

    /** What holds when the server names no limit. */
    private static final long DEFAULT_CONSOLE_BYTES = 1L << 30;

    private static final Duration WATCH_INTERVAL = Duration.ofMillis(250);

    private final Journal journal;
    private final ConsoleFile file;
    private final JobConsole console;
    private final StopSignal stop = new StopSignal();
    private final CountDownLatch worked = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean done;
    private volatile @Nullable End end;

    private RunningJob(Journal journal, ConsoleFile file, JobConsole console) {
        this.journal = journal;
        this.file = file;
        this.console = console;
    }

    /**
     * What an agent has for all of its jobs.
     *
     * @param whenOver called when a job needs nothing any more
     */
    public record Agent(Place place, JobParts parts, Runnable whenOver) {}

    /** Begins to work on an assignment, which is in the journal when this returns. */
    public static RunningJob start(Agent agent, JobAssignment assignment) throws IOException {
        Journal journal = Journal.create(agent.place().data().resolve("jobs"), assignment);
        RunningJob job = open(agent, journal);
        var processes =
                new JobProcesses(agent.parts().table(), agent.place().mark(assignment.jobId(), assignment.attempt()));
        Executor threads = agent.parts().threads();
        threads.execute(() -> job.work(agent, processes));
        if (assignment.idleTimeoutSeconds() > 0 || assignment.totalTimeoutSeconds() > 0) {
            threads.execute(job::watch);
        }
        job.report(agent);
        return job;
    }

    /**
     * Takes up what an earlier process of this agent left: ends the processes of a job that was running, and reports it
     * as interrupted; reports one that had ended as it ended.
     */
    public static RunningJob resume(Agent agent, Journal journal) throws IOException {
        RunningJob job = open(agent, journal);
        if (journal.end().isEmpty()) {
            Interrupted.end(agent, journal, job.console);
        }
        job.end = journal.end().orElse(null);
        job.worked.countDown();
        job.report(agent);
        return job;
    }

    /** Lets the server give a job to somebody else, at once: nothing of it was begun, and nothing will be. */
    public static RunningJob giveBack(Agent agent, JobAssignment assignment) throws IOException {
        RunningJob job = open(agent, Journal.create(agent.place().data().resolve("jobs"), assignment));
        job.console.problem("The agent is being stopped, and gives this job back");
        job.console.end();
        var end = new End(
                Result.FAILED,
                Reason.AGENT_RESTARTED,
                "The agent was being stopped when it got the job",
                agent.parts().clock().instant(),
                0,
                List.of(),
                0);
        job.journal.add(end);
        job.end = end;
        job.worked.countDown();
        job.report(agent);
        return job;
    }

    private static RunningJob open(Agent agent, Journal journal) throws IOException {
        JobAssignment assignment = journal.assignment();
        long limit = assignment.maxConsoleBytes() > 0 ? assignment.maxConsoleBytes() : DEFAULT_CONSOLE_BYTES;
        var file = new ConsoleFile(journal.base(), limit, agent.place().spoolBytes());
        Secrets secrets = secrets(assignment);
        var console = new JobConsole(file, secrets, agent.parts().clock());
        if (!secrets.isComplete()) {
            console.problem("The secrets of this job are so long that their rarer encoded forms are not masked");
        }
        return new RunningJob(journal, file, console);
    }

    private static Secrets secrets(JobAssignment assignment) {
        List<String> values = new ArrayList<>(assignment.secrets());
        assignment.environment().stream()
                .filter(JobAssignment.Variable::secure)
                .map(JobAssignment.Variable::value)
                .forEach(values::add);
        return values.isEmpty() ? Secrets.none() : Secrets.of(values);
    }

    public HeldJob held() {
        return journal.held();
    }

    public JobAssignment assignment() {
        return journal.assignment();
    }

    /** Asks the job to stop; its end follows, and is reported unless the job is no longer this agent's. */
    public void stop(Stop why) {
        if (worked.getCount() > 0 && stop.request(why)) {
            log.atInfo()
                    .addKeyValue("job", assignment())
                    .addKeyValue("why", why)
                    .log("Job is being stopped");
        }
    }

    /** Whether the server has its end, or it is no longer this agent's. */
    public boolean isOver() {
        return done;
    }

    /** Waits until it is over; whether it is. */
    public boolean awaitOver(Duration atMost) throws InterruptedException {
        return over.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** How it ended; empty while it works. */
    public Optional<End> end() {
        return Optional.ofNullable(end);
    }

    private void work(Agent agent, JobProcesses processes) {
        var runner = new JobRunner(agent.place(), agent.parts(), journal, console, processes, stop);
        try {
            End how = runner.run();
            end = how;
            log.atInfo()
                    .addKeyValue("job", assignment())
                    .addKeyValue("result", how.result())
                    .addKeyValue("reason", how.reason())
                    .log("Job ended");
        } finally {
            worked.countDown();
        }
    }

    private void report(Agent agent) {
        var control = new Reporter.Control() {
            @Override
            public void stop(Stop why) {
                RunningJob.this.stop(why);
            }

            @Override
            public void tick() {
                console.showOpenLines();
            }
        };
        agent.parts().threads().execute(() -> {
            try (JobServer server = agent.parts().servers().open()) {
                new Reporter(journal, file, server, control).run();
                worked.await();
                file.delete();
                journal.delete();
            } catch (IOException | InterruptedException e) {
                log.atError().addKeyValue("job", assignment()).setCause(e).log("The journal cannot be removed");
            } finally {
                // In this order: who waits for this job asks the next question, and it must not be broken off.
                done = true;
                agent.whenOver().run();
                over.countDown();
            }
        });
    }

    /** Ends the job when its time is up. */
    private void watch() {
        JobAssignment job = assignment();
        long start = System.nanoTime();
        try {
            while (!worked.await(WATCH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                if (isPast(job.totalTimeoutSeconds(), now - start)) {
                    stop(Stop.TOTAL_TIMEOUT);
                } else if (isPast(job.idleTimeoutSeconds(), now - console.lastActivity())) {
                    stop(Stop.IDLE_TIMEOUT);
                }
            }
        } catch (InterruptedException _) {
            // Nobody interrupts the clock.
        }
    }

    private static boolean isPast(int limitSeconds, long nanos) {
        return limitSeconds > 0 && nanos > TimeUnit.SECONDS.toNanos(limitSeconds);
    }
}
