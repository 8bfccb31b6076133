package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.agent.AgentEvent.Delete;
import dev.penstock.core.agent.AgentEvent.Disable;
import dev.penstock.core.agent.AgentEvent.Enable;
import dev.penstock.core.agent.AgentEvent.Registered;
import dev.penstock.core.agent.AgentLife.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AgentLifeTest {
    private static final Map<String, AgentEvent> EVENTS = new LinkedHashMap<>();

    static {
        EVENTS.put("registers", new Registered(false));
        EVENTS.put("registers with a key", new Registered(true));
        EVENTS.put("is enabled", new Enable());
        EVENTS.put("is disabled", new Disable());
        EVENTS.put("is deleted", new Delete(false, false));
        EVENTS.put("while it has a job", new Delete(true, false));
        EVENTS.put("by force", new Delete(true, true));
    }

    @Test
    void theDiagramInTheDocumentsIsThatOfTheCode() throws IOException {
        String document = Files.readString(Path.of("../docs/agents.md"));

        assertThat(document).contains(diagram());
    }

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

    /** Every state and event; what is refused or changes nothing is no arrow. */
    private static String diagram() {
        var lines = new StringBuilder("```mermaid\nstateDiagram-v2\n    [*] --> PENDING : registers\n");
        lines.append("    [*] --> ENABLED : registers with a key\n");
        for (AgentState state : AgentState.values()) {
            Map<Step.To, String> arrows = new LinkedHashMap<>();
            EVENTS.forEach((word, event) -> {
                if (AgentLife.next(state, event) instanceof Step.To to && (to.state() != state || to.revokesTokens())) {
                    arrows.merge(to, word, (a, b) -> a + " or " + b);
                }
            });
            arrows.forEach((to, words) -> lines.append("    %s --> %s : %s%s\n"
                    .formatted(state, to.state(), words, to.revokesTokens() ? " (tokens end)" : "")));
        }
        return lines.append("```\n").toString();
    }
}
