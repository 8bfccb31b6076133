package dev.penstock.core.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.RegistrationReply.State;
import dev.penstock.agent.protocol.RegistrationRequest;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.TestAgent;
import dev.penstock.core.testing.WithDatabase;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabase
final class RegistrationTest {
    private final AgentFixture server;

    RegistrationTest(Database database, Signals signals, EventStore events) {
        server = new AgentFixture(database, signals, events);
    }

    @BeforeEach
    void forget() {
        server.execute("TRUNCATE agent, agent_assertion, auto_register_key, audit, event");
        server.roster.forget();
    }

    @Test
    void anUnknownAgentWaitsForAPerson() {
        TestAgent alma = TestAgent.named("alma");

        var reply = server.registration.register(alma.registration(server.time.instant(), null));

        assertThat(reply.state()).isEqualTo(State.PENDING);
        assertThat(server.list("SELECT state || ' ' || host_name || ' ' || key_fingerprint FROM agent"))
                .containsExactly("PENDING alma " + reply.keyFingerprint());
        assertThat(reply.keyFingerprint()).startsWith("SHA256:");
    }

    @Test
    void aPersonEnablesIt() {
        TestAgent alma = TestAgent.named("alma");
        server.register(alma);

        server.set(alma, AgentState.ENABLED);

        assertThat(server.register(alma)).isEqualTo(State.ENABLED);
        assertThat(server.list("SELECT enabled_by FROM agent")).containsExactly("olga");
        assertThat(server.list("SELECT action || ' ' || actor FROM audit")).containsExactly("agent.change olga");
    }

    @Test
    void aProofIsAcceptedOnce() {
        TestAgent alma = TestAgent.named("alma");
        RegistrationRequest request = alma.registration(server.time.instant(), null);
        server.registration.register(request);

        assertRefused(ErrorCode.UNAUTHENTICATED, "used before", () -> server.registration.register(request));
    }

    @Test
    void anotherKeyUnderAKnownIdIsRefused() {
        TestAgent alma = server.enabled("alma");
        TestAgent thief = TestAgent.named("thief", alma.id().value());

        assertRefused(ErrorCode.FORBIDDEN, "registered with another key", () -> server.register(thief));
        assertThat(server.list("SELECT host_name FROM agent")).containsExactly("alma");
    }

    @Test
    void aKeyEnablesAtOnceAndBringsLabels() {
        TestAgent alma = TestAgent.named("alma");

        var reply = server.registration.register(
                alma.registration(server.time.instant(), server.key(null, "Deploy"), List.of("deploy", "linux")));

        assertThat(reply.state()).isEqualTo(State.ENABLED);
        assertThat(server.list("SELECT array_to_string(resources, ',') || ' ' || array_to_string(environments, ',')"
                        + " FROM agent"))
                .containsExactly("Deploy,linux Staging");
        assertThat(server.list("SELECT enabled_by FROM agent")).allMatch(by -> by.matches("registration key \\d+"));
    }

    @Test
    void anAgentWithoutAKeyGetsNoLabelsWhateverItAsksFor() {
        TestAgent alma = TestAgent.named("alma");

        server.registration.register(alma.registration(server.time.instant(), null, List.of("production")));
        server.set(alma, AgentState.ENABLED);

        assertThat(server.list("SELECT array_to_string(resources, ',') FROM agent"))
                .containsExactly("");
    }

    @Test
    void aKeyForOneUseEnablesOneAgent() {
        String key = server.key(1);
        server.registration.register(TestAgent.named("alma").registration(server.time.instant(), key));

        var second = server.registration.register(TestAgent.named("bruno").registration(server.time.instant(), key));

        assertThat(second.state()).isEqualTo(State.PENDING);
        assertThat(server.list("SELECT action FROM audit WHERE object LIKE 'agent/%' ORDER BY seq"))
                .containsExactly("agent.register", "agent.key-refused");
    }

    @Test
    void anExpiredKeyIsNone() {
        String key = server.key(null);
        server.execute("UPDATE auto_register_key SET expires_at = now() - interval '1 second'");

        var reply = server.registration.register(TestAgent.named("alma").registration(server.time.instant(), key));

        assertThat(reply.state()).isEqualTo(State.PENDING);
    }

    @Test
    void aRevokedKeyIsNone() {
        String key = server.key(null);
        server.keys.revoke(server.keys.all().getFirst().id(), "olga");

        var reply = server.registration.register(TestAgent.named("alma").registration(server.time.instant(), key));

        assertThat(reply.state()).isEqualTo(State.PENDING);
    }

    @Test
    void theDatabaseHoldsNoKey() {
        String key = server.key(null);

        List<String> rows = server.list("SELECT auto_register_key::text FROM auto_register_key");

        assertThat(rows).noneMatch(row -> row.contains(key.substring(5)));
    }

    @Test
    void aKeyDoesNotUndoWhatAPersonDecided() {
        TestAgent alma = server.enabled("alma");
        server.set(alma, AgentState.DISABLED);

        var reply = server.registration.register(alma.registration(server.time.instant(), server.key(5)));

        assertThat(reply.state()).isEqualTo(State.DISABLED);
        assertThat(server.list("SELECT uses_left::text FROM auto_register_key")).containsExactly("5");
    }

    @Test
    void aDeletedAgentComesBackWithoutItsRights() {
        TestAgent alma = server.enabled("alma");
        server.agents.change(
                alma.id(),
                new Agents.Change(
                        AgentState.DISABLED, new Agents.LabelChange(List.of("x"), List.of(), List.of()), null),
                "olga");
        server.agents.delete(alma.id(), false, "olga");

        State state = server.register(alma);

        assertThat(state).isEqualTo(State.PENDING);
        assertThat(server.list("SELECT array_to_string(resources, ',') FROM agent"))
                .containsExactly("");
    }

    @Test
    void twoHundredWaitAtMostAndAKeyPassesThem() {
        server.execute("""
                INSERT INTO agent (id, public_jwk, key_fingerprint, state, host_name, ip_address, operating_system, os_user,
                                   working_directory, free_bytes, agent_version, protocol_version)
                SELECT gen_random_uuid(), '', '', 'PENDING', 'h' || n, '', '', '', '', 0, '', 1
                  FROM generate_series(1, 200) n
                """);

        assertRefused(ErrorCode.TOO_MANY_REQUESTS, "200 agents wait", () -> server.register(TestAgent.named("late")));
        var keyed = server.registration.register(
                TestAgent.named("alma").registration(server.time.instant(), server.key(1)));

        assertThat(keyed.state()).isEqualTo(State.ENABLED);
    }

    @Test
    void anUnknownVersionOfTheProtocolIsToldWhatToDo() {
        TestAgent alma = TestAgent.named("alma");
        var request = new RegistrationRequest(
                99, alma.assertion(server.time.instant()), alma.facts(), null, List.of(), List.of());

        assertRefused(
                ErrorCode.UPGRADE_REQUIRED,
                "install the agent of the server's release",
                () -> server.registration.register(request));
    }

    @Test
    void claimsOfAnAgentAreBroughtWithinLimits() {
        TestAgent alma = TestAgent.named("alma");
        var facts = new AgentFacts("al\u0000ma\n" + "x".repeat(1000), "", "", "", "", -7, "");
        var request =
                new RegistrationRequest(1, alma.assertion(server.time.instant()), facts, null, List.of(), List.of());

        server.registration.register(request);

        assertThat(server.list("SELECT host_name FROM agent"))
                .allSatisfy(name -> assertThat(name).startsWith("almaxxx").hasSizeLessThan(256));
        assertThat(server.list("SELECT free_bytes::text FROM agent")).containsExactly("-1");
    }

    private static void assertRefused(ErrorCode code, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .hasMessageContaining(message)
                .asInstanceOf(type(PenstockException.class))
                .extracting(PenstockException::code)
                .isEqualTo(code);
    }
}
