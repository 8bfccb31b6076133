package dev.penstock.core.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.dispatch.Matching.Idle;
import dev.penstock.core.dispatch.Matching.Match;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.JobRunId;
import dev.penstock.core.platform.ids.PipelineId;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MatchingTest {
    private static final PipelineId DEPLOY = new PipelineId(1);
    private static final Offer ALMA = offer(1, "alma");
    private static final Offer BRUNO = offer(2, "bruno", "deploy", "linux");
    private static final Offer CARLA = offer(3, "carla", "deploy");

    @Test
    void jobsAreGivenInTheirOrderToTheAgentThatHasWaitedLongest() {
        List<Match> matches = Matching.match(List.of(job(7), job(8), job(9)), cold(ALMA, offer(4, "dora")));

        assertThat(matches).containsExactly(new Match(job(7), ALMA), new Match(job(8), offer(4, "dora")));
    }

    @Test
    void aJobThatFitsNobodyDoesNotHoldUpTheNext() {
        WaitingJob picky = job(7, "windows");

        assertThat(Matching.match(List.of(picky, job(8)), cold(ALMA))).containsExactly(new Match(job(8), ALMA));
    }

    @Test
    void anAgentWithFewLabelsIsPreferredSoThatOthersStayFree() {
        assertThat(Matching.match(List.of(job(7)), cold(BRUNO, ALMA))).containsExactly(new Match(job(7), ALMA));
        assertThat(Matching.match(List.of(job(7, "deploy")), cold(BRUNO, CARLA)))
                .containsExactly(new Match(job(7, "deploy"), CARLA));
    }

    @Test
    void anAgentThatHasTheWorkspaceIsPreferredToAllOthers() {
        List<Idle> idle = List.of(new Idle(ALMA, Set.of()), new Idle(BRUNO, Set.of(DEPLOY)));

        assertThat(Matching.match(List.of(job(7)), idle)).containsExactly(new Match(job(7), BRUNO));
    }

    @Test
    void aPinnedJobGoesToItsAgentOnlyWhateverItsLabels() {
        WaitingJob pinned = new WaitingJob(new JobRunId(7), DEPLOY, 0, Set.of("gone"), null, BRUNO.agent());

        assertThat(Matching.match(List.of(pinned), cold(ALMA, CARLA))).isEmpty();
        assertThat(Matching.match(List.of(pinned), cold(ALMA, BRUNO))).containsExactly(new Match(pinned, BRUNO));
    }

    @Test
    void aPipelineOfAnEnvironmentRunsOnAgentsOfItAndOtherPipelinesDoNot() {
        var staging = new Offer(agent(5), "eva", true, true, false, Set.of(), Set.of("staging"));
        WaitingJob inStaging = new WaitingJob(new JobRunId(7), DEPLOY, 0, Set.of(), "staging", null);

        assertThat(Matching.match(List.of(inStaging), cold(ALMA))).isEmpty();
        assertThat(Matching.match(List.of(inStaging), cold(ALMA, staging)))
                .containsExactly(new Match(inStaging, staging));
        assertThat(Matching.match(List.of(job(8)), cold(staging))).isEmpty();
    }

    @Test
    void whoMayNotOrCannotWorkGetsNothing() {
        var disabled = new Offer(agent(5), "x", false, true, false, Set.of(), Set.of());
        var silent = new Offer(agent(6), "y", true, false, false, Set.of(), Set.of());
        var full = new Offer(agent(7), "z", true, true, true, Set.of(), Set.of());

        assertThat(Matching.match(List.of(job(7)), cold(disabled, silent, full)))
                .isEmpty();
    }

    static WaitingJob job(long id, String... resources) {
        return new WaitingJob(new JobRunId(id), DEPLOY, 0, Set.of(resources), null, null);
    }

    static WaitingJob pinned(long id, @Nullable AgentId agent) {
        return new WaitingJob(new JobRunId(id), DEPLOY, 0, Set.of(), null, agent);
    }

    static Offer offer(long id, String name, String... resources) {
        return new Offer(agent(id), name, true, true, false, Set.of(resources), Set.of());
    }

    static AgentId agent(long id) {
        return new AgentId(new UUID(0, id));
    }

    private static List<Idle> cold(Offer... offers) {
        return List.of(offers).stream().map(offer -> new Idle(offer, Set.of())).toList();
    }
}
