package dev.penstock.core.agent;

import dev.penstock.agent.protocol.AgentFacts;
import dev.penstock.agent.protocol.Protocol;
import dev.penstock.agent.protocol.RegistrationReply;
import dev.penstock.agent.protocol.RegistrationRequest;
import dev.penstock.core.agent.Assertions.Proof;
import dev.penstock.core.agent.AutoRegisterKeyStore.UsedKey;
import dev.penstock.core.platform.audit.AuditStore;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Makes agents known. An agent proves its key; it gets no credential and no right before a person, or a key that a person
 * made, has enabled it. Thread-safe.
 */
public final class Registration {
    /** More than anybody enables by hand; fewer than would hurt, should somebody make them up. */
    private static final int MAX_PENDING = 200;

    /** Often enough to feel immediate to the person who enables it. */
    private static final int RETRY_SECONDS = 5;

    private final Database database;
    private final EventStore events;
    private final AgentRoster roster;
    private final InstantSource clock;

    public Registration(Database database, EventStore events, AgentRoster roster, InstantSource clock) {
        this.database = database;
        this.events = events;
        this.roster = roster;
        this.clock = clock;
    }

    /** Registers the agent, or says again where it stands. */
    public RegistrationReply register(RegistrationRequest request) {
        Facts.requireKnownProtocol(request.protocolVersion());
        AgentFacts facts = Facts.clean(request.facts());
        Proof proof = Assertions.verify(request.assertion(), clock.instant());
        RegistrationReply.State state = database.inTransaction(tx -> register(tx, request, facts, proof));
        roster.refresh(proof.agent());
        return new RegistrationReply(state, RETRY_SECONDS, proof.fingerprint());
    }

    private RegistrationReply.State register(Handle tx, RegistrationRequest request, AgentFacts facts, Proof proof) {
        if (!AssertionStore.use(tx, proof)) {
            throw new PenstockException(ErrorCode.UNAUTHENTICATED, "The agent's assertion was used before");
        }
        Optional<Agent> known = AgentStore.lock(tx, proof.agent());
        boolean asksForTrust = known.isEmpty()
                || known.get().state() == AgentState.PENDING
                || known.get().state() == AgentState.DELETED;
        Optional<UsedKey> key = asksForTrust ? use(tx, request.autoRegisterKey()) : Optional.empty();
        if (known.isEmpty() && key.isEmpty() && request.autoRegisterKey() != null) {
            // The agent waits for a person, who sees here why; said once, not at each of its retries.
            AuditStore.record(
                    tx,
                    "agent " + proof.agent().value(),
                    "agent.key-refused",
                    "agent/" + proof.agent().value(),
                    Map.of());
        }
        // Whoever shows a key is not kept out by those who wait for a person.
        Agent agent = known.orElseGet(() -> insert(tx, facts, proof, key.isPresent()));
        if (!agent.keyFingerprint().equals(proof.fingerprint())) {
            throw new PenstockException(
                    ErrorCode.FORBIDDEN,
                    "Agent \"" + agent.id().value()
                            + "\" is registered with another key. If its key is lost, delete the "
                            + "agent's configuration folder, so that it registers under a new id");
        }
        AgentStore.saveFacts(tx, agent.id(), facts, request.protocolVersion());
        return switch (AgentStore.apply(
                tx,
                agent,
                new AgentEvent.Registered(key.isPresent()),
                key.map(UsedKey::name).orElse(null))) {
            case AgentLife.Step.To(var state, var _) -> {
                if (asksForTrust) {
                    labels(tx, agent, request, key);
                }
                if (state != agent.state()) {
                    record(
                            tx,
                            agent,
                            key.map(UsedKey::name).orElse("agent " + agent.id().value()),
                            state);
                }
                yield reply(state);
            }
            case AgentLife.Step.Refused(var message) -> throw new PenstockException(ErrorCode.CONFLICT, message);
        };
    }

    private Agent insert(Handle tx, AgentFacts facts, Proof proof, boolean trusted) {
        if (!trusted && AgentStore.countPending(tx) >= MAX_PENDING) {
            throw new PenstockException(
                    ErrorCode.TOO_MANY_REQUESTS,
                    MAX_PENDING + " agents wait to be enabled; enable or delete some of them first");
        }
        AgentStore.insert(tx, proof.agent(), proof.jwk(), proof.fingerprint(), facts, Protocol.VERSION);
        events.append(
                tx,
                "agent/" + proof.agent().value(),
                "agent.registered",
                Map.of("host_name", facts.hostName(), "key_fingerprint", proof.fingerprint()));
        return AgentStore.lock(tx, proof.agent()).orElseThrow();
    }

    private static Optional<UsedKey> use(Handle tx, @Nullable String key) {
        return key == null || key.isEmpty()
                ? Optional.empty()
                : AutoRegisterKeyStore.use(tx, AutoRegisterKeys.hash(key));
    }

    /** A key brings labels; without one an agent has none, whatever it asks for and whatever it had before. */
    private static void labels(Handle tx, Agent agent, RegistrationRequest request, Optional<UsedKey> key) {
        if (key.isEmpty() && agent.state() == AgentState.PENDING) {
            return;
        }
        List<String> resources = new ArrayList<>();
        List<String> environments = new ArrayList<>();
        if (key.isPresent()) {
            resources.addAll(key.get().resources());
            resources.addAll(orEmpty(request.resources()));
            environments.addAll(key.get().environments());
            environments.addAll(orEmpty(request.environments()));
        }
        AgentStore.saveLabels(
                tx, agent.id(), Facts.labels("resource", resources), Facts.labels("environment", environments));
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }

    private void record(Handle tx, Agent agent, String by, AgentState state) {
        String object = "agent/" + agent.id().value();
        AuditStore.record(tx, by, "agent.register", object, Map.of("state", state.name()));
        events.append(tx, object, "agent.changed", Map.of("state", state.name(), "by", by));
    }

    private static RegistrationReply.State reply(AgentState state) {
        return switch (state) {
            case PENDING -> RegistrationReply.State.PENDING;
            case ENABLED -> RegistrationReply.State.ENABLED;
            case DISABLED -> RegistrationReply.State.DISABLED;
            case DELETED -> throw new IllegalStateException("A registration does not delete");
        };
    }
}
