package dev.penstock.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.core.run.StageEvent.JobStanding;
import dev.penstock.core.run.StageEvent.JobsStand;
import dev.penstock.core.run.StageEvent.Tally;
import dev.penstock.core.run.StageState.Building;
import dev.penstock.core.run.StageState.Failing;
import dev.penstock.core.run.StageState.Finished;
import dev.penstock.core.run.Step.To;
import dev.penstock.core.testing.LifeDiagram;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StageLifeTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final JobStanding ACTIVE = new JobStanding(null, null);
    private static final JobStanding DOWN = new JobStanding(JobResult.CANCELLED, JobReason.AGENT_DOWN);

    private static JobStanding over(JobResult result) {
        return new JobStanding(result, null);
    }

    private static StageState stand(JobStanding... jobs) {
        return StageLife.stand(Tally.of(List.of(jobs)), NOON);
    }

    @Test
    void cancelledOutranksFailedAndFailedOutranksPassed() {
        JobStanding passed = over(JobResult.PASSED);
        JobStanding failed = over(JobResult.FAILED);
        JobStanding cancelled = over(JobResult.CANCELLED);

        assertThat(stand(passed, failed, cancelled)).isEqualTo(new Finished(JobResult.CANCELLED, NOON));
        assertThat(stand(passed, failed)).isEqualTo(new Finished(JobResult.FAILED, NOON));
        assertThat(stand(passed, passed)).isEqualTo(new Finished(JobResult.PASSED, NOON));
    }

    @Test
    void aHostThatIsDownCountsOnlyWhenThereIsNothingElse() {
        assertThat(stand(DOWN, over(JobResult.PASSED))).isEqualTo(new Finished(JobResult.PASSED, NOON));
        assertThat(stand(DOWN, ACTIVE)).isEqualTo(new Building());
        assertThat(stand(DOWN, DOWN)).isEqualTo(new Finished(JobResult.FAILED, NOON));
    }

    @Test
    void theDiagramInTheDocumentIsTheCode() throws IOException {
        Map<String, JobsStand> events = new LinkedHashMap<>();
        events.put("some job active", new JobsStand(new Tally(1, 1, 0, 1, 0)));
        events.put("some job active, one failed", new JobsStand(new Tally(1, 0, 1, 0, 0)));
        events.put("all over, some cancelled", new JobsStand(new Tally(0, 1, 1, 1, 0)));
        events.put("all over, some failed", new JobsStand(new Tally(0, 1, 1, 0, 0)));
        events.put("all passed", new JobsStand(new Tally(0, 2, 0, 0, 1)));
        var diagram = new LifeDiagram("stage");
        for (StageState state : List.of(new Building(), new Failing(), new Finished(JobResult.PASSED, NOON))) {
            events.forEach((event, it) -> diagram.step(
                    name(state),
                    event,
                    StageLife.next(state, it, NOON) instanceof To<StageState>(var after) ? name(after) : null));
        }

        diagram.requireInDocument();
    }

    private static String name(StageState state) {
        return state instanceof Finished ? "FINISHED" : StageRunStore.word(state);
    }

    @Test
    void jobsThatEndInAnyOrderMakeTheSameStageThatEndsOnce() {
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            List<@Nullable JobResult> jobs = new ArrayList<>();
            for (int count = 1 + random.nextInt(6); count > 0; count--) {
                jobs.add(null);
            }
            List<JobResult> results = List.of(JobResult.values());
            StageState state = new Building();
            int ends = 0;
            for (int toEnd = jobs.size(); toEnd > 0; toEnd--) {
                int job = random.nextInt(jobs.size());
                while (jobs.get(job) != null) {
                    job = (job + 1) % jobs.size();
                }
                jobs.set(job, results.get(random.nextInt(results.size())));
                var event = new JobsStand(Tally.of(jobs.stream()
                        .map(result -> new JobStanding(result, null))
                        .toList()));
                for (int repeat = random.nextInt(3); repeat >= 0; repeat--) {
                    if (StageLife.next(state, event, NOON) instanceof To<StageState>(var after)) {
                        state = after;
                        ends += after instanceof Finished ? 1 : 0;
                    }
                }
                assertThat(ends).as("seed %s: ends with its last job", seed).isEqualTo(toEnd == 1 ? 1 : 0);
            }
            JobResult worst = jobs.contains(JobResult.CANCELLED)
                    ? JobResult.CANCELLED
                    : jobs.contains(JobResult.FAILED) ? JobResult.FAILED : JobResult.PASSED;
            assertThat(state).as("seed %s", seed).isEqualTo(new Finished(worst, NOON));
        }
    }
}
