package dev.penstock.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.JobAssignment;
import dev.penstock.agent.protocol.PollReply;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.PipelineId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SeatsTest {
    private static final AgentId ALMA = new AgentId(UUID.fromString("7f1b2c54-55a1-4b1e-9a8f-0e6b5c2f4d10"));
    private static final JobAssignment JOB = new JobAssignment(
            7,
            1,
            "deploy/1/build/1/unit",
            "deploy",
            false,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            0,
            0,
            0,
            List.of(),
            Instant.EPOCH);

    private final Seats seats = new Seats();

    @AfterEach
    void close() {
        seats.close();
    }

    @Test
    void aJobThatWasOnItsWayToAnAgentThatLeavesComesWithItsLastQuestion() throws Exception {
        CompletableFuture<PollReply> waiting = park(true, 25);
        seats.take(ALMA);
        CompletableFuture<PollReply> leaving = park(false, 0);

        seats.expire(1);
        seats.deliver(ALMA, JOB, new PipelineId(1));

        assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo(PollReply.NOTHING);
        assertThat(leaving.get(5, TimeUnit.SECONDS).assignment()).isEqualTo(JOB);
    }

    @Test
    void anAgentThatIsAtWorkByNowDoesNotGetASecondJob() {
        CompletableFuture<PollReply> waiting = park(true, 25);
        seats.take(ALMA);
        CompletableFuture<PollReply> working = park(false, 25, new HeldJob(6, 1));

        seats.deliver(ALMA, JOB, new PipelineId(1));

        assertThat(seats.isParked(ALMA)).isTrue();
        assertThat(waiting).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(PollReply.NOTHING);
        assertThat(working).isNotDone();
    }

    private CompletableFuture<PollReply> park(boolean idle, int waitSeconds, HeldJob... held) {
        var facts = new AgentFacts("alma", "", "", "", "", -1, "");
        var answer = new CompletableFuture<PollReply>();
        seats.park(ALMA, new PollRequest(1, facts, List.of(held), idle, waitSeconds), answer, 0, 0);
        return answer;
    }
}
