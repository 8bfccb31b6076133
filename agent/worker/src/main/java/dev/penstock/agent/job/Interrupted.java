package dev.penstock.agent.job;

import dev.penstock.agent.console.JobConsole;
import dev.penstock.agent.journal.Journal;
import dev.penstock.agent.process.JobProcesses;
import dev.penstock.agent.process.JobProcesses.Remains;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.Reason;
import dev.penstock.agent.protocol.JobReport.Result;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import dev.penstock.agent.protocol.JobReport.TaskState;
import java.time.Instant;
import java.util.List;

/** Ends a job whose agent was killed while it ran: its processes, its console, its facts. */
final class Interrupted {
    private Interrupted() {}

    static void end(RunningJob.Agent agent, Journal journal, JobConsole console) {
        var processes = new JobProcesses(
                agent.parts().table(),
                agent.place()
                        .mark(journal.assignment().jobId(), journal.assignment().attempt()));
        journal.programs().forEach(processes::remember);
        Remains remains = processes.endAll(agent.place().grace());
        console.resume();
        console.problem("The agent's process ended while this job ran, and was started again");
        if (!remains.ended().isEmpty()) {
            console.problem(
                    "Processes of the job that still ran and were ended: " + String.join(", ", remains.ended()));
        }
        if (!remains.immortal().isEmpty()) {
            console.problem("Processes that did not end, even when killed: " + String.join(", ", remains.immortal()));
        }
        Instant now = agent.parts().clock().instant();
        for (TaskRun task : journal.tasks()) {
            if (task.state() == TaskState.RUNNING) {
                console.finish("cancelled");
                journal.add(new TaskRun(
                        task.index(),
                        task.summary(),
                        TaskState.CANCELLED,
                        task.consoleOffset(),
                        task.startedAt(),
                        now,
                        null));
            }
        }
        console.end();
        journal.add(new End(
                Result.FAILED,
                Reason.AGENT_RESTARTED,
                "The agent's process ended while the job ran",
                now,
                0,
                List.of(),
                remains.ended().size() + remains.immortal().size()));
    }
}
