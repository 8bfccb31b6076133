package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.agent.AgentEvent.Delete;
import dev.penstock.core.agent.AgentEvent.Disable;
import dev.penstock.core.agent.AgentEvent.Registered;
import dev.penstock.core.agent.AgentLife.Step;
import org.junit.jupiter.api.Test;

final class AgentLifeTest {
    @Test
    void aStepThatTakesRightsAwayEndsTokens() {
        assertThat(AgentLife.next(AgentState.ENABLED, new Disable())).isEqualTo(new Step.To(AgentState.DISABLED, true));
        assertThat(AgentLife.next(AgentState.DISABLED, new Delete(false, false)))
                .isEqualTo(new Step.To(AgentState.DELETED, true));
        assertThat(AgentLife.next(AgentState.DELETED, new Registered(true)))
                .isEqualTo(new Step.To(AgentState.ENABLED, true));
    }

    @Test
    void anEnabledAgentIsNotDeleted() {
        Step step = AgentLife.next(AgentState.ENABLED, new Delete(false, true));

        assertThat(step).isEqualTo(new Step.Refused("The agent is enabled; disable it first"));
    }
}
