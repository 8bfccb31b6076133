package dev.penstock.core.agent;

import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.Tokens;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.run.AgentDirectory;
import dev.penstock.core.secret.Vault;
import java.time.InstantSource;
import java.util.List;

/**
 * The parts of this feature that others use.
 *
 * @param tokens checks the token of each request of an agent
 * @param roster who there is, as seconds ago
 * @param presence where every request of an agent is noted
 */
public record AgentFeature(
        AccessTokens tokens, AgentRoster roster, Presence presence, List<Resource> resources, List<Worker> workers) {

    public AgentFeature {
        resources = List.copyOf(resources);
        workers = List.copyOf(workers);
    }

    /**
     * What the feature needs from others.
     *
     * @param vault keeps the private keys with which tokens are signed
     * @param listener hears of agents that are removed
     */
    public record Needs(
            Database database,
            Vault vault,
            AgentListener listener,
            EventStore events,
            Signals signals,
            InstantSource clock) {}

    /** Which hosts a job could run on: for {@code run}, which is made before this feature. */
    public static AgentDirectory directory() {
        return new AgentHosts();
    }

    public static AgentFeature create(Needs needs) {
        Database database = needs.database();
        var roster = new AgentRoster(database, needs.clock());
        var signingKeys = new SigningKeys(database, keyVault(needs.vault()), needs.clock());
        var tokens = new AccessTokens(database, roster, signingKeys, needs.clock(), Tokens::uuid);
        var registration = new Registration(database, needs.events(), roster, needs.clock());
        var agents = new Agents(database, roster, needs.listener(), needs.events(), needs.signals());
        var presence = new Presence(database);
        var upkeep = new AgentUpkeep(database, signingKeys);
        return new AgentFeature(
                tokens,
                roster,
                presence,
                List.of(
                        new RegistrationResource(registration, tokens, signingKeys),
                        new AgentResource(agents),
                        new RegistrationKeyResource(new AutoRegisterKeys(database, needs.clock()))),
                List.of(
                        new Worker("agent-presence", Presence.FLUSH_INTERVAL, () -> {
                            presence.flush();
                            return false;
                        }),
                        new Worker("agent-upkeep", AgentUpkeep.TICK, () -> {
                            upkeep.run();
                            return false;
                        })));
    }

    private static KeyVault keyVault(Vault vault) {
        return new KeyVault() {
            @Override
            public String seal(String scope, String plain) {
                return vault.seal(scope, plain);
            }

            @Override
            public String open(String scope, String sealed) {
                return vault.open(scope, sealed);
            }
        };
    }
}
