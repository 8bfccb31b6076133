package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.core.agent.Agents.Change;
import dev.penstock.core.agent.Agents.LabelChange;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.run.AgentDirectory.Host;
import dev.penstock.core.testing.TestAgent;
import dev.penstock.core.testing.WithDatabase;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabase
final class AgentsTest {
    private final AgentFixture server;

    AgentsTest(Database database, Signals signals, EventStore events) {
        server = new AgentFixture(database, signals, events);
    }

    @BeforeEach
    void forget() {
        server.execute("TRUNCATE agent, agent_assertion, audit, event");
        server.roster.forget();
    }

    @Test
    void labelsAreKeptAsWrittenAndEachOnce() {
        TestAgent alma = server.enabled("alma");

        server.agents.change(alma.id(), labels(List.of("Java 25", "java 25", " deploy ")), "olga");

        assertThat(server.roster.find(alma.id()))
                .hasValueSatisfying(agent -> assertThat(agent.resources()).containsExactly("deploy", "Java 25"));
    }

    @Test
    void someLabelsAreAddedAndSomeTaken() {
        TestAgent alma = server.enabled("alma");
        server.agents.change(alma.id(), labels(List.of("a", "b")), "olga");

        server.agents.change(
                alma.id(), new Change(null, new LabelChange(null, List.of("c"), List.of("A")), null), "olga");

        assertThat(server.roster.find(alma.id()))
                .hasValueSatisfying(agent -> assertThat(agent.resources()).containsExactly("b", "c"));
    }

    @Test
    void aLabelThatNoJobCouldNameIsRefused() {
        TestAgent alma = server.enabled("alma");

        assertThatThrownBy(() -> server.agents.change(alma.id(), labels(List.of("a,b")), "olga"))
                .hasMessageContaining("\"a,b\" cannot be the name of a resource");
    }

    @Test
    void aPendingAgentGetsLabelsNotBeforeItIsEnabled() {
        TestAgent alma = TestAgent.named("alma");
        server.register(alma);

        assertThatThrownBy(() -> server.agents.change(alma.id(), labels(List.of("a")), "olga"))
                .hasMessageContaining("is pending: enable it first");
        server.agents.change(
                alma.id(),
                new Change(AgentState.ENABLED, new LabelChange(List.of("a"), List.of(), List.of()), null),
                "olga");

        assertThat(server.roster.find(alma.id()))
                .hasValueSatisfying(agent -> assertThat(agent.resources()).containsExactly("a"));
    }

    @Test
    void onlyADisabledAgentIsDeletedAndEverybodyHears() {
        TestAgent alma = server.enabled("alma");

        assertThatThrownBy(() -> server.agents.delete(alma.id(), false, "olga"))
                .hasMessageContaining("disable it first");
        server.set(alma, AgentState.DISABLED);
        server.agents.delete(alma.id(), false, "olga");

        assertThat(server.roster.find(alma.id())).isEmpty();
        assertThat(server.removed).contains(alma.id());
        assertThat(server.list("SELECT kind FROM event ORDER BY id DESC LIMIT 1"))
                .containsExactly("agent.deleted");
        assertThatThrownBy(() -> server.agents.show(alma.id())).hasMessageContaining("There is no agent");
    }

    @Test
    void pagesFollowEachOtherByHostName() {
        TestAgent bruno = server.enabled("bruno");
        TestAgent alma = server.enabled("alma");

        var first = server.agents.page(null, null, 1);
        var second = server.agents.page(null, first.getFirst().agent().id(), 1);

        assertThat(first).extracting(listed -> listed.agent().id()).containsExactly(alma.id());
        assertThat(second).extracting(listed -> listed.agent().id()).containsExactly(bruno.id());
    }

    @Test
    void presenceIsWrittenInOneBatch() {
        TestAgent alma = server.enabled("alma");
        TestAgent bruno = server.enabled("bruno");
        server.execute("UPDATE agent SET last_seen_at = now() - interval '5 minutes'");
        var presence = new Presence(server.database);

        presence.seen(alma.id(), alma.facts(7), 1);
        presence.seen(bruno.id(), bruno.facts(8), 1);
        presence.flush();

        server.roster.forget();
        assertThat(server.roster.all()).allMatch(Agent::isLive).allMatch(Agent::hasLowDisk);
        assertThat(server.list("SELECT count(DISTINCT xmin::text)::text FROM agent"))
                .containsExactly("1");
    }

    @Test
    void hostsOfAJobAreThoseWithItsResourcesAndEnvironmentDeadOrAlive() {
        TestAgent alma = server.enabled("alma");
        server.agents.change(alma.id(), labels(List.of("Deploy", "x")), "olga");
        TestAgent bruno = server.enabled("bruno");
        server.agents.change(bruno.id(), labels(List.of("deploy")), "olga");
        server.execute("UPDATE agent SET last_seen_at = now() - interval '5 minutes' WHERE host_name = 'bruno'");
        TestAgent carla = server.enabled("carla");
        var all = new LabelChange(List.of("Prod"), List.of(), List.of());
        server.agents.change(
                carla.id(), new Change(null, new LabelChange(List.of("deploy"), List.of(), List.of()), all), "olga");
        TestAgent disabled = server.enabled("dora");
        server.agents.change(disabled.id(), labels(List.of("deploy")), "olga");
        server.set(disabled, AgentState.DISABLED);

        var directory = AgentFeature.directory();

        assertThat(server.database.<List<Host>>read(tx -> directory.matching(tx, List.of("deploy"), null)))
                .containsExactly(new Host(alma.id(), "alma", true), new Host(bruno.id(), "bruno", false));
        assertThat(server.database.<List<Host>>read(tx -> directory.matching(tx, List.of("deploy"), "PROD")))
                .containsExactly(new Host(carla.id(), "carla", true));
        assertThat(server.database.<List<Host>>read(tx -> directory.matching(tx, List.of("deploy", "x"), null)))
                .hasSize(1);
    }

    private static Change labels(List<String> resources) {
        return new Change(null, new LabelChange(resources, List.of(), List.of()), null);
    }
}
