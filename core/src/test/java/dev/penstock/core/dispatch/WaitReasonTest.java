package dev.penstock.core.dispatch;

import static dev.penstock.core.dispatch.MatchingTest.agent;
import static dev.penstock.core.dispatch.MatchingTest.job;
import static dev.penstock.core.dispatch.MatchingTest.offer;
import static dev.penstock.core.dispatch.MatchingTest.pinned;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.platform.ids.AgentId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WaitReasonTest {
    private static final Offer ALMA = offer(1, "alma", "java");
    private static final Offer BRUNO = offer(2, "bruno", "deploy");

    @Test
    void nobodyIsThere() {
        assertThat(reason(job(7), List.of())).isEqualTo("No agent is registered");
    }

    @Test
    void nobodyHasAResource() {
        assertThat(reason(job(7, "deploy", "windows"), List.of(ALMA, BRUNO)))
                .isEqualTo("No agent has the resource \"windows\"");
    }

    @Test
    void nobodyHasAllOfThem() {
        assertThat(reason(job(7, "deploy", "java"), List.of(ALMA, BRUNO)))
                .isEqualTo("No agent has all of the resources \"deploy\", \"java\"");
    }

    @Test
    void thoseThatFitBelongToEnvironments() {
        var eva = new Offer(agent(5), "eva", true, true, false, Set.of("deploy"), Set.of("staging"));

        assertThat(reason(job(7, "deploy"), List.of(eva)))
                .isEqualTo("Agents that fit belong to environments, and its pipeline is in none");
    }

    @Test
    void theOnlyOneIsBusy() {
        assertThat(reason(job(7, "deploy"), List.of(ALMA, BRUNO), 2)).isEqualTo("Agent \"bruno\" is busy");
    }

    @Test
    void allAreBusy() {
        assertThat(reason(job(7), List.of(ALMA, BRUNO), 1, 2)).isEqualTo("All 2 matching agents are busy");
    }

    @Test
    void thoseThatWorkAreBusyAndAnotherIsOffline() {
        var silent = new Offer(agent(5), "eva", true, false, false, Set.of(), Set.of());

        assertThat(reason(job(7), List.of(ALMA, BRUNO, silent), 1, 2))
                .isEqualTo("The 2 matching agents that work are busy");
    }

    @Test
    void eachConditionIsNamed() {
        var silent = new Offer(agent(5), "eva", true, false, false, Set.of(), Set.of());
        var full = new Offer(agent(6), "fred", true, true, true, Set.of(), Set.of());
        var disabled = new Offer(agent(7), "gina", false, true, false, Set.of(), Set.of());

        assertThat(reason(job(7), List.of(silent, full, disabled)))
                .isEqualTo(
                        "Agent \"fred\" is low on disk space; Agent \"eva\" is offline; Agent \"gina\" is not enabled");
    }

    @Test
    void manyNamesAreCutShort() {
        List<Offer> silent = new ArrayList<>();
        for (int i = 1; i <= 7; i++) {
            silent.add(new Offer(agent(i), "h" + i, true, false, false, Set.of(), Set.of()));
        }

        assertThat(reason(job(7), silent))
                .isEqualTo("Agents \"h1\", \"h2\", \"h3\", \"h4\", \"h5\" and 2 more are offline");
    }

    @Test
    void aPinnedJobNamesItsAgent() {
        var silent = new Offer(agent(5), "eva", true, false, false, Set.of(), Set.of());

        assertThat(reason(pinned(7, agent(5)), List.of(ALMA, silent)))
                .isEqualTo("Agent \"eva\", which alone may run it, is offline");
        assertThat(reason(pinned(7, agent(9)), List.of(ALMA)))
                .isEqualTo("Agent \"host\", which alone may run it, was deleted");
        assertThat(reason(pinned(7, agent(1)), List.of(ALMA), 1))
                .isEqualTo("Agent \"alma\", which alone may run it, is busy");
    }

    @Test
    void anIdleAgentThatFitsIsAboutToTakeIt() {
        WaitReason reason = WaitReason.of(job(7), "host", List.of(ALMA, BRUNO), Set.of(agent(1)));

        assertThat(reason).isEqualTo(new WaitReason("An agent is about to take it", 2, true));
    }

    private static String reason(WaitingJob job, List<Offer> agents, long... busy) {
        var ids = new HashSet<AgentId>();
        for (long id : busy) {
            ids.add(agent(id));
        }
        return WaitReason.of(job, "host", agents, ids).text();
    }
}
