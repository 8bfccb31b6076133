package dev.penstock.agent.journal;

import dev.penstock.agent.process.JobProcesses.Root;
import dev.penstock.agent.protocol.JobReport.End;
import dev.penstock.agent.protocol.JobReport.PhaseEntered;
import dev.penstock.agent.protocol.JobReport.TaskRun;
import org.jspecify.annotations.Nullable;

/** One fact in the journal; exactly one of them is set. A later one about the same task takes the place of an earlier. */
record JournalLine(
        @Nullable PhaseEntered phase,
        @Nullable TaskRun task,
        @Nullable Root program,
        @Nullable End end) {}
