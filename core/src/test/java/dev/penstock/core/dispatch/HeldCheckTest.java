package dev.penstock.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.PollRequest;
import dev.penstock.agent.protocol.PollRequest.HeldJob;
import dev.penstock.core.dispatch.HeldCheck.Finding;
import dev.penstock.core.dispatch.HeldCheck.HeldRow;
import dev.penstock.core.dispatch.HeldCheck.HeldRow.State;
import dev.penstock.core.dispatch.Seat.Parked;
import dev.penstock.core.platform.ids.AgentId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class HeldCheckTest {
    private static final AgentId ALMA = new AgentId(new UUID(0, 1));
    private static final Finding NOTHING = new Finding(List.of(), List.of(), List.of(), List.of(), List.of());

    @Test
    void whatAgreesNeedsNothing() {
        Finding finding = compare(List.of(new HeldJob(7, 1)), false, row(7, 1, State.RUNNING, 0, 20));

        assertThat(finding).isEqualTo(NOTHING);
    }

    @Test
    void aHeldJobThatIsBeingCancelledIsToBeStopped() {
        Finding finding = compare(List.of(new HeldJob(7, 1)), false, row(7, 1, State.CANCELLING, 0, 20));

        assertThat(finding.cancel()).containsExactly(new HeldJob(7, 1));
    }

    @Test
    void aJobOrAttemptThatIsNotTheAgentsIsUnknown() {
        Finding finding =
                compare(List.of(new HeldJob(7, 1), new HeldJob(8, 1)), false, row(7, 2, State.RUNNING, 0, 20));

        assertThat(finding.unknown()).containsExactly(new HeldJob(7, 1), new HeldJob(8, 1));
        assertThat(finding.missing()).hasSize(1);
    }

    @Test
    void anAssignmentThatIdleAgentsDoNotHaveIsSentAgainUnlessItMayBeOnItsWay() {
        HeldRow old = row(7, 1, State.ASSIGNED, 0, 1.5);
        HeldRow fresh = row(7, 1, State.ASSIGNED, 0, 0.5);

        assertThat(compare(List.of(), true, old).undelivered()).containsExactly(old);
        assertThat(compare(List.of(), true, fresh).onItsWay()).containsExactly(fresh);
        assertThat(compare(List.of(), true, fresh).undelivered()).isEmpty();
    }

    @Test
    void anAgentIsOwedWhatItsRowsGiveItAndItDoesNotHave() {
        List<HeldJob> has = List.of(new HeldJob(7, 1));

        assertThat(compare(List.of(), true, row(7, 1, State.ASSIGNED, 0, 0.5)).isOwed())
                .isTrue();
        assertThat(compare(List.of(), true, row(7, 1, State.ASSIGNED, 0, 1.5)).isOwed())
                .isTrue();
        assertThat(compare(List.of(), true, row(7, 1, State.RUNNING, 0, 1.5)).isOwed())
                .isTrue();
        assertThat(compare(has, false, row(7, 1, State.ASSIGNED, 0, 1.5)).isOwed())
                .isFalse();
    }

    @Test
    void aRunningJobThatItsAgentDoesNotHaveIsMissing() {
        HeldRow row = row(7, 1, State.RUNNING, 0, 20);

        assertThat(compare(List.of(), true, row).missing()).containsExactly(row);
        assertThat(compare(List.of(), false, row(7, 1, State.ASSIGNED, 0, 20)).missing())
                .hasSize(1);
    }

    @Test
    void aMissingJobIsLostWhenTheAgentSaysItAgainAfterAWhileWithoutAReport() {
        var seat = new Seat(ALMA);
        List<HeldRow> rows = List.of(row(7, 1, State.RUNNING, 60, 20));

        assertThat(seat.lost(rows, parked(0), 0)).isEmpty();
        assertThat(seat.lost(rows, parked(seconds(10)), seconds(10))).isEmpty();
        assertThat(seat.lost(rows, parked(0), seconds(16)))
                .as("the same poll still waits")
                .isEmpty();
        assertThat(seat.lost(rows, parked(seconds(10)), seconds(16))).contains(rows.getFirst());
    }

    @Test
    void aReportMeanwhileShowsThatTheJobIsThereAfterAll() {
        var seat = new Seat(ALMA);
        seat.lost(List.of(row(7, 1, State.RUNNING, 60, 20)), parked(0), 0);

        var renewed = seat.lost(List.of(row(7, 1, State.RUNNING, 75, 36)), parked(seconds(10)), seconds(16));

        assertThat(renewed).isEmpty();
    }

    @Test
    void aProcessThatHasJustStartedKnowsAtOnceThatAJobIsLost() {
        var seat = new Seat(ALMA);
        var rows = List.of(row(7, 1, State.RUNNING, 60, 20));
        Parked poll = parked(0);
        PollRequest asked = poll.request();
        var fresh = new PollRequest(1, asked.facts(), List.of(), true, 25, true);

        var lost = seat.lost(rows, new Parked(fresh, poll.answer(), 0, 0), 0);

        assertThat(lost).contains(rows.getFirst());
    }

    @Test
    void whatWasToldIsNotToldAgainForAWhile() {
        var seat = new Seat(ALMA);
        List<HeldJob> job = List.of(new HeldJob(7, 1));

        assertThat(seat.tell(job, 0)).isEqualTo(job);
        assertThat(seat.tell(job, seconds(9))).isEmpty();
        assertThat(seat.tell(job, seconds(11))).isEqualTo(job);
    }

    private static Finding compare(List<HeldJob> claimed, boolean idle, HeldRow... rows) {
        return HeldCheck.compare(claimed, idle, List.of(rows));
    }

    private static HeldRow row(long job, int attempt, State state, double leaseUntil, double age) {
        return new HeldRow(job, attempt, ALMA, state, leaseUntil, age);
    }

    private static Parked parked(long since) {
        var facts = new AgentFacts("alma", "", "", "", "", -1, "");
        return new Parked(new PollRequest(1, facts, List.of(), true, 25), new CompletableFuture<>(), since, since);
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
