package dev.penstock.core.run;

import dev.penstock.core.config.model.MaterialDefinition;
import dev.penstock.core.config.model.PipelineDefinition;
import dev.penstock.core.config.model.StageDefinition;
import dev.penstock.core.config.model.Variable;
import dev.penstock.core.platform.error.ErrorCode;
import dev.penstock.core.platform.error.PenstockException;
import dev.penstock.core.platform.event.EventStore;
import dev.penstock.core.platform.event.Fact;
import dev.penstock.core.platform.ids.PipelineRunId;
import dev.penstock.core.run.NewRun.RunMaterial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Starts runs of pipelines. Thread-safe. */
public final class PipelineRuns {
    private final StageStarter starter;
    private final Labels labels;
    private final EventStore events;

    PipelineRuns(StageStarter starter, Labels labels, EventStore events) {
        this.starter = starter;
        this.labels = labels;
        this.events = events;
    }

    /** Makes the label of a run from its pipeline's template. */
    public interface Labels {
        /**
         * @param revisions of the materials that have a name, by it
         * @param variables the pipeline's that are not secret
         */
        String label(String template, long counter, Map<String, String> revisions, Map<String, String> variables);
    }

    /** A run that has begun. */
    public record Created(PipelineRunId id, long counter, String label) {}

    /**
     * Creates a run with its first stage and jobs. The caller holds the lock of the pipeline's row and has checked that
     * its first stage is not active.
     *
     * @param now the database's time
     * @throws PenstockException NO_MATCHING_AGENT when no job of the first stage could run, whose stage would be over as
     *     it begins
     */
    public Created create(Handle tx, NewRun run, Instant now) {
        PipelineDefinition definition = run.pipeline().definition();
        StageDefinition first = definition.stages().getFirst();
        List<PlannedJob> jobs = starter.plan(tx, first);
        requireSomeAgent(jobs);
        long counter = run.counter();
        String label = label(run, counter);
        PipelineRunId id = PipelineRunStore.insert(tx, run, label, now);
        var row = new RunRow(
                id,
                run.pipeline().id(),
                definition.name(),
                counter,
                run.pipeline().definitionId(),
                new PipelineRunState.Active(),
                false,
                false,
                now);
        List<Fact> facts = new ArrayList<>();
        facts.add(PipelineRunStore.fact(row, "run.created", row.state()));
        var content = new StageStarter.Content(jobs, null, List.of(), null);
        starter.insert(tx, row, first, 0, 1, content, run.cause().by(), facts);
        events.appendAll(tx, facts);
        return new Created(id, counter, label);
    }

    /** Refuses to start a stage none of whose jobs could run. */
    static void requireSomeAgent(List<PlannedJob> jobs) {
        if (jobs.stream().noneMatch(PlannedJob::canRun)) {
            throw new PenstockException(
                    ErrorCode.NO_MATCHING_AGENT,
                    jobs.stream()
                            .map(PlannedJob::message)
                            .distinct()
                            .reduce((a, b) -> a + "; " + b)
                            .orElse("No jobs"));
        }
    }

    private String label(NewRun run, long counter) {
        PipelineDefinition definition = run.pipeline().definition();
        Map<String, String> revisions = new LinkedHashMap<>();
        for (RunMaterial material : run.materials()) {
            MaterialDefinition defined = definition.materials().get(material.position());
            String name = defined.name();
            if (name != null) {
                revisions.put(name, material.revision());
            }
        }
        Map<String, String> plain = new LinkedHashMap<>();
        definition.variables().forEach(variable -> putPlain(plain, variable));
        run.overrides().stream()
                .filter(variable -> plain.containsKey(variable.name()))
                .forEach(variable -> putPlain(plain, variable));
        return labels.label(definition.labelTemplate(), counter, revisions, plain);
    }

    private static void putPlain(Map<String, String> values, Variable variable) {
        String value = variable.value();
        if (value != null) {
            values.put(variable.name(), value);
        }
    }
}
