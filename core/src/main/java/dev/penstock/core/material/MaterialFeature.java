package dev.penstock.core.material;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.TypeCatalog;
import dev.penstock.core.http.Resource;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.secret.SecretStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The parts of this feature that others use.
 *
 * @param registry hears about definitions
 * @param materials what other features ask of materials
 * @param looks to be closed when the workers have stopped
 * @param resources the nouns of the API
 * @param workers look at materials
 */
public record MaterialFeature(
        MaterialRegistry registry,
        Materials materials,
        MaterialWorker looks,
        List<Resource> resources,
        List<Worker> workers) {

    private static final Duration RETENTION_TICK = Duration.ofHours(1);

    public MaterialFeature {
        resources = List.copyOf(resources);
        workers = List.copyOf(workers);
    }

    /**
     * What the feature needs from others.
     *
     * @param catalog describes the options of all material types, {@code pipeline} included
     * @param types the types of running plugins
     */
    public record Needs(
            Database database,
            Definitions definitions,
            TypeCatalog catalog,
            MaterialTypes types,
            SecretStore secrets,
            RevisionListener listener,
            EventStore events,
            Signals signals,
            InstantSource clock,
            PollSettings settings) {}

    private static Worker retention(Needs needs) {
        Duration age = needs.settings().keepEvents();
        return new Worker(
                "material-retention",
                RETENTION_TICK,
                () -> !age.isZero() && needs.database().inTransaction(tx -> MaterialEventStore.removeOld(tx, age)));
    }

    public static MaterialFeature create(Needs needs) {
        PollSettings settings = needs.settings();
        var findings = new Findings(needs.database(), needs.listener(), needs.events(), settings.interval());
        var values = new MaterialValues(needs.database(), needs.secrets());
        var clones = new Clones(needs.database(), settings.folder().resolve("clones"));
        var check = new Check(needs.types(), values, settings, clones, findings);
        var materials = new Materials(needs.database(), needs.signals());
        var looks = new MaterialWorker(needs.database(), check, findings, settings.perHost(), needs.signals());
        var tests = new ConnectionTests(
                needs.types(), values, settings, needs.database(), needs.definitions(), needs.secrets());
        var hooks = new Hooks(needs.database(), needs.secrets(), materials, needs.clock());
        return new MaterialFeature(
                new MaterialRegistry(needs.catalog(), needs.definitions(), needs.signals()),
                materials,
                looks,
                List.of(new MaterialResource(materials, tests), new HookResource(hooks)),
                List.of(looks.worker(), hooks.purge(), clones.purge(), retention(needs)));
    }
}
