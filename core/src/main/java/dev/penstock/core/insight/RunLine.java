package dev.penstock.core.insight;

import dev.penstock.core.config.model.Names;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run in a list.
 *
 * @param state ACTIVE, WAITING, PASSED, FAILED, CANCELLED
 * @param lostJobs how many of its jobs wait for a person's decision; null for none
 * @param stages all of its definition, in order
 */
record RunLine(
        String pipeline,
        String group,
        long counter,
        String label,
        String state,
        @Nullable Waiting waiting,
        @Nullable Integer lostJobs,
        Run.Cause cause,
        Instant createdAt,
        @Nullable Instant endedAt,
        @Nullable String comment,
        List<Stage> stages) {

    /**
     * The newest run of a stage.
     *
     * @param counter null when it has not been run
     * @param state as of the stage run, or NOT_RUN
     */
    record Stage(
            String name,
            @Nullable Integer counter,
            String state,
            @Nullable Instant scheduledAt,
            @Nullable Instant endedAt) {}

    /** @param stages the names of those of its definition */
    static RunLine of(Run run, List<String> stages, List<StageRun> latest, @Nullable Integer lostJobs) {
        return new RunLine(
                run.pipeline(),
                run.group(),
                run.counter(),
                run.label(),
                run.state(),
                Waiting.of(run, stages),
                lostJobs,
                run.cause(),
                run.createdAt(),
                run.endedAt(),
                run.comment(),
                stages(stages, latest));
    }

    static List<Stage> stages(List<String> names, List<StageRun> latest) {
        Map<String, StageRun> byKey = latest.stream().collect(Collectors.toMap(StageRun::key, Function.identity()));
        return names.stream()
                .map(name -> {
                    StageRun run = byKey.get(Names.key(name));
                    return run == null
                            ? new Stage(name, null, "NOT_RUN", null, null)
                            : new Stage(run.name(), run.counter(), run.state(), run.scheduledAt(), run.endedAt());
                })
                .toList();
    }
}
