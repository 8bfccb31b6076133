package dev.penstock.core.schedule;

import dev.penstock.core.config.Definitions;
import dev.penstock.core.http.Resource;
import dev.penstock.core.material.Materials;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.signal.Signals;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.run.PipelineRuns;
import dev.penstock.core.secret.SecretStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of this feature that others use. {@link ScheduleMarkers} and {@link RunLabels} are made before it, because
 * {@code material} and {@code run} need them.
 *
 * @param resources the nouns of the API
 * @param workers look at pipelines
 */
public record ScheduleFeature(List<Resource> resources, List<Worker> workers) {

    private static final Duration RETENTION_TICK = Duration.ofMinutes(10);

    /**
     * What the feature needs from others.
     *
     * @param keepTriggers how long a wish that has ended can be asked about; zero for ever
     */
    public record Needs(
            Database database,
            Definitions definitions,
            Materials materials,
            PipelineRuns runs,
            SecretStore secrets,
            EventStore events,
            Signals signals,
            Duration keepTriggers) {}

    public static ScheduleFeature create(Needs needs) {
        var situations = new SituationQuery(needs.definitions());
        var starter = new Starter(needs.runs(), needs.signals());
        var waiting = new WaitingTriggers(situations, starter, needs.events());
        var worker = new ScheduleWorker(needs.database(), situations, starter, waiting, needs.events());
        var triggers = new Triggers(needs.database(), situations, starter, needs.materials(), needs.secrets());
        var pauses = new Pauses(needs.database(), situations, needs.events(), needs.signals());
        List<Worker> workers = new ArrayList<>(worker.workers(needs.signals()));
        if (!needs.keepTriggers().isZero()) {
            workers.add(new Worker(
                    "trigger-retention",
                    RETENTION_TICK,
                    () -> needs.database()
                            .inTransaction(tx -> TriggerRetentionStore.removeEnded(tx, needs.keepTriggers()))));
        }
        return new ScheduleFeature(List.of(new TriggerResource(triggers), new PauseResource(pauses)), workers);
    }
}
