package dev.penstock.agent.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to do; everything empty means: ask again.
 *
 * @param assignment a job to run, only for an agent that said it is idle
 * @param cancel held jobs to stop: run the on-cancel task, end the processes, report CANCELLED
 * @param drop held jobs that are no longer the agent's: end the processes, forget the journal, report nothing
 */
public record PollReply(
        @Nullable JobAssignment assignment, List<PollRequest.HeldJob> cancel, List<PollRequest.HeldJob> drop) {

    /** Nothing to do: ask again. */
    public static final PollReply NOTHING = new PollReply(null, List.of(), List.of());

    public PollReply {
        cancel = Copies.of(cancel);
        drop = Copies.of(drop);
    }
}
