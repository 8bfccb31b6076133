package dev.penstock.core.schedule;

import static dev.penstock.core.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.material.MaterialFixture;
import dev.penstock.core.platform.db.Database;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.ids.PipelineId;
import dev.penstock.core.platform.worker.Worker;
import dev.penstock.core.run.JobResult;
import dev.penstock.core.run.RunFixture;
import dev.penstock.core.testing.LocalSignals;
import dev.penstock.core.testing.TextRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Pipelines that are looked at as in the server: real materials, real runs, real workers. */
final class ScheduleFixture implements AutoCloseable {
    static final StageDefinition BUILD = RunFixture.stage("build", RunFixture.job("compile"));

    final MaterialFixture materials;
    final RunFixture runs;
    final Triggers triggers;
    final Pauses pauses;
    final ScheduleWorker worker;
    private final List<Worker> workers;

    ScheduleFixture(Database database, LocalSignals signals, EventStore events, Path folder) throws IOException {
        var markers = new ScheduleMarkers(signals);
        this.materials = new MaterialFixture(database, signals, events, folder, markers);
        this.runs = new RunFixture(database, signals, events, markers);
        var situations = new SituationQuery(materials.definitions);
        var starter = new Starter(runs.feature.runs(), signals);
        var waiting = new WaitingTriggers(situations, starter, events);
        this.worker = new ScheduleWorker(database, situations, starter, waiting, events);
        this.triggers = new Triggers(database, situations, starter, materials.feature.materials(), materials.secrets);
        this.pauses = new Pauses(database, situations, events, signals);
        this.workers = worker.workers(signals);
    }

    ScheduleFixture start() {
        materials.start();
        workers.forEach(Worker::start);
        return this;
    }

    static PipelineDefinition pipeline(String name, List<MaterialDefinition> materials, StageDefinition... stages) {
        return MaterialFixture.definition(name, materials, stages);
    }

    static PipelineDefinition withVariables(PipelineDefinition d, Variable... variables) {
        return new PipelineDefinition(
                d.name(),
                d.group(),
                d.labelTemplate(),
                d.displayOrder(),
                d.lockBehavior(),
                d.template(),
                d.parameters(),
                d.trackingTool(),
                d.timer(),
                List.of(variables),
                d.materials(),
                d.stages());
    }

    static MaterialDefinition named(String name, TextRepository repository, MaterialDefinition.Filter filter) {
        MaterialDefinition plain = MaterialFixture.material(repository);
        return new MaterialDefinition(name, plain.type(), plain.options(), name, true, filter);
    }

    PipelineId save(String name, TextRepository repository) {
        return materials.save(pipeline(name, List.of(MaterialFixture.material(repository)), BUILD));
    }

    /** Waits until the pipeline has so many runs, and says what each was made from. */
    List<String> runs(String pipeline, int count) {
        eventually(() -> assertThat(changes(pipeline)).hasSize(count));
        return changes(pipeline);
    }

    /** Each run as {@code counter KIND by: first..last}, with a star where nothing is new. */
    List<String> changes(String pipeline) {
        return runs.list("""
                SELECT r.counter || ' ' || r.cause_kind || ' ' || r.cause_by || ': '
                       || string_agg(f.revision || '..' || t.revision || CASE WHEN m.changed THEN '' ELSE '*' END, ' '
                                     ORDER BY m.position)
                  FROM pipeline p
                  JOIN pipeline_run r ON r.pipeline_id = p.id
                  JOIN pipeline_run_material m ON m.pipeline_run_id = r.id
                  JOIN modification f ON f.id = m.from_modification_id
                  JOIN modification t ON t.id = m.modification_id
                 WHERE p.name = '%s'
                 GROUP BY r.id
                 ORDER BY r.counter
                """.formatted(pipeline));
    }

    /** Why the pipeline did not start when it was last looked at; waits until it is that. */
    void outcome(String pipeline, String code) {
        eventually(() -> assertThat(runs.list(
                        "SELECT code FROM schedule_outcome o JOIN pipeline p ON p.id = o.pipeline_id WHERE name = '"
                                + pipeline + "'"))
                .containsExactly(code));
    }

    /** Steps of workers that threw, such as those that a deadlock has ended. */
    long workerFailures() {
        long looks =
                materials.feature.workers().stream().mapToLong(Worker::failures).sum();
        long outcomes = runs.one(Long.class, "SELECT count(*) FROM schedule_outcome WHERE code = 'INTERNAL'");
        return looks + outcomes + workers.stream().mapToLong(Worker::failures).sum();
    }

    /** Ends the job of a run's stage. */
    void pass(String pipeline, long counter, String stage) {
        runs.finish(pipeline + "/" + counter + "/" + stage + "/1/compile", JobResult.PASSED);
    }

    @Override
    public void close() {
        workers.forEach(Worker::close);
        materials.close();
    }
}
