package dev.penstock.core.insight;

import dev.penstock.core.config.model.Names;
import dev.penstock.core.insight.DashboardQuery.PipelineFacts;
import dev.penstock.core.insight.DashboardQuery.RunFacts;
import dev.penstock.core.insight.DashboardQuery.StageFacts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline on the dashboard. Says what is needed to see where to look, and no more: there are thousands of them.
 *
 * @param canTrigger whether a person could trigger it now
 * @param cannotTrigger PAUSED or FIRST_STAGE_ACTIVE; null when it can be triggered
 * @param waiting why it did not start when it was last looked at; null when it is up to date
 * @param runs the newest one, then older ones with a stage that is not over, newest first
 */
record DashboardPipeline(
        String name,
        @Nullable Paused paused,
        boolean canTrigger,
        @Nullable String cannotTrigger,
        @Nullable Outcome waiting,
        List<LastRun> runs) {

    record Paused(String by, @Nullable String reason, Instant since) {}

    record Outcome(String code, String message) {}

    /**
     * @param lostJobs how many of its jobs wait for a person's decision; null for none
     * @param by {@code changes}, {@code timer}, or who asked
     */
    record LastRun(
            long counter,
            String label,
            String state,
            @Nullable WaitingFor waiting,
            @Nullable Integer lostJobs,
            String cause,
            String by,
            Instant createdAt,
            @Nullable Instant endedAt,
            List<Stage> stages) {}

    /** @param stage the key of the one that comes next */
    record WaitingFor(String code, String stage, @Nullable Long supersededBy) {}

    /** @param counter null when it has not been run */
    record Stage(String name, @Nullable Integer counter, String state) {}

    /**
     * Puts the facts together.
     *
     * @param first the name of the first stage of the newest definition
     * @param names the names of the stages of a run's definition
     * @param stages the newest run of each stage of a run
     * @param lost how many jobs wait for a decision, by the id of the run
     */
    static DashboardPipeline of(
            PipelineFacts pipeline,
            @Nullable String first,
            List<RunFacts> runs,
            Function<RunFacts, List<String>> names,
            Function<RunFacts, List<StageFacts>> stages,
            Map<Long, Integer> lost) {
        List<LastRun> shown = runs.stream()
                .sorted(Comparator.comparingLong(RunFacts::counter).reversed())
                .map(run -> run(run, names.apply(run), stages.apply(run), lost.get(run.id())))
                .toList();
        Paused paused = paused(pipeline);
        String cannot = paused != null
                ? "PAUSED"
                : first != null && runs.stream().anyMatch(run -> isActive(stages.apply(run), Names.key(first)))
                        ? "FIRST_STAGE_ACTIVE"
                        : null;
        String code = pipeline.outcomeCode();
        String message = pipeline.outcomeMessage();
        return new DashboardPipeline(
                pipeline.name(),
                paused,
                cannot == null,
                cannot,
                code == null || message == null ? null : new Outcome(code, message),
                shown);
    }

    private static boolean isActive(List<StageFacts> stages, String key) {
        return stages.stream()
                .anyMatch(stage -> stage.key().equals(key)
                        && (stage.state().equals("BUILDING") || stage.state().equals("FAILING")));
    }

    private static @Nullable Paused paused(PipelineFacts pipeline) {
        Instant at = pipeline.pausedAt();
        String by = pipeline.pausedBy();
        return at == null || by == null ? null : new Paused(by, pipeline.pauseReason(), seconds(at));
    }

    private static LastRun run(RunFacts run, List<String> names, List<StageFacts> latest, @Nullable Integer lostJobs) {
        Map<String, StageFacts> byKey = latest.stream().collect(Collectors.toMap(StageFacts::key, Function.identity()));
        String code = run.waitCode();
        String next = run.waitStage();
        Instant ended = run.endedAt();
        return new LastRun(
                run.counter(),
                run.label(),
                run.state(),
                code == null || next == null ? null : new WaitingFor(code, next, run.supersededBy()),
                lostJobs,
                run.causeKind(),
                run.causeBy(),
                seconds(run.createdAt()),
                ended == null ? null : seconds(ended),
                names.stream()
                        .map(name -> {
                            StageFacts stage = byKey.get(Names.key(name));
                            return stage == null
                                    ? new Stage(name, null, "NOT_RUN")
                                    : new Stage(name, stage.counter(), stage.state());
                        })
                        .toList());
    }

    /** Whole seconds do for a dashboard, and pack better. */
    private static Instant seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }
}
