package dev.penstock.core.material;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.config.model.TypeCatalog;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.secret.SecretStore;
import java.util.List;

/**
 * The parts of this feature that others use.
 *
 * @param registry hears about definitions
 * @param materials what other features ask of materials
 * @param looks at materials; to be closed when its worker has stopped
 */
public record MaterialFeature(MaterialRegistry registry, Materials materials, MaterialWorker looks) {

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
            PollSettings settings) {}

    public static MaterialFeature create(Needs needs) {
        PollSettings settings = needs.settings();
        var findings = new Findings(needs.database(), needs.listener(), needs.events(), settings.interval());
        var values = new MaterialValues(needs.database(), needs.secrets());
        var check = new Check(needs.types(), values, settings, findings);
        return new MaterialFeature(
                new MaterialRegistry(needs.catalog(), needs.definitions(), needs.signals()),
                new Materials(needs.signals()),
                new MaterialWorker(needs.database(), check, findings, settings.perHost(), needs.signals()));
    }

    public List<Worker> workers() {
        return List.of(looks.worker());
    }
}
