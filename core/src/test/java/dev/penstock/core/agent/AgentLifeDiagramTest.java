package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.agent.AgentEvent.Delete;
import dev.penstock.core.agent.AgentEvent.Disable;
import dev.penstock.core.agent.AgentEvent.Enable;
import dev.penstock.core.agent.AgentEvent.Registered;
import dev.penstock.core.testing.LifeDiagram;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentLifeDiagramTest {
    @Test
    void theDiagramInTheDocumentIsTheCode() throws IOException {
        Map<String, AgentEvent> events = new LinkedHashMap<>();
        events.put("registers", new Registered(false));
        events.put("registers with a key", new Registered(true));
        events.put("enabled", new Enable());
        events.put("disabled", new Disable());
        events.put("deleted, without a job", new Delete(false, false));
        events.put("deleted, with a job", new Delete(true, false));
        events.put("deleted by force, with a job", new Delete(true, true));
        var diagram = new LifeDiagram("agent");
        for (AgentState state : AgentState.values()) {
            events.forEach((event, it) -> diagram.step(
                    state.name(),
                    event,
                    AgentLife.next(state, it) instanceof AgentLife.Step.To(var after, var _) ? after.name() : null));
        }

        diagram.requireInDocument();
        assertThat(events.values().stream().<Class<?>>map(AgentEvent::getClass))
                .contains(AgentEvent.class.getPermittedSubclasses());
    }
}
