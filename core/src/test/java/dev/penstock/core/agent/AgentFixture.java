package dev.penstock.core.agent;

import dev.penstock.agent.protocol.RegistrationReply;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.AgentId;
import dev.penstock.core.platform.ids.Tokens;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.testing.SettableTime;
import dev.penstock.core.testing.TestAgent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of the feature on one server; two of these on one database are two servers. */
final class AgentFixture {
    private static final String SEALED = "sealed for ";

    final Database database;
    final SettableTime time = new SettableTime(Instant.now());
    final List<AgentId> removed = new ArrayList<>();
    final AgentRoster roster;
    final SigningKeys signingKeys;
    final AccessTokens tokens;
    final Registration registration;
    final AutoRegisterKeys keys;
    final Agents agents;

    AgentFixture(Database database, Signals signals, EventStore events) {
        this.database = database;
        this.roster = new AgentRoster(database, time);
        this.signingKeys = new SigningKeys(database, new OpenVault(), time);
        this.tokens = new AccessTokens(database, roster, signingKeys, time, Tokens::uuid);
        this.registration = new Registration(database, events, roster, time);
        this.keys = new AutoRegisterKeys(database, time);
        this.agents = new Agents(database, roster, (_, agent) -> removed.add(agent), events, signals);
    }

    /** Says what a value belongs to in place of hiding it; that values are hidden is a test of the vault. */
    private static final class OpenVault implements KeyVault {
        @Override
        public String seal(String scope, String plain) {
            return SEALED + scope + " " + plain;
        }

        @Override
        public String open(String scope, String sealed) {
            String prefix = SEALED + scope + " ";
            if (!sealed.startsWith(prefix)) {
                throw new IllegalStateException("Sealed for something else than " + scope);
            }
            return sealed.substring(prefix.length());
        }
    }

    RegistrationReply.State register(TestAgent agent) {
        return registration.register(agent.registration(time.instant(), null)).state();
    }

    TestAgent enabled(String hostName) {
        TestAgent agent = TestAgent.named(hostName);
        register(agent);
        set(agent, AgentState.ENABLED);
        return agent;
    }

    void set(TestAgent agent, AgentState state) {
        agents.change(agent.id(), new Agents.Change(state, null, null), "olga");
    }

    /** A key with labels. */
    String key(@Nullable Integer uses, String... resources) {
        return keys.make(new AutoRegisterKeys.Wish("ci", List.of(resources), List.of("Staging"), uses, null), "olga")
                .key();
    }

    String token(TestAgent agent) {
        return tokens.give(agent.tokenRequest(time.instant())).accessToken();
    }

    List<String> list(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    void execute(String sql) {
        database.useTransaction(tx -> tx.execute(sql));
    }
}
