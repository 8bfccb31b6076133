package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.run.PipelineRunEvent.CancelRequested;
import dev.penstock.core.run.PipelineRunEvent.Ended;
import dev.penstock.core.run.PipelineRunEvent.Parked;
import dev.penstock.core.run.PipelineRunEvent.StageStarted;
import dev.penstock.core.run.PipelineRunEvent.Superseded;
import dev.penstock.core.run.PipelineRunState.Active;
import dev.penstock.core.run.PipelineRunState.Finished;
import dev.penstock.core.run.PipelineRunState.WaitCode;
import dev.penstock.core.run.PipelineRunState.Waiting;
import dev.penstock.core.run.Step.To;
import dev.penstock.core.testing.LifeDiagram;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PipelineRunLifeTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private static final List<PipelineRunState> STATES = List.of(
            new Active(),
            Waiting.on(WaitCode.APPROVAL, "ship"),
            Waiting.on(WaitCode.PAUSED, "ship"),
            Waiting.on(WaitCode.STAGE_BUSY, "ship"),
            new Waiting(WaitCode.SUPERSEDED, "ship", 7L),
            new Finished(JobResult.PASSED, NOON));

    private static Map<String, PipelineRunEvent> events() {
        Map<String, PipelineRunEvent> events = new LinkedHashMap<>();
        events.put("a stage starts", new StageStarted());
        events.put("its stage ended, nothing follows", new Ended(JobResult.PASSED));
        events.put("its stage passed, the next one is manual", new Parked(WaitCode.APPROVAL, "ship"));
        events.put("its stage passed, the pipeline is paused", new Parked(WaitCode.PAUSED, "ship"));
        events.put("its stage passed, the next one is busy", new Parked(WaitCode.STAGE_BUSY, "ship"));
        events.put("a newer run got the stage", new Superseded(7));
        events.put("cancel requested", new CancelRequested());
        return events;
    }

    private static String name(PipelineRunState state) {
        return switch (state) {
            case Active _ -> "ACTIVE";
            case Waiting waiting -> "WAITING_" + waiting.code();
            case Finished _ -> "FINISHED";
        };
    }

    @Test
    void theDiagramInTheDocumentIsTheCode() throws IOException {
        var diagram = new LifeDiagram("run");
        for (PipelineRunState state : STATES) {
            events().forEach((event, it) -> diagram.step(
                    name(state),
                    event,
                    PipelineRunLife.next(state, it, NOON) instanceof To<PipelineRunState>(var after)
                            ? name(after)
                            : null));
        }

        diagram.requireInDocument();
        assertThat(events().values().stream().<Class<?>>map(PipelineRunEvent::getClass))
                .contains(PipelineRunEvent.class.getPermittedSubclasses());
    }

    @Test
    void anotherRunsEndDoesNotEndARunThatWaits() {
        var waiting = Waiting.on(WaitCode.APPROVAL, "ship");

        Step<PipelineRunState> step = PipelineRunLife.next(waiting, new Ended(JobResult.FAILED), NOON);

        assertThat(step).isInstanceOf(Step.Stay.class);
    }

    @Test
    void noOrderOfEventsBreaksTheRules() {
        List<PipelineRunEvent> events = List.copyOf(events().values());
        for (int seed = 0; seed < 3_000; seed++) {
            var random = new Random(seed);
            PipelineRunState state = new Active();
            for (int step = 0; step < 30; step++) {
                PipelineRunEvent event = events.get(random.nextInt(events.size()));
                PipelineRunState before = state;
                if (PipelineRunLife.next(before, event, NOON) instanceof To<PipelineRunState>(var after)) {
                    state = after;
                    assertThat(isAllowed(before, event, after))
                            .as("seed %s: %s in %s made %s", seed, event, before, after)
                            .isTrue();
                }
            }
        }
    }

    private static boolean isAllowed(PipelineRunState before, PipelineRunEvent event, PipelineRunState after) {
        return switch (event) {
            // Whatever starts a stage finds none active, and leaves one.
            case StageStarted _ -> !(before instanceof Active) && after instanceof Active;
            // Only what was active can come to an end by a stage, and it says how.
            case Ended(var result) -> before instanceof Active && after.equals(new Finished(result, NOON));
            case Parked(var code, var stage) ->
                after.equals(Waiting.on(code, stage))
                        && (before instanceof Active || before.equals(Waiting.on(WaitCode.STAGE_BUSY, stage)));
            case Superseded(var by) ->
                before.equals(Waiting.on(WaitCode.STAGE_BUSY, "ship"))
                        && after.equals(new Waiting(WaitCode.SUPERSEDED, "ship", by));
            case CancelRequested _ ->
                before instanceof Waiting && after.equals(new Finished(JobResult.CANCELLED, NOON));
        };
    }
}
